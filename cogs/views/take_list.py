"""``/scripts takes``: how much of a script is recorded, its pick-ups, and the lines that are not recorded."""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.exports.files import fit_into_upload
from bot.progress.paging import locate_page
from bot.scripts.cue_lists import list_scenes
from bot.scripts.take_log import ScriptTakes
from bot.scripts.takes import CueRecording, CueStatus
from cogs.interactions.access import get_services, require_team
from cogs.interactions.uploads import get_upload_limit
from cogs.views.base import PersistentItemMixin, action_row, card_layout, read_chosen_key
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_count, isolate, progress_bar
from cogs.views.takes import build_take_panel, describe_status

_PAGE_SIZE: Final = 10
"""Lines on one page; with the longest notes they fit into a message of Discord's."""
_MAX_SCENES_LENGTH: Final = 900
_MAX_LINES_LENGTH: Final = 2_500
_MAX_CHARACTERS: Final = 24
"""Characters to filter by, those with the most lines; a menu of Discord's takes 25 options, and one is "Everybody"."""
_EVERYBODY: Final = "-"
_KEY: Final = re.compile("[0-9a-f]{8}")


class Listing(StrEnum):
    """Which lines are listed."""

    PICKUPS = "pickups"
    OPEN = "open"
    ALL = "all"


_LISTING_LABELS: Final = {
    Listing.PICKUPS: "Pick-ups",
    Listing.OPEN: "Not recorded, or changed since",
    Listing.ALL: "All lines",
}
_STATUSES: Final = {
    Listing.PICKUPS: {CueStatus.PICKUP},
    Listing.OPEN: {CueStatus.NOT_RECORDED, CueStatus.CHANGED},
    Listing.ALL: set(CueStatus),
}


@dataclass(frozen=True, slots=True)
class TakeFilter:
    """Which lines are shown: the listing, the character by ``make_key`` of the name ("" for all), the page from 0."""

    listing: Listing = Listing.PICKUPS
    character: str = ""
    page: int = 0

    @property
    def text(self) -> str:
        """The filter in a custom id."""
        return f"{self.listing.value}:{self.character}:{self.page}"


def make_key(name: str) -> str:
    """Eight hex characters that stand for a character's name in custom ids."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def choose_listing(log: ScriptTakes) -> TakeFilter:
    """What is shown first: the pick-ups, or what is not recorded where there are none."""
    has_pickups = any(each.status is CueStatus.PICKUP for each in log.recordings)
    return TakeFilter(Listing.PICKUPS if has_pickups else Listing.OPEN)


def build_take_list(log: ScriptTakes, wanted: TakeFilter) -> ui.LayoutView:
    """One page of the take log with its menus."""
    stored = log.stored
    own = [each for each in log.recordings if wanted.character in {"", make_key(each.cue.speaker)}]
    listed = [each for each in own if each.status in _STATUSES[wanted.listing]]
    position = locate_page(wanted.page, len(listed), _PAGE_SIZE)
    shown = listed[position.offset : position.offset + _PAGE_SIZE]
    wanted = replace(wanted, page=position.index)
    heading = f"### Takes · {escape_text(stored.title, 100)} · version {stored.version}"
    pages = f" · page {position.index + 1} of {position.page_count}" if position.page_count > 1 else ""
    title = f"**{_LISTING_LABELS[wanted.listing]}**: {format_count(len(listed), 'line')}{pages}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join([heading, _count_statuses(own), *_describe_scenes(log, own)])),
        ui.Separator(),
        ui.TextDisplay("\n".join([title, *fit_lines([_describe_line(each) for each in shown], _MAX_LINES_LENGTH)])),
        action_row(TakeListSelect("list", stored.id, wanted)),
        action_row(TakeListSelect("who", stored.id, wanted, log.recordings)),
    ]
    if shown:
        items.append(action_row(TakeListSelect("cue", stored.id, wanted, shown)))
    items.append(
        action_row(
            TakeListButton("prev", stored.id, replace(wanted, page=position.index - 1), disabled=position.is_first),
            TakeListButton("next", stored.id, replace(wanted, page=position.index + 1), disabled=position.is_last),
            TakeListButton("file", stored.id, wanted),
        )
    )
    return card_layout(*items, accent=EMBER)


def _count_statuses(recordings: Sequence[CueRecording]) -> str:
    counts = Counter(each.status for each in recordings)
    parts = [f"{counts[CueStatus.RECORDED]:,} of {format_count(len(recordings), 'line')} recorded"]
    if counts[CueStatus.PICKUP]:
        parts.append(format_count(counts[CueStatus.PICKUP], "pick-up"))
    if counts[CueStatus.CHANGED]:
        parts.append(f"{counts[CueStatus.CHANGED]:,} changed since")
    return " · ".join(parts)


def _describe_scenes(log: ScriptTakes, recordings: Sequence[CueRecording]) -> list[str]:
    """How much of each scene is recorded; scenes without a line to record are left out."""
    by_cue = {each.cue.n: each.status is CueStatus.RECORDED for each in recordings}
    lines = []
    for scene, cues in list_scenes(log.script):
        recorded = [by_cue[cue.n] for cue in cues if cue.n in by_cue]
        if recorded:
            bar = progress_bar(sum(recorded), len(recorded))
            heading = f" {escape_text(scene.heading, 80)}" if scene.heading else ""
            lines.append(f"{bar} scene {scene.n}{heading}: {sum(recorded):,} of {len(recorded):,}")
    return fit_lines(lines, _MAX_SCENES_LENGTH)


def _describe_line(recording: CueRecording) -> str:
    cue = recording.cue
    line = f"`{cue.n:>3}` **{escape_text(cue.speaker, 40)}** {escape_text(cue.text, 60)}"
    return line if recording.status is CueStatus.NOT_RECORDED else f"{line}\n-# {describe_status(recording)}"


_FILTER: Final = r"(?P<listing>pickups|open|all):(?P<character>[0-9a-f]{8}|):(?P<page>-?\d{1,4})"
_SCRIPT: Final = r"(?P<script>audio_scripts_[0-9a-f]{16})"


def _read_filter(match: re.Match[str]) -> TakeFilter:
    return TakeFilter(Listing(match["listing"]), match["character"], int(match["page"]))


async def _show(interaction: discord.Interaction, script_id: str, wanted: TakeFilter) -> None:
    log = await get_services(interaction).takes.get_script(script_id)
    await interaction.edit_original_response(view=build_take_list(log, wanted))


class TakeListButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"takes:(?P<action>prev|next|file):{_SCRIPT}:{_FILTER}",
):
    """Turns the page of the take log, or gives it as a file."""

    LABELS: ClassVar[dict[str, str]] = {"prev": "‹", "next": "›", "file": "takes.csv"}

    def __init__(self, action: str, script_id: str, wanted: TakeFilter, *, disabled: bool = False) -> None:
        custom_id = f"takes:{action}:{script_id}:{wanted.text}"
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=custom_id, disabled=disabled))
        self.action = action
        self.script_id = script_id
        self.wanted = wanted

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script"], _read_filter(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the log in place of this message; the file is a message of its own."""
        by = require_team(interaction)
        if self.action == "file":
            await interaction.response.defer(ephemeral=True, thinking=True)
            download = await get_services(interaction).exports.export_takes(self.script_id, by)
            download = fit_into_upload(download, get_upload_limit(interaction))
            file = discord.File(io.BytesIO(download.content), download.name)
            await interaction.followup.send(file=file, ephemeral=True)
            return
        await interaction.response.defer()
        await _show(interaction, self.script_id, self.wanted)


class TakeListSelect(
    PersistentItemMixin,
    ui.DynamicItem[ui.Select[Any]],
    template=rf"takes:(?P<menu>list|who|cue):{_SCRIPT}:{_FILTER}",
):
    """Chooses which lines are listed, whose they are, or a line to open."""

    def __init__(self, menu: str, script_id: str, wanted: TakeFilter, recordings: Sequence[CueRecording] = ()) -> None:
        options = {"list": _offer_listings, "who": _offer_characters, "cue": _offer_cues}[menu](wanted, recordings)
        select: ui.Select[Any] = ui.Select(
            options=options,
            placeholder="Open a line…" if menu == "cue" else None,
            custom_id=f"takes:{menu}:{script_id}:{wanted.text}",
        )
        super().__init__(select)
        self.menu = menu
        self.script_id = script_id
        self.wanted = wanted

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["menu"], match["script"], _read_filter(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows what was chosen; a line opens in a message of its own, so that the list stays."""
        require_team(interaction)
        value = read_chosen_key(self.item.values)
        takes = get_services(interaction).takes
        if self.menu == "cue":
            await interaction.response.defer(ephemeral=True, thinking=True)
            logged = await takes.get_cue(self.script_id, value)
            await interaction.followup.send(view=build_take_panel(logged), ephemeral=True)
            return
        await interaction.response.defer()
        if self.menu == "list":
            listing = Listing(value) if value in set(Listing) else self.wanted.listing
            wanted = replace(self.wanted, listing=listing, page=0)
        else:
            character = value if _KEY.fullmatch(value) else ""
            wanted = replace(self.wanted, character=character, page=0)
        await _show(interaction, self.script_id, wanted)


def _offer_listings(wanted: TakeFilter, _: Sequence[CueRecording]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=label, value=listing.value, default=listing is wanted.listing)
        for listing, label in _LISTING_LABELS.items()
    ]


def _offer_characters(wanted: TakeFilter, recordings: Sequence[CueRecording]) -> list[discord.SelectOption]:
    lines = Counter(each.cue.speaker for each in recordings)
    options = [discord.SelectOption(label="Everybody", value=_EVERYBODY, default=not wanted.character)]
    for name, number in lines.most_common(_MAX_CHARACTERS):
        key = make_key(name)
        label = isolate(name, 90) or "–"
        description = format_count(number, "line")
        options.append(
            discord.SelectOption(label=label, value=key, description=description, default=key == wanted.character)
        )
    return options


def _offer_cues(_: TakeFilter, recordings: Sequence[CueRecording]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=isolate(f"{each.cue.n} · {each.cue.speaker}", 90),
            value=each.cue.id,
            description=isolate(each.cue.text, 90) or None,
        )
        for each in recordings
    ] or [discord.SelectOption(label="–")]
