"""The private picker: the chapters of a book that was read, before anything of it is stored.

Its controls act on an import that is open in memory (``EbookService``) and belong to the person who attached the book.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.ebooks.chapter_changes import ChangeKind
from bot.ebooks.library import AddedBook, ProposedImport
from bot.ebooks.planned_text import PlannedChapter
from bot.errors import StateError
from bot.progress.paging import PagePosition, locate_page
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout, read_chosen_number
from cogs.views.ebook_import_forms import BookModal, Change, ConfirmModal, RenameModal
from cogs.views.ebook_import_ids import POSITION_PATTERN, PickerPosition, identify_plan
from cogs.views.ebook_import_text import (
    describe_added,
    describe_book,
    describe_problems,
    describe_update,
    format_words,
    is_unspaced,
    label_chapter,
    list_chapters,
    quote_chapter,
)
from cogs.views.formatting import EMBER, GREY, format_count, shorten

_PAGE_SIZE: Final = 20
"""Chapters on one page: their select takes 25 options at most, and the lines have to fit into 4,000 characters."""
_MOST_OPTIONS: Final = 25
"""Discord's limit for a select."""
_MAX_TEXT: Final = 4_000
"""Discord's limit for the characters of a message."""


def import_card(proposed: ProposedImport, position: PickerPosition | None = None, result: str = "") -> ui.LayoutView:
    """The proposed chapters with the controls that change them; ``result`` is a sentence about the last change."""
    plan = proposed.plan
    position = (position or PickerPosition(proposed.token)).show(plan)
    page = locate_page(position.page, len(plan.chapters), _PAGE_SIZE)
    position = replace(position, page=page.index)
    chapters = plan.chapters[page.offset : page.offset + _PAGE_SIZE]
    listed = chosen_quote = ""
    if chapters:
        listed = list_chapters(proposed, chapters, None if position.chosen is None else position.chosen - page.offset)
    has_chosen = position.chosen is not None and position.chosen < len(plan.chapters)
    if position.chosen is not None and has_chosen:
        chosen_quote = quote_chapter(plan.chapters[position.chosen])
    book, update, result = describe_book(plan), describe_update(proposed), result and f"*{result}*"
    room = _MAX_TEXT - sum(map(len, (book, update, result, listed, chosen_quote)))
    texts = (book, update, describe_problems(plan, room), result)
    items: list[ui.Item[Any]] = [*(ui.TextDisplay(text) for text in texts if text), ui.Separator()]
    if chapters:
        items.append(ui.TextDisplay(listed))
        items.append(action_row(_chapter_select(position, chapters, page, counts_characters=is_unspaced(plan))))
    if position.chosen is not None and has_chosen:
        items += [ui.TextDisplay(chosen_quote), *_chosen_controls(position, plan.chapters, position.chosen)]
    if plan.left_out:
        items.append(action_row(_restore_select(proposed, position)))
    items += [action_row(*_page_buttons(position, page)), action_row(*_end_buttons(proposed, position))]
    return card_layout(*items, accent=EMBER)


def note_card(text: str) -> ui.LayoutView:
    """A card with a sentence and no controls, before and after the picker."""
    return card_layout(ui.TextDisplay(text), accent=GREY)


def _chapter_select(
    position: PickerPosition, chapters: Sequence[PlannedChapter], page: PagePosition, *, counts_characters: bool
) -> "ImportSelect":
    options = [
        discord.SelectOption(
            label=label_chapter(chapter.number, chapter.title),
            value=str(index),
            description=format_words(chapter.words, counts_characters=counts_characters),
            default=index == position.chosen,
        )
        for index, chapter in enumerate(chapters, start=page.offset)
    ]
    return ImportSelect("chapter", position, options)


def _restore_select(proposed: ProposedImport, position: PickerPosition) -> "ImportSelect":
    options = [
        discord.SelectOption(
            label=shorten(section.title, 100) or shorten(section.text, 60) or "untitled",
            value=str(index),
            description=f"{section.reason} · {format_words(section.words, counts_characters=is_unspaced(proposed.plan))}",
        )
        for index, section in enumerate(proposed.plan.left_out[:_MOST_OPTIONS])
    ]
    return ImportSelect("restore", position, options)


def _chosen_controls(position: PickerPosition, chapters: Sequence[PlannedChapter], index: int) -> list[ui.Item[Any]]:
    """What can be done with the chosen chapter."""
    chapter = chapters[index]
    buttons = [ImportButton("rename", position), ImportButton("drop", position)]
    if index > 0:
        buttons.insert(1, ImportButton("merge", position, f"Merge with chapter {chapters[index - 1].number}"))
    items: list[ui.Item[Any]] = [action_row(*buttons)]
    if chapter.headings:
        options = [
            discord.SelectOption(label=shorten(heading.title, 100) or "…", value=str(number))
            for number, heading in enumerate(chapter.headings[:_MOST_OPTIONS])
        ]
        items.append(action_row(ImportSelect("split", position, options)))
    return items


def _page_buttons(position: PickerPosition, page: PagePosition) -> "list[ImportButton]":
    edit = ImportButton("edit", position)
    if page.page_count == 1:
        return [edit]
    previous = f"‹ Page {page.index}" if page.index else "‹"
    following = "›" if page.is_last else f"Page {page.index + 2} ›"
    return [
        ImportButton("prev", position, previous, disabled=page.is_first),
        ImportButton("next", position, following, disabled=page.is_last),
        edit,
    ]


def _end_buttons(proposed: ProposedImport, position: PickerPosition) -> "list[ImportButton]":
    count = len(proposed.plan.chapters)
    label, is_useless = f"Confirm: add {format_count(count, 'chapter')}", not count
    if proposed.existing is not None:
        kinds = [change.kind for change in proposed.changes]
        count = sum(kind in {ChangeKind.NEW, ChangeKind.CHANGED} for kind in kinds)
        label = f"Update {format_count(count, 'chapter')}"
        if not count:
            is_useless = ChangeKind.MISSING not in kinds
            label = "Nothing has changed" if is_useless else "Update"
    return [ImportButton("confirm", position, label, disabled=is_useless), ImportButton("discard", position)]


class ImportButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"import:(?P<action>prev|next|rename|merge|drop|edit|confirm|discard|open):{POSITION_PATTERN}",
):
    """A button of the picker; ``open`` stands where the picker is only offered."""

    LABELS: ClassVar[dict[str, str]] = {
        "rename": "Rename",
        "drop": "Drop",
        "edit": "Title and author",
        "discard": "Discard",
        "open": "Add it as a book",
    }

    def __init__(self, action: str, position: PickerPosition, label: str = "", *, disabled: bool = False) -> None:
        self.action = action
        self.position = position
        style = discord.ButtonStyle.success if action in {"confirm", "open"} else discord.ButtonStyle.secondary
        super().__init__(
            ui.Button(
                label=label or self.LABELS.get(action, action),
                style=style,
                custom_id=f"import:{action}:{position.encode()}",
                disabled=disabled,
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], PickerPosition.from_match(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Changes the proposal and shows it again, opens a form, or discards the book."""
        by = require_team(interaction)
        library, position = get_services(interaction).ebook_library, self.position
        if self.action in {"confirm", "edit", "rename"}:
            proposed = await library.get_import(position.token, by)
            await interaction.response.send_modal(_build_form(self.action, proposed, position))
            return
        await interaction.response.defer()
        if self.action == "discard":
            library.cancel_import(position.token, by)
            await interaction.edit_original_response(content=None, view=note_card("Discarded. Nothing was stored."))
        elif self.action == "merge":
            index = _require_chosen(position)
            after = replace(position, chosen=index - 1)
            await _apply(interaction, position, lambda plan: plan.merge_with_previous(index), "Merged.", after)
        elif self.action == "drop":
            index = _require_chosen(position)
            await _apply(
                interaction, position, lambda plan: plan.drop(index), "Dropped.", replace(position, chosen=None)
            )
        else:
            step = {"prev": -1, "next": 1}.get(self.action, 0)
            turned = replace(position, page=max(0, position.page + step), chosen=None)
            proposed = await library.get_import(position.token, by)
            await interaction.edit_original_response(content=None, view=import_card(proposed, turned))


class ImportSelect(
    PersistentItemMixin,
    ui.DynamicItem[ui.Select[Any]],
    template=rf"import:(?P<list>chapter|split|restore):{POSITION_PATTERN}",
):
    """Chooses a chapter to change, a heading at which the chosen chapter is split, or what is restored."""

    PLACEHOLDERS: ClassVar[dict[str, str]] = {
        "chapter": "Choose a chapter to change it",
        "split": "Split it at a heading",
        "restore": "Restore what is left out",
    }

    def __init__(self, which: str, position: PickerPosition, options: list[discord.SelectOption] | None = None) -> None:
        self.which = which
        self.position = position
        select: ui.Select[Any] = ui.Select(
            custom_id=f"import:{which}:{position.encode()}",
            placeholder=self.PLACEHOLDERS[which],
            options=options or [],
        )
        super().__init__(select)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id; the options are not needed to read what was chosen."""
        return cls(match["list"], PickerPosition.from_match(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the picker with what was chosen."""
        by = require_team(interaction)
        await interaction.response.defer()
        position, index = self.position, read_chosen_number(self.item.values)
        if self.which == "chapter":
            proposed = await get_services(interaction).ebook_library.get_import(position.token, by)
            await interaction.edit_original_response(
                content=None, view=import_card(proposed, replace(position, chosen=index))
            )
        elif self.which == "split":
            chosen = _require_chosen(position)
            await _apply(interaction, position, lambda plan: plan.split_at(chosen, index), "Split.", position)
        else:
            after = replace(position, chosen=None)
            await _apply(interaction, position, lambda plan: plan.restore(index), "Restored.", after)


def _build_form(action: str, proposed: ProposedImport, position: PickerPosition) -> ui.Modal:
    _require_current(position, proposed)
    if action == "confirm":
        return ConfirmModal(proposed, _show_added)
    if action == "edit":
        return BookModal(position, proposed.plan, _apply_from_form)
    index = _require_chosen(position)
    if index >= len(proposed.plan.chapters):
        raise StateError("This chapter is no longer in the list.", "Look at the chapter list again.")
    return RenameModal(position, index, proposed.plan.chapters[index].title, _apply_from_form)


async def _apply_from_form(
    interaction: discord.Interaction, position: PickerPosition, change: Change, result: str
) -> None:
    await interaction.response.defer()
    await _apply(interaction, position, change, result, position)


async def _apply(
    interaction: discord.Interaction, position: PickerPosition, change: Change, result: str, after: PickerPosition
) -> None:
    """Changes the proposal and shows it at ``after`` with the sentence ``result``.

    Raises:
        StateError: the list has changed since it was shown, or the import is no longer open.
    """
    by = require_team(interaction)
    library = get_services(interaction).ebook_library
    _require_current(position, await library.get_import(position.token, by))
    proposed = await library.change_import(position.token, by, change)
    await interaction.edit_original_response(content=None, view=import_card(proposed, after, result))


def _require_current(position: PickerPosition, proposed: ProposedImport) -> None:
    if identify_plan(proposed.plan) != position.seen:
        raise StateError("The chapter list has changed since, and nothing was done.", "Use the newest list.")


def _require_chosen(position: PickerPosition) -> int:
    if position.chosen is None:
        raise StateError("No chapter is chosen.", "Choose one in the menu above.")
    return position.chosen


async def _show_added(interaction: discord.Interaction, added: AddedBook) -> None:
    await interaction.edit_original_response(content=None, view=note_card(describe_added(added)))
