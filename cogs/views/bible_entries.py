"""The entries of a series bible as text: one line in a list, and everything about one of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.ebooks.bible import BibleContents
from cogs.views.formatting import escape_text, format_count, shorten
from storage.states import ProposalState
from storage.stores.bible import StoredMember, StoredSynopsis, StoredWord

_ORDER: Final = (ProposalState.PROPOSED, ProposalState.ACCEPTED, ProposalState.REJECTED)
"""What waits for a decision comes first."""
_LINE: Final = 260
"""Characters of an entry in a list; ten lines fit into a message of Discord's."""


class BibleList(StrEnum):
    """The lists of a series bible."""

    CAST = "cast"
    LEXICON = "lexicon"
    STORY = "story"

    @property
    def heading(self) -> str:
        """The list's name on screen."""
        return {"cast": "Cast", "lexicon": "Lexicon", "story": "Story so far"}[self.value]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``label`` is plain text for menus, ``line`` and ``details`` are Markdown."""

    id: str
    state: ProposalState
    label: str
    line: str
    details: str


def list_entries(contents: BibleContents, which: BibleList) -> list[Entry]:
    """The entries of a list: proposals first, then what is accepted, then what was rejected."""
    match which:
        case BibleList.CAST:
            entries = [describe_member(member) for member in contents.members]
        case BibleList.LEXICON:
            entries = [describe_word(word) for word in contents.words]
        case BibleList.STORY:
            entries = [describe_synopsis(synopsis) for synopsis in contents.synopses]
    return sorted(entries, key=lambda entry: _ORDER.index(entry.state))


def count_entries(entries: list[Entry], which: BibleList) -> str:
    """``3 characters · 2 proposed``."""
    noun = {"cast": "character", "lexicon": "word", "story": "chapter"}[which.value]
    counts = {state: sum(entry.state is state for entry in entries) for state in _ORDER}
    parts = [format_count(counts[ProposalState.ACCEPTED], noun)]
    parts += [f"{counts[state]} {state.value}" for state in (_ORDER[0], _ORDER[2]) if counts[state]]
    return " · ".join(parts)


def describe_member(member: StoredMember) -> Entry:
    """A character."""
    aliases = ", ".join(escape_text(alias, 80) for alias in member.aliases)
    chapter = "" if member.first_chapter is None else str(member.first_chapter)
    notes = [
        escape_text(member.role, 80),
        f"voice: {escape_text(member.voice, 80)}" if member.voice else "",
        f"say {escape_text(member.pronunciation, 60)}" if member.pronunciation else "",
        f"from chapter {chapter}" if chapter else "",
    ]
    fields = {
        "Also called": aliases,
        "Role": escape_text(member.role, 300),
        "Voice": escape_text(member.voice, 300),
        "Pronunciation": escape_text(member.pronunciation, 300),
        "First chapter": chapter,
    }
    name = f"**{escape_text(member.name, 80)}**"
    also = f" ({shorten(aliases, 80)})" if aliases else ""
    return _build_entry(member.id, member.state, member.name, f"{name}{also}", notes, fields)


def describe_word(word: StoredWord) -> Entry:
    """A word."""
    pronunciation = escape_text(word.pronunciation, 150)
    name = f"**{escape_text(word.spelling, 80)}**"
    return _build_entry(word.id, word.state, word.spelling, name, [pronunciation], {"Pronunciation": pronunciation})


def describe_synopsis(synopsis: StoredSynopsis) -> Entry:
    """What happens in a chapter."""
    label = f"Chapter {synopsis.chapter_number}"
    text = escape_text(synopsis.text, 3_000)
    return _build_entry(synopsis.id, synopsis.state, label, f"**{label}**", [shorten(text, 150)], {"": text})


def _build_entry(
    entry_id: str, state: ProposalState, label: str, name: str, notes: list[str], fields: dict[str, str]
) -> Entry:
    shown_state = "" if state is ProposalState.ACCEPTED else f"*{state.value}*"
    line = " · ".join(filter(None, [name, shown_state, *notes]))
    heading = f"### {escape_text(label, 80)}" + (f"\n{shown_state}" if shown_state else "")
    details = [f"**{title}:** {text}" if title else text for title, text in fields.items() if text]
    return Entry(entry_id, state, shorten(label, 100), shorten(line, _LINE), "\n".join([heading, *details]))
