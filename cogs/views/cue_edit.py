"""Editing cues by hand: the buttons on an open cue and their forms."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.errors import InputError, StateError
from bot.scripts.edit_service import EditConflictError, EditedScript, check_draft
from bot.scripts.editing import MAX_DIRECTION, CueFields, digest_cue
from bot.scripts.models import MAX_CUE_CHARS, NARRATOR, Cue, CueKind, Script
from bot.scripts.names import MAX_NAME
from cogs.interactions.access import get_services, require_team
from cogs.messages.failures import REQUEST_ERRORS
from cogs.views.base import PersistentItemMixin
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.formatting import escape_text
from cogs.views.modals import Modal
from cogs.views.pressed_cards import build_card
from cogs.views.reader_ids import CUE_PATTERN, OpenCue, read_filter
from cogs.views.version_buttons import VersionButton
from storage.states import ScriptState
from storage.stores.scripts import StoredScript

_MAX_TYPED: Final = 4_000
"""Characters that a form takes: more than a cue may have, so that a text that is too long can be shortened and not retyped."""
_SHOWN_CONFLICT: Final = 800
"""Characters of one's own text and of the other person's in the answer to a conflict. Discord accepts 2,000 in a message; a
longer text of one's own is a file."""
_KIND_LABELS: Final = {
    CueKind.DIALOGUE: "A character's line",
    CueKind.NARRATION: "The narrator's line",
    CueKind.SFX: "A sound",
    CueKind.MUSIC: "Music",
}


def build_edit_items(stored: StoredScript, cue: Cue) -> list[ui.Item[Any]]:
    """The buttons for the cue; for an approved or released version only the one that makes a draft of it."""
    if stored.state is not ScriptState.DRAFT:
        return [CueEditButton("copy", stored.id, cue.id), VersionButton("history", stored.id)]
    actions = ("edit", "before", "after", "move", "delete", "undo")
    return [*(CueEditButton(action, stored.id, cue.id) for action in actions), VersionButton("history", stored.id)]


class CueEditButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"edit:(?P<action>edit|before|after|move|delete|undo|copy):" + CUE_PATTERN,
):
    """Edit, Add before, Add after, Move, Delete, Undo, or New draft from this version."""

    STYLES: ClassVar = {
        "edit": ("Edit…", discord.ButtonStyle.primary),
        "before": ("Add before…", discord.ButtonStyle.secondary),
        "after": ("Add after…", discord.ButtonStyle.secondary),
        "move": ("Move…", discord.ButtonStyle.secondary),
        "delete": ("Delete", discord.ButtonStyle.danger),
        "undo": ("Undo the last edit", discord.ButtonStyle.secondary),
        "copy": ("New draft from this version", discord.ButtonStyle.primary),
    }

    def __init__(self, action: str, script_id: str, cue_id: str) -> None:
        label, style = self.STYLES[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"edit:{action}:{script_id}:{cue_id}"))
        self.action = action
        self.script_id = script_id
        self.cue_id = cue_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], match["cue_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens the form, or changes the script at once."""
        by = require_team(interaction)
        editing = get_services(interaction).editing
        match self.action:
            case "edit" | "before" | "after" | "move":
                await self._open_form(interaction)
            case "delete":
                await interaction.response.defer()
                _, _, cue = await editing.get_cue(self.script_id, self.cue_id)
                edited = await editing.delete_cue(self.script_id, self.cue_id, by)
                await _show_edited(
                    interaction, edited, f"Cue {cue.n} is deleted. “Undo the last edit” brings it back.", cue.n
                )
            case "undo":
                await interaction.response.defer()
                edited = await editing.undo(self.script_id, by)
                here = next((cue.n for cue in edited.script.cues if cue.id == self.cue_id), 1)
                await _show_edited(interaction, edited, f"Undone: “{edited.undone}”.", here)
            case _:
                await interaction.response.defer()
                copy = await editing.copy_version(self.script_id, by)
                stored, script, cue = await editing.get_cue(copy.id, self.cue_id)
                source, _ = await get_services(interaction).scripts.get(self.script_id)
                note = f"This is version {copy.version}, a draft with the text of version {source.version}."
                opened = OpenCue(stored, script, cue, note, read_filter(interaction))
                await interaction.edit_original_response(view=build_card(opened))

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows the cue with what is possible now."""
        if not interaction.response.is_done():
            await interaction.response.defer()
        await _show_now(interaction, self.script_id, self.cue_id)

    async def _open_form(self, interaction: discord.Interaction) -> None:
        stored, script, cue = await get_services(interaction).editing.get_cue(self.script_id, self.cue_id)
        check_draft(stored)
        match self.action:
            case "edit":
                modal: Modal = EditCueModal(stored, cue, CueFields.of(cue))
            case "move":
                modal = MoveCueModal(stored, script, cue)
            case _:
                modal = AddCueModal(stored, cue, before=self.action == "before")
        await interaction.response.send_modal(modal)


class _CueInputs:
    """What the forms for a changed and for a new cue have in common: speaker, direction and text."""

    def __init__(self, fields: CueFields) -> None:
        self._speaker: ui.TextInput[Any] = ui.TextInput(
            custom_id="speaker", max_length=MAX_NAME, required=False, default=fields.speaker or None
        )
        self._direction: ui.TextInput[Any] = ui.TextInput(
            custom_id="direction", max_length=MAX_DIRECTION, required=False, default=fields.direction or None
        )
        self._text: ui.TextInput[Any] = ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, max_length=_MAX_TYPED, default=fields.text or None
        )

    def add_to(self, modal: Modal, *, has_speaker: bool) -> None:
        """The form has these fields."""
        if has_speaker:
            description = f"{NARRATOR} for narration; a new name joins the cast."
            modal.add_item(ui.Label(text="Speaker", description=description, component=self._speaker))
        note = "A note to the actor or the engineer, such as close, amused."
        modal.add_item(ui.Label(text="Direction", description=note, component=self._direction))
        limit = f"What is spoken or heard, up to {MAX_CUE_CHARS:,} characters."
        modal.add_item(ui.Label(text="Text", description=limit, component=self._text))

    def read(self, *, keep_timing: bool = False) -> CueFields:
        """What was typed."""
        return CueFields(self._text.value, self._speaker.value, self._direction.value, keep_timing)


class EditCueModal(Modal, title="Edit the cue"):
    """One cue: speaker, direction, text, and whether it lasts as long as before."""

    def __init__(self, stored: StoredScript, cue: Cue, fields: CueFields) -> None:
        super().__init__()
        self._stored = stored
        self._cue = cue
        self._inputs = _CueInputs(fields)
        self._inputs.add_to(self, has_speaker=cue.kind.is_spoken)
        self._timing: ui.Select[Any] = ui.Select(
            custom_id="timing",
            options=[
                discord.SelectOption(label="As long as its text takes", value="free", default=not fields.keep_timing),
                discord.SelectOption(
                    label=f"Keep timing: {cue.seconds:.1f} s", value="keep", default=fields.keep_timing
                ),
            ],
        )
        description = "Keep it where the line has to fit a recording that exists."
        self.add_item(ui.Label(text="How long it lasts", description=description, component=self._timing))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Changes the cue; where somebody else has changed it meanwhile, nothing of what was typed is lost."""
        by = require_team(interaction)
        await interaction.response.defer()
        fields = self._inputs.read(keep_timing="keep" in self._timing.values)
        editing = get_services(interaction).editing
        async with _showing_state(interaction, self._stored.id, self._cue.id):
            edited = await editing.change_cue(self._stored.id, self._cue.id, digest_cue(self._cue), fields, by)
        await _show_edited(interaction, edited, "The cue is changed.", self._cue.n)

    async def on_error(self, interaction: discord.Interaction, error: Exception, /) -> None:  # type: ignore[override]  # modals pass no item
        """Answers a conflict with what was typed; discord.py closes a form for good whose submission raises nothing."""
        try:
            if isinstance(error, EditConflictError):
                await self._answer_conflict(interaction, error)
                return
        except REQUEST_ERRORS as failure:
            error = failure
        await super().on_error(interaction, error)

    async def _answer_conflict(self, interaction: discord.Interaction, conflict: EditConflictError) -> None:
        """One message with what was typed, what the cue is now, and a button that opens the form on the new state."""
        fields = self._inputs.read()
        typed = "\n".join(filter(None, (fields.speaker, fields.direction, fields.text)))
        lines, files = [conflict.text], []
        if len(typed) > _SHOWN_CONFLICT:
            lines.append("**What you typed** is in the file.")
            files = [discord.File(io.BytesIO(typed.encode(errors="replace")), "what_you_typed.txt")]
        else:
            fenced = typed.replace("```", "` ` `")
            lines.append(f"**What you typed**\n```\n{fenced}\n```")
        view: ui.View = discord.utils.MISSING
        if conflict.cue is not None:
            lines.append(f"**The cue now**\n{escape_text(conflict.cue.text, _SHOWN_CONFLICT)}")
            self._cue = conflict.cue
            view = self.keep_for(interaction.user.id)
        await interaction.followup.send("\n".join(lines), files=files, view=view, ephemeral=True)


class AddCueModal(Modal, title="Add a cue"):
    """A new cue before or after another."""

    def __init__(self, stored: StoredScript, anchor: Cue, *, before: bool) -> None:
        super().__init__()
        self._stored = stored
        self._anchor = anchor
        self._before = before
        self._kind: ui.Select[Any] = ui.Select(
            custom_id="kind",
            options=[
                discord.SelectOption(label=label, value=kind.value, default=kind is CueKind.DIALOGUE)
                for kind, label in _KIND_LABELS.items()
            ],
        )
        self.add_item(
            ui.Label(text="What it is", description="Sounds and music have no speaker.", component=self._kind)
        )
        self._inputs = _CueInputs(CueFields(""))
        self._inputs.add_to(self, has_speaker=True)

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Adds the cue and shows it."""
        by = require_team(interaction)
        await interaction.response.defer()
        if not self._kind.values or self._kind.values[0] not in {kind.value for kind in CueKind}:
            raise InputError("This is no kind of cue.", "Choose one in the list.")
        kind = CueKind(self._kind.values[0])
        async with _showing_state(interaction, self._stored.id, self._anchor.id):
            edited = await get_services(interaction).editing.insert_cue(
                self._stored.id, self._anchor.id, kind, self._inputs.read(), by, before=self._before
            )
        await _show_edited(interaction, edited, "The cue is added.", self._anchor.n)


class MoveCueModal(Modal, title="Move the cue"):
    """Asks for the number that the cue is to have."""

    def __init__(self, stored: StoredScript, script: Script, cue: Cue) -> None:
        super().__init__()
        self._stored = stored
        self._cue = cue
        self._number: ui.TextInput[MoveCueModal] = ui.TextInput(custom_id="number", max_length=6, default=str(cue.n))
        description = f"From 1 to {len(script.cues)}; the others make room."
        self.add_item(ui.Label(text="The cue's new number", description=description, component=self._number))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Moves the cue and shows it there."""
        by = require_team(interaction)
        await interaction.response.defer()
        typed = self._number.value.strip()
        if not typed.isdecimal():
            raise InputError(f"“{typed[:20]}” is not a number.", "Type the number that the cue is to have.")
        async with _showing_state(interaction, self._stored.id, self._cue.id):
            edited = await get_services(interaction).editing.move_cue(self._stored.id, self._cue.id, int(typed), by)
        await _show_edited(interaction, edited, f"The cue is now number {int(typed)}.", int(typed))


async def _show_edited(interaction: discord.Interaction, edited: EditedScript, note: str, number: int) -> None:
    """Shows the cue of the edit, else the one that has its number now, and brings the script's card up to date."""
    stored, script = edited.stored, edited.script
    cue = edited.cue or script.cues[min(max(number, 1), len(script.cues)) - 1]
    view = build_card(OpenCue(stored, script, cue, note, read_filter(interaction)))
    # A form that was opened again belongs to the message of an error, whose text would not go with a layout.
    await interaction.edit_original_response(content=None, attachments=[], view=view)
    await refresh_script_card(get_services(interaction), stored.id)


@asynccontextmanager
async def _showing_state(interaction: discord.Interaction, script_id: str, cue_id: str) -> AsyncIterator[None]:
    """Where the script can no longer be edited, the message shows the cue with what is possible now."""
    try:
        yield
    except StateError:
        await _show_now(interaction, script_id, cue_id)
        raise


async def _show_now(interaction: discord.Interaction, script_id: str, cue_id: str) -> None:
    """The message of the deferred interaction shows the cue as it is now, or the first one where it was deleted."""
    stored, script = await get_services(interaction).scripts.get(script_id)
    cue = next((cue for cue in script.cues if cue.id == cue_id), script.cues[0])
    view = build_card(OpenCue(stored, script, cue, filter=read_filter(interaction)))
    await interaction.edit_original_response(content=None, attachments=[], view=view)
