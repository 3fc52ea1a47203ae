"""The forms of the picker: a chapter's title, the book's own data, and the right to adapt it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

import discord
from discord import ui

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.chapter_changes import ChangeKind
from bot.ebooks.ebook_fields import MAX_EBOOK_TITLE
from bot.ebooks.library import AddedBook, ProposedImport
from bot.ebooks.planned_text import MAX_TITLE
from bot.errors import InputError
from bot.scripts.text_units import to_single_line
from cogs.interactions.access import get_services, require_team
from cogs.views.ebook_import_ids import PickerPosition
from cogs.views.formatting import escape_text, format_count
from cogs.views.modals import Modal

_MAX_LANGUAGE: Final = 35  # characters; BCP 47 asks for room for as many

Change: TypeAlias = Callable[[ImportPlan], ImportPlan]
ApplyChange: TypeAlias = Callable[[discord.Interaction, PickerPosition, Change, str], Awaitable[None]]
"""Changes the proposal, unless it has changed since, and shows it with a sentence about the change."""
ShowAdded: TypeAlias = Callable[[discord.Interaction, AddedBook], Awaitable[None]]
_MAX_DIGITS: Final = 9
"""Of a number that is typed; more are no number of chapters or minutes."""


class RenameModal(Modal, title="Rename the chapter"):
    """Asks for another title of the chapter at ``index``."""

    def __init__(self, position: PickerPosition, index: int, title: str, apply: ApplyChange) -> None:
        super().__init__()
        self._position = position
        self._index = index
        self._apply = apply
        self._title: ui.TextInput[RenameModal] = ui.TextInput(
            default=title[:MAX_TITLE], max_length=MAX_TITLE, custom_id="title"
        )
        self.add_item(ui.Label(text="Title", description="Without its number, which stays.", component=self._title))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Renames the chapter."""
        require_team(interaction)
        title = self._title.value
        await self._apply(interaction, self._position, lambda plan: plan.rename(self._index, title), "Renamed.")


class BookModal(Modal, title="The book"):
    """Asks for the book's title, author and language, and the number of its first chapter."""

    def __init__(self, position: PickerPosition, plan: ImportPlan, apply: ApplyChange) -> None:
        super().__init__()
        self._position = position
        self._apply = apply
        self._title = self._add_field(
            "title", "Title", plan.title, MAX_EBOOK_TITLE, "As people are to read it.", required=True
        )
        self._author = self._add_field("author", "Author", plan.author, MAX_EBOOK_TITLE, "Empty: unknown.")
        self._language = self._add_field(
            "language", "Language", plan.language, _MAX_LANGUAGE, "A short code, such as en or ja."
        )
        first = "" if plan.first_number is None else str(plan.first_number)
        self._first = self._add_field(
            "first", "The first chapter's number", first, 4, "Empty: as the titles say, else from 1."
        )

    def _add_field(
        self, name: str, label: str, value: str, limit: int, description: str, *, required: bool = False
    ) -> ui.TextInput[Any]:
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name, default=value[:limit] or None, max_length=limit, required=required
        )
        self.add_item(ui.Label(text=label, description=description, component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Changes the proposal; nothing is stored."""
        require_team(interaction)
        title, author, language = (to_single_line(field.value) for field in (self._title, self._author, self._language))
        if not title:
            raise InputError("A book needs a title.", "Type one.")
        number = _read_number(self._first.value)

        def change(plan: ImportPlan) -> ImportPlan:
            plan = replace(plan, title=title, author=author, language=language, first_number=None)
            return plan if number is None else plan.set_first_number(number)

        await self._apply(interaction, self._position, change, "Changed.")


class ConfirmModal(Modal, title="Add the book"):
    """Asks for the right to adapt the book, without which it is not stored."""

    def __init__(self, proposed: ProposedImport, show: ShowAdded) -> None:
        super().__init__()
        self._token = proposed.token
        self._show = show
        count = format_count(len(proposed.plan.chapters), "chapter")
        self.add_item(ui.TextDisplay(f"**{escape_text(proposed.plan.title)}**, {count}."))
        self._right: ui.Checkbox[ConfirmModal] = ui.Checkbox(custom_id="right")
        self.add_item(
            ui.Label(
                text="We have the right to adapt this book",
                description="As its authors, by licence, or because nobody holds it. Your name is stored with it.",
                component=self._right,
            )
        )
        missing = sum(change.kind is ChangeKind.MISSING for change in proposed.changes)
        self._drop: ui.Checkbox[ConfirmModal] | None = None
        if missing:
            self._drop = ui.Checkbox(custom_id="drop")
            text = f"Remove {format_count(missing, 'chapter')} not in the file"
            self.add_item(ui.Label(text=text, description="Otherwise they stay as they are.", component=self._drop))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Stores the book; the form can be opened again if that is refused."""
        by = require_team(interaction)
        if not self._right.value:
            raise InputError(
                "Nothing was stored, because the right to adapt this book is not confirmed.",
                "Tick the box if the studio has it, else discard the book.",
            )
        await interaction.response.defer()
        drop_missing = self._drop is not None and self._drop.value
        library = get_services(interaction).ebook_library
        await self._show(
            interaction,
            await library.confirm_import(self._token, by, rights_confirmed=True, drop_missing=drop_missing),
        )


def _read_number(text: str) -> int | None:
    """The number that was typed, None for an empty text.

    Raises:
        InputError: it is none.
    """
    text = text.strip()
    if text and not (text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise InputError("The first chapter's number is not a whole number.", "Type one, such as 1, or leave it empty.")
    return int(text) if text else None
