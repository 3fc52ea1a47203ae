"""The forms in which takes are logged and corrected."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import discord
from discord import ui

from bot.errors import InputError
from bot.scripts.take_log import MAX_TAKE_NOTE, LoggedCue
from cogs.interactions.access import get_services, require_team
from cogs.views.base import read_chosen_member
from cogs.views.modals import Modal
from storage.states import TakeVerdict
from storage.stores.takes import Take

ShowCue: TypeAlias = Callable[[discord.Interaction, LoggedCue], Awaitable[None]]
"""Shows the cue with its takes in the message from which the form was opened."""

VERDICT_LABELS: Final = {TakeVerdict.GOOD: "Good", TakeVerdict.PICKUP: "Pick-up: record it once more"}


class LogTakeModal(Modal):
    """Asks for the number, the verdict and a note of a take. ``spoken`` stands for the words that were on screen."""

    def __init__(self, logged: LoggedCue, spoken: str, show: ShowCue) -> None:
        self.title = f"Take of cue {logged.cue.n}"
        super().__init__()
        self._script_id, self._cue_id = logged.stored.id, logged.cue.id
        self._spoken = spoken
        self._show = show
        self._number = _build_number(logged.next_number)
        self.add_item(ui.Label(text="Number", description="Leave it for the next take.", component=self._number))
        self._verdict = _build_verdict(TakeVerdict.GOOD)
        self.add_item(ui.Label(text="Verdict", description="Whether the take can be used.", component=self._verdict))
        self._note = _build_note("")
        self.add_item(ui.Label(text="Note", description="For whoever records or cuts the line.", component=self._note))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Logs the take and shows the cue."""
        by = require_team(interaction)
        number = _read_number(self._number)
        verdict = read_chosen_member(TakeVerdict, self._verdict.values)
        await interaction.response.defer()
        logged = await get_services(interaction).takes.log_take(
            self._script_id, self._cue_id, self._spoken, number, verdict, self._note.value, by
        )
        await self._show(interaction, logged)


class CorrectTakeModal(Modal):
    """Asks for the number, the verdict and the note of a take that was logged."""

    def __init__(self, script_id: str, take: Take, show: ShowCue) -> None:
        self.title = f"Correct take {take.number}"
        super().__init__()
        self._script_id, self._take_id = script_id, take.id
        self._show = show
        self._number = _build_number(take.number)
        self.add_item(ui.Label(text="Number", description="As it is on the slate.", component=self._number))
        self._verdict = _build_verdict(take.verdict)
        self.add_item(ui.Label(text="Verdict", description="Whether the take can be used.", component=self._verdict))
        self._note = _build_note(take.note)
        self.add_item(ui.Label(text="Note", description="For whoever records or cuts the line.", component=self._note))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Corrects the take and shows the cue."""
        by = require_team(interaction)
        number = _read_number(self._number)
        verdict = read_chosen_member(TakeVerdict, self._verdict.values)
        await interaction.response.defer()
        logged = await get_services(interaction).takes.correct_take(
            self._script_id, self._take_id, number, verdict, self._note.value, by
        )
        await self._show(interaction, logged)


def _build_number(number: int) -> ui.TextInput[Any]:
    return ui.TextInput(custom_id="number", default=str(number), max_length=3)


def _read_number(field: ui.TextInput[Any]) -> int:
    number = str(field.value).strip()
    if not number.isdecimal():
        raise InputError("The take's number is not a whole number.", "Type one, such as 3.")
    return int(number)


def _build_verdict(current: TakeVerdict) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=label, value=verdict.value, default=verdict is current)
        for verdict, label in VERDICT_LABELS.items()
    ]
    return ui.Select(custom_id="verdict", options=options)


def _build_note(note: str) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id="note",
        default=note or None,
        max_length=MAX_TAKE_NOTE,
        required=False,
        placeholder="For example: use the start of take 2",
    )
