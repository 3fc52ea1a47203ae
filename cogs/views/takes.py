"""One cue at the microphone: its words, its takes, and buttons to log one and to go on to the next line."""

import re
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.errors import NotFoundError
from bot.scripts.models import Cue
from bot.scripts.reading import ReaderFilter
from bot.scripts.take_log import LoggedCue
from bot.scripts.takes import CueRecording, CueStatus, digest_spoken, find_next_line
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_relative_time, shorten
from cogs.views.pressed_cards import build_card
from cogs.views.reader_ids import CUE_PATTERN, FILTER_PATTERN, OpenCue, decode_filter, encode_filter, read_filter
from cogs.views.take_forms import CorrectTakeModal, LogTakeModal
from storage.states import TakeVerdict
from storage.stores.scripts import StoredScript
from storage.stores.takes import Take

_MAX_WORDS: Final = 1_700
"""Characters of the cue's words; those of a longer one end in an ellipsis. Discord takes 4,000 in one message."""
_MAX_TAKES_LENGTH: Final = 1_200
VERDICT_MARKS: Final = {TakeVerdict.GOOD: "✅", TakeVerdict.PICKUP: "🔁"}
"""How a take is marked where it is listed."""


def build_take_panel(logged: LoggedCue, wanted: ReaderFilter | None = None) -> ui.LayoutView:
    """The cue with its takes, for recording line by line; ``wanted`` is what the person saw of the script before."""
    stored, cue = logged.stored, logged.cue
    scene = next((scene for scene in logged.script.scenes if scene.n == cue.scene), None)
    place = f" · scene {scene.n} {escape_text(scene.heading, 100)}" if scene else ""
    direction = f" *({escape_text(cue.direction, 200)})*" if cue.direction else ""
    speaker = escape_text(cue.speaker, 60) or cue.kind.value.upper()
    return card_layout(
        ui.TextDisplay(f"### {escape_text(stored.title, 100)} · version {stored.version}\n-# Cue {cue.n}{place}"),
        ui.TextDisplay(f"**{speaker}**{direction}\n{escape_text(cue.text, _MAX_WORDS)}"),
        ui.Separator(),
        *build_take_items(logged, wanted),
        accent=EMBER,
    )


def build_take_items(logged: LoggedCue, wanted: ReaderFilter | None = None) -> list[ui.Item[Any]]:
    """What is known about the recording of the cue, and the buttons: at most 10 components; none for a sound."""
    cue, script_id = logged.cue, logged.stored.id
    if not cue.kind.is_spoken:
        return []
    spoken = digest_spoken(cue)
    log: list[ui.Item[Any]] = [
        TakeButton("good", script_id, cue.id, spoken, label=f"Take {logged.next_number} is good"),
        TakeButton("log", script_id, cue.id, spoken),
    ]
    if logged.recording.takes:
        last = logged.recording.takes[-1]
        log.append(TakeButton("correct", script_id, cue.id, _get_key(last), label=f"Correct take {last.number}…"))
        log.append(TakeButton("delete", script_id, cue.id, _get_key(last), label=f"Delete take {last.number}"))
    own_next = find_next_line(logged.script, cue, cue.speaker)
    own_label = f"Next of {shorten(cue.speaker, 60)} ›"
    go_on: list[ui.Item[Any]] = [
        TakeButton("next", script_id, cue.id, disabled=find_next_line(logged.script, cue) is None),
        TakeButton("own", script_id, cue.id, label=own_label, disabled=own_next is None),
        TakeButton("cue", script_id, cue.id, wanted=wanted),
    ]
    return [ui.TextDisplay(_describe_takes(logged)), action_row(*log), action_row(*go_on)]


def build_cue_items(stored: StoredScript, cue: Cue) -> list[ui.Item[Any]]:
    """The buttons for the panel of one cue: log a take, and see its takes; none for a sound."""
    if not cue.kind.is_spoken:
        return []
    return [
        TakeButton("log", stored.id, cue.id, digest_spoken(cue)),
        TakeButton("open", stored.id, cue.id),
    ]


def describe_status(recording: CueRecording) -> str:
    """What is known about the recording of a cue, on one line."""
    note = f": {escape_text(recording.note, 250)}" if recording.note else ""
    match recording.status:
        case CueStatus.RECORDED:
            return f"✅ recorded, take {recording.number}{note}"
        case CueStatus.PICKUP:
            return f"🔁 pick-up{note}"
        case CueStatus.CHANGED:
            return "✏️ changed since it was recorded"
        case CueStatus.NOT_RECORDED:
            return "not recorded"


def _describe_takes(logged: LoggedCue) -> str:
    recording, stored = logged.recording, logged.stored
    lines = [_describe_take(take, logged) for take in reversed(recording.takes)]
    counts = f"-# {stored.recorded_cues:,} of {logged.script.spoken_cue_count:,} lines recorded"
    return "\n".join([f"**{describe_status(recording)}**", *fit_lines(lines, _MAX_TAKES_LENGTH), counts])


def _describe_take(take: Take, logged: LoggedCue) -> str:
    note = f" · {escape_text(take.note, 250)}" if take.note else ""
    other = "" if take.spoken_digest == digest_spoken(logged.cue) else " · of other words"
    number = f"take {take.number}{other}{note}"
    return f"{VERDICT_MARKS[take.verdict]} {number} · {format_relative_time(take.created_at)}"


def _get_key(take: Take) -> str:
    """The part of the take's id that differs from other ids."""
    return take.id.removeprefix("takes_")


async def show_cue(interaction: discord.Interaction, logged: LoggedCue) -> None:
    """Shows the cue in place of the message with the button."""
    await interaction.edit_original_response(view=build_take_panel(logged, read_filter(interaction)))


class TakeButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"take:(?P<action>open|good|log|correct|delete|next|own|cue):{CUE_PATTERN}:(?P<seen>[0-9a-f]{{16}}|){FILTER_PATTERN}",
):
    """Shows a cue with its takes, logs or corrects one, or goes on to the next line.

    ``seen`` is what the person sees: for a new take the ``digest_spoken`` of the cue, else the key of its last take.
    ``filter`` is what the person saw of the script before, for the way back.
    """

    LABELS: ClassVar[dict[str, str]] = {
        "open": "Takes",
        "good": "Take is good",
        "log": "Take…",
        "correct": "Correct…",
        "delete": "Delete",
        "next": "Next line ›",
        "own": "Next of the same ›",
        "cue": "Back to the cue",
    }

    def __init__(
        self,
        action: str,
        script_id: str,
        cue_id: str,
        seen: str = "",
        label: str = "",
        *,
        wanted: ReaderFilter | None = None,
        disabled: bool = False,
    ) -> None:
        self.filter = wanted or ReaderFilter()
        style = discord.ButtonStyle.success if action == "good" else discord.ButtonStyle.secondary
        custom_id = f"take:{action}:{script_id}:{cue_id}:{seen}{encode_filter(self.filter)}"
        button = ui.Button[Any](label=label or self.LABELS[action], style=style, custom_id=custom_id, disabled=disabled)
        super().__init__(button)
        self.action = action
        self.script_id = script_id
        self.cue_id = cue_id
        self.seen = seen

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], match["cue_id"], match["seen"], wanted=decode_filter(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Does what the label says, in place of this message."""
        by = require_team(interaction)
        takes = get_services(interaction).takes
        logged = await takes.get_cue(self.script_id, self.cue_id)
        match self.action:
            case "log":
                await interaction.response.send_modal(LogTakeModal(logged, self.seen, show_cue))
                return
            case "correct":
                modal = CorrectTakeModal(self.script_id, self._find_take(logged), show_cue)
                await interaction.response.send_modal(modal)
                return
        await interaction.response.defer()
        match self.action:
            case "good":
                logged = await takes.log_take(
                    self.script_id, self.cue_id, self.seen, logged.next_number, TakeVerdict.GOOD, "", by
                )
            case "delete":
                logged = await takes.delete_last_take(self.script_id, f"takes_{self.seen}", by)
            case "next" | "own":
                speaker = logged.cue.speaker if self.action == "own" else ""
                following = find_next_line(logged.script, logged.cue, speaker)
                if following is None:
                    raise NotFoundError("This is the last line.")
                logged = await takes.get_cue(self.script_id, following.id)
            case "cue":
                opened = OpenCue(logged.stored, logged.script, logged.cue, filter=self.filter)
                await interaction.edit_original_response(view=build_card(opened))
                return
        await show_cue(interaction, logged)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows the takes that there are now."""
        await show_cue(interaction, await get_services(interaction).takes.get_cue(self.script_id, self.cue_id))

    def _find_take(self, logged: LoggedCue) -> Take:
        take = next((each for each in logged.recording.takes if _get_key(each) == self.seen), None)
        if take is None:
            raise NotFoundError("Somebody has deleted this take.")
        return take
