"""The series bible of a book in the database: read for a run, filled with proposals by a script."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.ebooks.ebook_keys import find_ebook
from bot.ebooks.series_bible import ROLE_NAMES, ChapterSynopsis, Character, LexiconWord, Proposals, SeriesBible
from bot.errors import NotFoundError
from bot.scripts.text_splitting import split_sentences
from storage import Database, ReadTransaction, WriteTransaction, read_transaction
from storage.states import ProposalState
from storage.stores.bible import NewMember, StoredMember, StoredSynopsis, StoredWord
from storage.stores.ebooks import Ebook

_MAX_FULL_STORY: Final = 6_000
"""Characters of the newest synopses that are told in full: four to ten chapters."""
_MAX_STORY: Final = 9_000
"""Characters of the whole story so far, about 2,300 tokens. Older chapters are told in one sentence, the oldest not at all."""


@dataclass(frozen=True, slots=True)
class BibleContents:
    """Everything in the series bible of a book, proposals and rejected entries included."""

    ebook: Ebook
    members: tuple[StoredMember, ...]
    words: tuple[StoredWord, ...]
    synopses: tuple[StoredSynopsis, ...]


@dataclass(frozen=True, slots=True)
class BibleService:
    """Reads the series bible for the team."""

    database: Database

    @read_transaction
    async def read(self, tx: ReadTransaction, ebook: str) -> BibleContents:
        """The series bible of the book with this id, title or short key.

        Raises:
            NotFoundError: there is no such book, or it is removed.
        """
        stored = await find_ebook(tx, ebook)
        if stored is None or stored.removed_at is not None:
            raise NotFoundError(f"There is no book called “{ebook}”.", "`/ebook list` shows the books.")
        return BibleContents(
            stored,
            tuple(await tx.bible.list_members(stored.id)),
            tuple(await tx.bible.list_words(stored.id)),
            tuple(await tx.bible.list_synopses(stored.id)),
        )


async def read_bible(
    tx: ReadTransaction, ebook_id: str, chapter_number: int, *, with_proposals: bool = False
) -> SeriesBible:
    """What is accepted about the book, and what has happened before the chapter.

    ``with_proposals`` is for a batch in the story's order, whose scripts nobody has had time to approve: what they propose
    counts as well.
    """
    ebook = await tx.ebooks.find(ebook_id)
    states = [ProposalState.ACCEPTED, *([ProposalState.PROPOSED] if with_proposals else [])]
    members = [member for state in states for member in await tx.bible.list_members(ebook_id, state)]
    words = [word for state in states for word in await tx.bible.list_words(ebook_id, state)]
    synopses = _choose_synopses([each for state in states for each in await tx.bible.list_synopses(ebook_id, state)])
    return SeriesBible(
        tone=ebook.tone if ebook else "",
        audience=ebook.audience if ebook else "",
        language=ebook.language if ebook else "",
        hook=ebook.hook if ebook else "",
        link=ebook.link if ebook else "",
        cast=tuple(map(to_character, members)),
        lexicon=tuple(LexiconWord(spelling=word.spelling, pronunciation=word.pronunciation) for word in words),
        story=shorten_story(
            ChapterSynopsis(chapter_number=each.chapter_number, text=each.text)
            for each in synopses
            if each.chapter_number < chapter_number
        ),
    )


def _choose_synopses(synopses: Iterable[StoredSynopsis]) -> list[StoredSynopsis]:
    """One synopsis of each chapter, in the chapters' order: the first one given."""
    chosen: dict[int, StoredSynopsis] = {}
    for synopsis in synopses:
        chosen.setdefault(synopsis.chapter_number, synopsis)
    return [chosen[number] for number in sorted(chosen)]


def to_character(member: StoredMember) -> Character:
    """The character without what only the database knows."""
    return Character(
        name=member.name,
        aliases=member.aliases,
        role=member.role,
        voice=member.voice,
        pronunciation=member.pronunciation,
    )


def shorten_story(chapters: Iterable[ChapterSynopsis]) -> tuple[ChapterSynopsis, ...]:
    """The story so far, bounded in length: the newest chapters in full, older ones in a sentence, the oldest left out."""
    told: list[ChapterSynopsis] = []
    used = 0
    for chapter in reversed(list(chapters)):
        text = chapter.text
        if told and used + len(text) > _MAX_FULL_STORY:
            text = split_sentences(text)[0]
            if used + len(text) > _MAX_STORY:
                break
        told.append(chapter.model_copy(update={"text": text}))
        used += len(text)
    return tuple(reversed(told))


async def store_proposals(
    tx: WriteTransaction, proposals: Proposals, *, ebook_id: str, chapter_number: int, script_id: str
) -> None:
    """Stores what a writer proposes together with the script. A name or word that the book has in any state is not proposed."""
    members = await tx.bible.list_members(ebook_id)
    taken = {name.casefold() for member in members for name in (member.name, *member.aliases)}
    # In the order of their names: two transactions that add the same names in different orders would wait for each other.
    for character in sorted(proposals.characters, key=lambda each: each.name):
        if character.name.casefold() in taken or character.name in ROLE_NAMES:
            continue
        taken.add(character.name.casefold())
        new = NewMember(
            ebook_id=ebook_id,
            name=character.name,
            aliases=tuple(alias for alias in character.aliases if alias.casefold() not in taken),
            role=character.role,
            voice=character.voice,
            pronunciation=character.pronunciation,
            first_chapter=chapter_number,
            state=ProposalState.PROPOSED,
            script_id=script_id,
        )
        await tx.bible.add_member(new)
    spellings = {word.spelling.casefold() for word in await tx.bible.list_words(ebook_id)}
    for word in sorted(proposals.words, key=lambda each: each.spelling):
        if word.spelling.casefold() not in spellings:
            spellings.add(word.spelling.casefold())
            await tx.bible.add_word(ebook_id, word.spelling, word.pronunciation, ProposalState.PROPOSED, script_id)
    if proposals.synopsis:
        await tx.bible.add_synopsis(ebook_id, chapter_number, proposals.synopsis, ProposalState.PROPOSED, script_id)
