"""What is odd about a script's cast: lines for its card, and the private view in which each of them is resolved."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.ebooks.cast_check import CastWarning, CastWarningKind, count_edits
from bot.ebooks.casting import ScriptCast
from bot.errors import StateError
from bot.scripts.names import MAX_NAME
from bot.scripts.speakers import find_speaker, make_speaker_key
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.formatting import EMBER, escape_text, format_count, shorten
from cogs.views.modals import Modal
from storage.stores.bible import StoredMember

_CARD_LINES: Final = 3
"""Lines about the cast on a card; the button below it shows the others."""
_SHOWN: Final = 5
"""Warnings in the private view, each with a row of buttons. Discord takes 40 components in one message."""
_MAX_OPTIONS: Final = 25
"""Discord's documentation: a select has at most 25 options."""
_SCRIPT_ID: Final = r"(?P<script_id>audio_scripts_[0-9a-f]{16})"
_SPEAKER_KEY: Final = r"(?P<key>[0-9a-f]{12})"


def format_warnings(warnings: Sequence[CastWarning]) -> list[str]:
    """Lines for the card; the last one says how many are not shown."""
    lines = [f"⚠ {_describe(warning)}" for warning in warnings[:_CARD_LINES]]
    rest = len(warnings) - len(lines)
    return [*lines, f"-# and {format_count(rest, 'more question')} about the cast"] if rest > 0 else lines


def build_casting(cast: ScriptCast) -> ui.LayoutView:
    """Every open question about the cast with its buttons, the first few of many."""
    script_id = cast.stored.id
    heading = f"### Cast · {escape_text(cast.stored.title)}"
    if not cast.warnings:
        return card_layout(ui.TextDisplay(f"{heading}\nNothing is open. The card is up to date."), accent=EMBER)
    items: list[ui.Item[Any]] = [ui.TextDisplay(heading)]
    for warning in cast.warnings[:_SHOWN]:
        key = make_speaker_key(warning.speaker)
        actions = ("known", "own") if warning.kind is CastWarningKind.VOICE else ("alias", "rename", "new")
        items.append(ui.TextDisplay(_describe(warning)))
        items.append(action_row(*(SpeakerButton(action, script_id, key) for action in actions)))
    rest = len(cast.warnings) - _SHOWN
    if rest > 0:
        items.append(ui.TextDisplay(f"-# and {format_count(rest, 'more question')}, shown when these are answered"))
    return card_layout(*items, accent=EMBER)


def _build_choice(cast: ScriptCast, speaker: str) -> ui.LayoutView:
    """The characters of the book, the one with the most similar name first."""
    script_id = cast.stored.id
    text = f"### Whose alias is {escape_text(speaker, 80)}?\nThe script then has the character's own name."
    nearest = sorted(
        cast.members, key=lambda member: min(count_edits(speaker, name) for name in (member.name, *member.aliases))
    )
    items: list[ui.Item[Any]] = [ui.TextDisplay(text)]
    if nearest:
        items.append(action_row(AliasSelect(script_id, make_speaker_key(speaker), nearest[:_MAX_OPTIONS])))
    if len(nearest) > _MAX_OPTIONS:
        items.append(
            ui.TextDisplay(f"-# The {_MAX_OPTIONS} nearest names; add an alias to any other in `/ebook cast`.")
        )
    items.append(action_row(CastWarningsButton("back", script_id)))
    return card_layout(*items, accent=EMBER)


def _describe(warning: CastWarning) -> str:
    speaker, known = escape_text(warning.speaker, 80), escape_text(warning.known, 80)
    match warning.kind:
        case CastWarningKind.NEW:
            return f"**{speaker}** is not in the cast of this book."
        case CastWarningKind.SIMILAR:
            return f"**{speaker}** is not in the cast of this book, but **{known}** is."
        case CastWarningKind.VOICE:
            here, there = warning.voices
            return f"The voice of **{speaker}** is “{escape_text(here, 30)}” here and “{escape_text(there, 30)}” in the cast."


async def _show(interaction: discord.Interaction, script_id: str) -> None:
    """The private view and the script's card show what is still open."""
    services = get_services(interaction)
    view = build_casting(await services.casting.read(script_id))
    await interaction.edit_original_response(content=None, view=view)  # a refused form has a text
    await refresh_script_card(services, script_id)


class CastWarningsButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=rf"casting:(?P<action>open|back):{_SCRIPT_ID}"
):
    """Opens the private view, or goes back to it."""

    LABELS: ClassVar[dict[str, str]] = {"open": "Cast…", "back": "‹ Back"}

    def __init__(self, action: str, script_id: str) -> None:
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=f"casting:{action}:{script_id}"))
        self.action = action
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows what is open now."""
        require_team(interaction)
        casting = get_services(interaction).casting
        if self.action == "back":
            await interaction.response.defer()
            await interaction.edit_original_response(view=build_casting(await casting.read(self.script_id)))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=build_casting(await casting.read(self.script_id)), ephemeral=True)


class SpeakerButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"speaker:(?P<action>alias|rename|new|known|own):{_SCRIPT_ID}:{_SPEAKER_KEY}",
):
    """One answer to a question about a speaker."""

    LABELS: ClassVar[dict[str, str]] = {
        "alias": "It is an alias of…",
        "rename": "Rename in this script…",
        "new": "New character",
        "known": "Take the cast's voice",
        "own": "Change the cast's voice",
    }

    def __init__(self, action: str, script_id: str, key: str) -> None:
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=f"speaker:{action}:{script_id}:{key}"))
        self.action = action
        self.script_id = script_id
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Answers the question, or asks what else is needed for that."""
        by = require_team(interaction)
        casting = get_services(interaction).casting
        cast = await casting.read(self.script_id)
        speaker = _find_speaker(cast, self.key)
        if self.action == "rename":
            near = next((warning.known for warning in cast.warnings if warning.speaker == speaker), "")
            await interaction.response.send_modal(RenameSpeakerModal(self.script_id, speaker, near))
            return
        await interaction.response.defer()
        match self.action:
            case "alias":
                await interaction.edit_original_response(view=_build_choice(cast, speaker))
                return
            case "new":
                await casting.add_character(self.script_id, speaker, by)
            case "known":
                await casting.use_known_voice(self.script_id, speaker, by)
            case "own":
                await casting.keep_own_voice(self.script_id, speaker, by)
        await _show(interaction, self.script_id)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows what is still open."""
        if not interaction.response.is_done():
            await interaction.response.defer()
        await _show(interaction, self.script_id)


class AliasSelect(
    PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"speaker:whose:{_SCRIPT_ID}:{_SPEAKER_KEY}"
):
    """Chooses the character whose alias a speaker's name is."""

    def __init__(self, script_id: str, key: str, members: Sequence[StoredMember] = ()) -> None:
        options = [
            discord.SelectOption(
                label=shorten(member.name, 100), value=member.id, description=shorten(member.role, 100) or None
            )
            for member in members
        ] or [discord.SelectOption(label="–")]
        select: ui.Select[Any] = ui.Select(
            placeholder="Choose the character", options=options, custom_id=f"speaker:whose:{script_id}:{key}"
        )
        super().__init__(select)
        self.script_id = script_id
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["script_id"], match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Makes the name an alias."""
        by = require_team(interaction)
        casting = get_services(interaction).casting
        await interaction.response.defer()
        speaker = _find_speaker(await casting.read(self.script_id), self.key)
        await casting.make_alias(self.script_id, speaker, self.item.values[0], by)
        await _show(interaction, self.script_id)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows what is still open."""
        await _show(interaction, self.script_id)


class RenameSpeakerModal(Modal, title="Rename in this script"):
    """Asks for the speaker's name in one script."""

    def __init__(self, script_id: str, speaker: str, near: str) -> None:
        super().__init__()
        self._script_id = script_id
        self._speaker = speaker
        self._name: ui.TextInput[RenameSpeakerModal] = ui.TextInput(
            max_length=MAX_NAME, default=near or speaker, custom_id="name"
        )
        description = f"Instead of {shorten(speaker, 60)}; the cast of the book stays as it is."
        self.add_item(ui.Label(text="Name", description=description, component=self._name))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Renames the speaker and shows what is still open."""
        by = require_team(interaction)
        await interaction.response.defer()
        await get_services(interaction).casting.rename_speaker(self._script_id, self._speaker, self._name.value, by)
        await _show(interaction, self._script_id)


def _find_speaker(cast: ScriptCast, key: str) -> str:
    speaker = find_speaker(cast.script.cast, key)
    if speaker is None:
        raise StateError("This speaker has got another name in the script meanwhile.", "Nothing was changed.")
    return speaker
