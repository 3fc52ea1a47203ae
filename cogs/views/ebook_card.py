"""A book that is stored: its chapters page by page, with a menu that writes one of them."""

import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from bot.ebooks.ebook_details import ChapterDetails, EbookDetails, EbookSummary
from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.errors import StateError
from bot.generation.request import ScriptRequest
from bot.progress.paging import PagePosition, locate_page
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout, read_chosen_number
from cogs.views.ebook_edit import EBOOK_KEY_PATTERN, EditButton
from cogs.views.ebook_import_text import format_words, label_chapter
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_count
from cogs.views.script_request import check_channel, request_script
from storage.states import ScriptState
from storage.stores.ebooks import Ebook

_PAGE_SIZE: Final = 20
"""Chapters on one page: their menu takes 25 options at most, and the lines have to fit into 4,000 characters."""
_LIST_CHARACTERS: Final = 3_600
_UNSPACED_LANGUAGES: Final = {"ja", "zh", "ko", "th", "lo", "my", "km"}
"""Of these, characters are counted as words; see ``bot/scripts/text_units.py``."""
_MARKS: Final = {
    None: "○",
    ScriptState.DRAFT: "✎",
    ScriptState.APPROVED: "✔",
    ScriptState.RELEASED: "★",
}


def ebook_card(details: EbookDetails, page: int = 0) -> ui.LayoutView:
    """The book, the chapters of one page (from 0; the nearest that exists) with words and state, and the controls."""
    position = locate_page(page, len(details.chapters), _PAGE_SIZE)
    chapters = details.chapters[position.offset : position.offset + _PAGE_SIZE]
    items: list[ui.Item[Any]] = [ui.TextDisplay(_describe_ebook(details)), ui.Separator()]
    counts_characters = _counts_characters(details.ebook)
    lines = [_format_chapter(chapter, counts_characters=counts_characters) for chapter in chapters]
    items.append(ui.TextDisplay("\n".join(lines) or "*It has no chapters yet. Add its file with `/ebook add`.*"))
    writable = [chapter for chapter in chapters if chapter.has_text]
    if writable:
        items.append(action_row(WriteSelect(shorten_ebook_id(details.ebook.id), writable)))
    items.append(action_row(*_buttons(details, position)))
    return card_layout(*items, accent=EMBER)


def ebook_list(summaries: Sequence[EbookSummary]) -> ui.LayoutView:
    """All books, the newest first, with how far each one is."""
    lines = [_format_summary(summary) for summary in reversed(summaries)]
    text = "\n".join(fit_lines(lines, _LIST_CHARACTERS)) or "There are none yet. Add one with `/ebook add`."
    return card_layout(ui.TextDisplay(f"### Books\n{text}"), accent=EMBER)


def _describe_ebook(details: EbookDetails) -> str:
    ebook = details.ebook
    chapters = format_count(len(details.chapters), "chapter")
    if ebook.planned_chapters:
        chapters = f"{len(details.chapters)} of {ebook.planned_chapters} planned chapters"
    facts = [
        f"`{ebook.id}`" if ebook.id != ebook.title else "",
        f"by {escape_text(ebook.author, 80)}" if ebook.author else "",
        f"language {escape_text(ebook.language, 40)}" if ebook.language else "",
        escape_text(ebook.theme, 60),
        chapters,
        format_words(details.words, counts_characters=_counts_characters(ebook)),
    ]
    lines = [f"### {escape_text(ebook.title, 150)}", " · ".join(filter(None, facts))]
    fields = (("Audience", ebook.audience), ("Tone", ebook.tone), ("Hook", ebook.hook), ("Link", ebook.link))
    lines += [f"**{name}:** {escape_text(value, 160)}" for name, value in fields if value]
    if ebook.rights_confirmed_at is not None:
        lines.append(
            f"-# The right to adapt it was confirmed on {discord.utils.format_dt(ebook.rights_confirmed_at, 'd')}."
        )
    lines.append("-# ○ no script · ✎ draft · ✔ approved · ★ released")
    return "\n".join(lines)


def _counts_characters(ebook: Ebook) -> bool:
    """Whether the counts of words are counts of characters, because the language is written without spaces."""
    return ebook.language.lower().split("-")[0] in _UNSPACED_LANGUAGES


def _format_chapter(chapter: ChapterDetails, *, counts_characters: bool) -> str:
    words = (
        format_words(chapter.words, counts_characters=counts_characters) if chapter.has_text else "no text is stored"
    )
    changed = " · *its text has changed since its script*" if chapter.has_changed_source else ""
    return f"{_MARKS[chapter.state]} {chapter.number} · {escape_text(chapter.title, 60)} · {words}{changed}"


def _format_summary(summary: EbookSummary) -> str:
    ebook = summary.ebook
    title = escape_text(ebook.title, 100)
    name = f"**{title}** (`{ebook.id}`)" if ebook.id != ebook.title else f"**{title}**"
    counts = f"{format_count(summary.chapters, 'chapter')}, "
    counts += format_words(summary.words, counts_characters=_counts_characters(ebook))
    scripts = f"{summary.drafted} drafted, {summary.approved} approved, {summary.released} released"
    return f"{name} · {counts} · {scripts}"


def _buttons(details: EbookDetails, page: PagePosition) -> list[ui.Item[Any]]:
    key = shorten_ebook_id(details.ebook.id)
    unwritten = (chapter.number for chapter in details.chapters if chapter.has_text and chapter.state is None)
    following_chapter = next(unwritten, None)
    buttons: list[ui.Item[Any]] = [EditButton("show", key)]
    if following_chapter is not None:
        buttons.insert(0, WriteButton(key, following_chapter))
    if page.page_count == 1:
        return buttons
    previous = f"‹ Page {page.index}" if page.index else "‹"
    following = "›" if page.is_last else f"Page {page.index + 2} ›"
    return [
        EbookPageButton("prev", key, page.index - 1, previous, disabled=page.is_first),
        EbookPageButton("next", key, page.index + 1, following, disabled=page.is_last),
        *buttons,
    ]


class EbookPageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"book:(?P<direction>prev|next):(?P<page>-?\d{{1,4}}):{EBOOK_KEY_PATTERN}",
):
    """Shows another page of a book's chapters."""

    def __init__(self, direction: str, key: str, page: int, label: str = "›", *, disabled: bool = False) -> None:
        custom_id = f"book:{direction}:{page}:{key}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.key = key
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["direction"], match["key"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        details = await get_services(interaction).ebook_library.show_ebook(self.key)
        await interaction.edit_original_response(view=ebook_card(details, self.page))


class WriteSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"book:write:{EBOOK_KEY_PATTERN}"):
    """Writes the script of a chapter from its stored text."""

    def __init__(self, key: str, chapters: Sequence[ChapterDetails] = ()) -> None:
        options = [
            discord.SelectOption(label=label_chapter(chapter.number, chapter.title), value=str(chapter.number))
            for chapter in chapters
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"book:write:{key}", placeholder="Write the script of a chapter", options=options
        )
        super().__init__(select)
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id; the options are not needed to read what was chosen."""
        return cls(match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Requests the script; the answer is a message of its own."""
        require_team(interaction)  # before the choice is read
        await _write_chapter(interaction, self.key, read_chosen_number(self.item.values))


class WriteButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"book:chapter:(?P<number>\d{{1,4}}):{EBOOK_KEY_PATTERN}",
):
    """Writes the script of the first chapter that has none."""

    def __init__(self, key: str, number: int) -> None:
        style = discord.ButtonStyle.primary
        custom_id = f"book:chapter:{number}:{key}"
        super().__init__(ui.Button(label=f"Write chapter {number}", style=style, custom_id=custom_id))
        self.key = key
        self.number = number

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["key"], int(match["number"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Requests the script; the answer is a message of its own."""
        await _write_chapter(interaction, self.key, self.number)


async def _write_chapter(interaction: discord.Interaction, key: str, number: int) -> None:
    """Requests the script of a chapter from its stored text.

    Raises:
        NotFoundError: the book is removed.
        StateError: the chapter has no stored text, or it is being written already.
    """
    by = require_team(interaction)
    check_channel(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    services = get_services(interaction)
    ebook = (await services.ebook_library.show_ebook(key)).ebook
    text = await services.generation.find_chapter_text(ebook.id, number)
    if text is None:
        raise StateError(f"Chapter {number} has no stored text any more.", "`/ebook show` lists the chapters.")
    await request_script(interaction, ScriptRequest(ebook=ebook.id, chapter_number=number), text, by)
