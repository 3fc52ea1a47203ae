"""What the team says about a book, with the forms that change it, and its removal after a question."""

import re
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.ebooks.ebook_details import EbookDetails
from bot.ebooks.ebook_fields import MAX_EBOOK_TITLE, EbookChanges
from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.errors import InputError
from bot.scripts.models import ScriptMode
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, GREY, MODE_LABELS, RED, escape_text, format_count
from cogs.views.modals import Modal
from storage.stores.ebooks import Ebook

EBOOK_KEY_PATTERN: Final = r"(?P<key>[^\n]{1,40})"
"""Matches what ``shorten_ebook_id`` returns."""
_MAX_LINK: Final = (
    512  # characters that the form takes; longer than a valid address, so that the error can say what is wrong
)
_UNKNOWN: Final = "–"
_MAX_DIGITS: Final = 9
"""Of a number that is typed; more are no number of chapters or minutes."""


def edit_card(ebook: Ebook, result: str = "") -> ui.LayoutView:
    """Everything that the team may say about the book, and the buttons that open the forms."""
    planned = str(ebook.planned_chapters) if ebook.planned_chapters else ""
    fields = (
        *(("Title", ebook.title), ("Theme", ebook.theme), ("Language", ebook.language), ("Planned chapters", planned)),
        ("Target length", f"{ebook.target_minutes} min a chapter" if ebook.target_minutes else ""),
        ("Scripts", MODE_LABELS[ScriptMode(ebook.mode or ScriptMode.FAITHFUL)]),
        *(("Link", ebook.link), ("Audience", ebook.audience), ("Tone", ebook.tone), ("Hook", ebook.hook)),
    )
    lines = [f"**{name}:** {escape_text(value, 350) or _UNKNOWN}" for name, value in fields]
    texts = [f"### {escape_text(ebook.title, 150)}", "\n".join(lines), result and f"*{result}*"]
    key = shorten_ebook_id(ebook.id)
    buttons = action_row(EditButton("basics", key), EditButton("voice", key))
    return card_layout(*(ui.TextDisplay(text) for text in texts if text), buttons, accent=EMBER)


def removal_question(details: EbookDetails) -> ui.LayoutView:
    """Names what goes and what stays before a book is removed."""
    ebook = details.ebook
    with_text = sum(chapter.has_text for chapter in details.chapters)
    scripts = sum(chapter.state is not None for chapter in details.chapters)
    text = (
        f"### Remove {escape_text(ebook.title, 150)}?\n"
        f"**Goes:** the text of {format_count(with_text, 'chapter')}, its cast, lexicon and story so far.\n"
        f"**Stays:** the scripts of {format_count(scripts, 'chapter')}, what was announced, and every entry in the log.\n"
        "Adding the file again brings the book back."
    )
    key = shorten_ebook_id(ebook.id)
    buttons = action_row(EditButton("remove", key), EditButton("keep", key))
    return card_layout(ui.TextDisplay(text), buttons, accent=RED)


class EditButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"book:(?P<action>show|basics|voice|remove|keep):{EBOOK_KEY_PATTERN}",
):
    """Shows what is known of a book, opens one of its forms, or answers the question whether to remove it."""

    LABELS: ClassVar[dict[str, str]] = {
        "show": "Edit",
        "basics": "Title, theme, language…",
        "voice": "Audience, tone, scripts…",
        "remove": "Remove the book",
        "keep": "Keep it",
    }

    def __init__(self, action: str, key: str) -> None:
        style = discord.ButtonStyle.danger if action == "remove" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=self.LABELS[action], style=style, custom_id=f"book:{action}:{key}"))
        self.action = action
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens the form or changes the message."""
        by = require_team(interaction)
        library = get_services(interaction).ebook_library
        if self.action in {"basics", "voice"}:
            ebook = (await library.show_ebook(self.key)).ebook
            await interaction.response.send_modal(BasicsModal(ebook) if self.action == "basics" else VoiceModal(ebook))
            return
        await interaction.response.defer()
        if self.action == "show":
            view = edit_card((await library.show_ebook(self.key)).ebook)
        elif self.action == "keep":
            view = _note("Nothing was removed.")
        else:
            ebook = await library.remove_ebook(self.key, by)
            view = _note(f"Removed {escape_text(ebook.title, 150)}. Its scripts are still there.")
        await interaction.edit_original_response(content=None, view=view)


class _EbookModal(Modal):
    """A form about a book; every field shows what is stored."""

    def __init__(self, ebook: Ebook) -> None:
        super().__init__()
        self.ebook = ebook

    def add_field(
        self, name: str, label: str, value: str, limit: int, description: str, *, required: bool = False
    ) -> ui.TextInput[Any]:
        """A field with the stored value in it; longer ones have room for several lines."""
        style = discord.TextStyle.paragraph if limit in {300, 500} else discord.TextStyle.short
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name, default=value[:limit] or None, max_length=limit, required=required, style=style
        )
        self.add_item(ui.Label(text=label, description=description, component=field))
        return field

    def read_changes(self) -> EbookChanges:
        """What was typed.

        Raises:
            InputError: a field cannot be read.
        """
        raise NotImplementedError

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Stores what was typed and shows the book; a refused form can be opened again."""
        by = require_team(interaction)
        changes = self.read_changes()
        await interaction.response.defer()
        ebook = await get_services(interaction).ebook_library.edit_ebook(self.ebook.id, changes, by)
        await interaction.edit_original_response(content=None, view=edit_card(ebook, "Saved."))


class BasicsModal(_EbookModal, title="The book"):
    """Asks for title, theme, language, planned chapters and link."""

    def __init__(self, ebook: Ebook) -> None:
        super().__init__(ebook)
        planned = str(ebook.planned_chapters or "")
        add = self.add_field
        self._title = add("title", "Title", ebook.title, MAX_EBOOK_TITLE, "As people are to read it.", required=True)
        self._theme = add("theme", "Theme", ebook.theme, 100, "The mood, such as fox-demon horror.")
        self._language = add("language", "Language", ebook.language, 40, "Of the scripts; empty: the chapter's own.")
        self._planned = add("planned", "Planned chapters", planned, 4, "How many the whole book has; empty: not known.")
        self._link = add("link", "Link", ebook.link, _MAX_LINK, "Where it can be heard or read; used by its releases.")

    def read_changes(self) -> EbookChanges:
        """What was typed."""
        return EbookChanges(
            title=self._title.value,
            theme=self._theme.value,
            language=self._language.value,
            planned_chapters=_read_number(self._planned.value, "The number of planned chapters"),
            link=self._link.value,
        )


class VoiceModal(_EbookModal, title="How the book is told"):
    """Asks for audience, tone, hook, how the chapters become scripts and how long they are to be."""

    def __init__(self, ebook: Ebook) -> None:
        super().__init__(ebook)
        add = self.add_field
        self._audience = add("audience", "Audience", ebook.audience, 300, "Whom the scripts are for.")
        self._tone = add("tone", "Tone", ebook.tone, 300, "How they sound, such as dry, slow, never gory.")
        self._hook = add("hook", "Hook", ebook.hook, 500, "A line that invites affiliates' listeners.")
        current = ScriptMode(ebook.mode or ScriptMode.FAITHFUL)
        options = [
            discord.SelectOption(label=label, value=mode.value, default=mode is current)
            for mode, label in MODE_LABELS.items()
        ]
        self._mode: ui.Select[Any] = ui.Select(custom_id="mode", options=options)
        self.add_item(ui.Label(text="Scripts", description="How its chapters become scripts.", component=self._mode))
        target = str(ebook.target_minutes or "")
        self._target = add("target", "Target length", target, 3, "Minutes that one chapter is to run; empty: any.")

    def read_changes(self) -> EbookChanges:
        """What was typed."""
        return EbookChanges(
            audience=self._audience.value,
            tone=self._tone.value,
            hook=self._hook.value,
            mode=ScriptMode(self._mode.values[0]) if self._mode.values else None,
            target_minutes=_read_number(self._target.value, "The target length"),
        )


def _read_number(text: str, name: str) -> int:
    """The number that was typed, 0 for an empty text.

    Raises:
        InputError: it is none.
    """
    text = text.strip()
    if text and not (text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise InputError(f"{name} is not a whole number.", "Type one, or leave it empty.")
    return int(text or 0)


def _note(text: str) -> ui.LayoutView:
    return card_layout(ui.TextDisplay(text), accent=GREY)
