"""The menus of a reader: scenes, speakers and the cues of the page. A menu of Discord's has at most 25 options."""

import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from bot.scripts.cue_lists import list_scenes
from bot.scripts.models import Cue, Script
from bot.scripts.reading import ReaderFilter
from bot.scripts.speakers import make_speaker_key
from bot.scripts.timing import add_timing
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, read_chosen_key
from cogs.views.cue_panel import show_cue
from cogs.views.formatting import format_count, format_duration_range, isolate, shorten
from cogs.views.pressed_cards import build_card
from cogs.views.reader_ids import POSITION_PATTERN, OfferedChoices, OpenPage, ReaderPosition
from cogs.views.reader_pages import ReaderPage, find_page, prepare_pages

_MAX_OPTIONS: Final = 25
"""Discord's documentation: a select menu has at most 25 options."""
_NO_VALUE: Final = "-"
"""The menu's value for all lines; Discord does not allow an empty one."""
_SPEAKER: Final = re.compile("[0-9a-f]{12}")
"""What ``make_speaker_key`` returns."""
_FROM: Final = re.compile(r"from:(\d{1,5})")
"""The value of an option that shows another part of the list."""


def offer_part(options: Sequence[discord.SelectOption], start: int, size: int) -> list[discord.SelectOption]:
    """The options, if there are ``size`` at most; else some of them from ``start`` on, between "Earlier" and "More"."""
    if len(options) <= size:
        return list(options)
    part = size - 2
    start = min(max(start, 0), len(options) - part)
    end = start + part
    before = discord.SelectOption(label=f"‹ {start:,} before these…", value=f"from:{max(start - part, 0)}")
    after = discord.SelectOption(label=f"{len(options) - end:,} after these… ›", value=f"from:{end}")
    return [*([before] if start else []), *options[start:end], *([after] if end < len(options) else [])]


class _ReaderSelect(PersistentItemMixin):
    """What the menus have in common: the position in the custom id, and reading the script when something is chosen."""

    item: ui.Select[Any]
    position: ReaderPosition

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows what was chosen in place of the page."""
        require_team(interaction)
        value = read_chosen_key(self.item.values)
        await interaction.response.defer()
        stored, script = await get_services(interaction).scripts.get(self.position.script_id)
        await prepare_pages(script, self.position.filter)
        another_part = _FROM.fullmatch(value)
        if another_part:
            start = int(another_part[1])
            opened = OpenPage(stored, script, self.position, self.offer_from(start))
        else:
            opened = OpenPage(stored, script, self.find_position(script, value))
        await interaction.edit_original_response(view=build_card(opened))

    def find_position(self, script: Script, value: str) -> ReaderPosition:
        """Where the chosen option leads."""
        raise NotImplementedError

    def offer_from(self, start: int) -> OfferedChoices:
        """The choices, with those of this menu from ``start`` on."""
        raise NotImplementedError


class SceneSelect(_ReaderSelect, ui.DynamicItem[ui.Select[Any]], template=r"read:scene:" + POSITION_PATTERN):
    """Chooses a scene; of more than 25, first those around the page."""

    def __init__(
        self,
        position: ReaderPosition,
        script: Script | None = None,
        page: ReaderPage | None = None,
        start: int | None = None,
    ) -> None:
        options = _list_scene_options(script, page, start) if script and page else []
        select: ui.Select[Any] = ui.Select(
            custom_id=f"read:scene:{position.encode()}", placeholder="Go to a scene", options=options
        )
        super().__init__(select)
        self.position = position

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(ReaderPosition.from_match(match))

    def find_position(self, script: Script, value: str) -> ReaderPosition:
        """The page on which the scene begins, or the next one with lines of the character."""
        cue = int(value) if value.isdecimal() else 1
        return self.position.go_to(find_page(script, cue, self.position.filter))

    def offer_from(self, start: int) -> OfferedChoices:
        """Another part of the scenes."""
        return OfferedChoices(scene=start)


def _list_scene_options(script: Script, page: ReaderPage, start: int | None) -> list[discord.SelectOption]:
    scenes = list_scenes(script)
    here = page.cues[0].scene if page.cues else 1
    at = next((index for index, (scene, _) in enumerate(scenes) if scene.n == here), 0)
    options = []
    for scene, cues in scenes:
        _, length = add_timing(cues)
        facts = f"{format_duration_range(length.low, length.high)} · cues {cues[0].n} to {cues[-1].n}"
        options.append(
            discord.SelectOption(
                label=isolate(f"{scene.n} · {scene.heading or 'no place given'}", 100),
                value=str(cues[0].n),
                description=shorten(f"{facts} · {', '.join(scene.present)}".rstrip(" ·"), 100),
                default=scene.n == here,
            )
        )
    return offer_part(options, at - _MAX_OPTIONS // 2 if start is None else start, _MAX_OPTIONS)


class SpeakerSelect(_ReaderSelect, ui.DynamicItem[ui.Select[Any]], template=r"read:speaker:" + POSITION_PATTERN):
    """Chooses whose lines are shown; of more than 24 speakers, first those with the most lines."""

    def __init__(self, position: ReaderPosition, script: Script | None = None, start: int | None = None) -> None:
        options = _list_speaker_options(script, position, start or 0) if script else []
        select: ui.Select[Any] = ui.Select(
            custom_id=f"read:speaker:{position.encode()}", placeholder="Only one character's lines", options=options
        )
        super().__init__(select)
        self.position = position

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(ReaderPosition.from_match(match))

    def find_position(self, script: Script, value: str) -> ReaderPosition:  # noqa: ARG002 - the same for every script
        """The first page of the lines."""
        wanted = ReaderFilter(speaker_key=value if _SPEAKER.fullmatch(value) else "")
        return ReaderPosition(self.position.script_id, 0, wanted)

    def offer_from(self, start: int) -> OfferedChoices:
        """Another part of the speakers."""
        return OfferedChoices(speaker=start)


def _list_speaker_options(script: Script, position: ReaderPosition, start: int) -> list[discord.SelectOption]:
    counts = {member.name: 0 for member in script.cast}
    for cue in script.cues:
        if cue.speaker in counts:
            counts[cue.speaker] += 1
    chosen = position.filter.speaker_key
    names = sorted(counts, key=lambda name: (make_speaker_key(name) != chosen, -counts[name]))
    options = [
        discord.SelectOption(
            label=isolate(name, 100),
            value=make_speaker_key(name),
            description=format_count(counts[name], "line"),
            default=make_speaker_key(name) == chosen,
        )
        for name in names
    ]
    every = discord.SelectOption(label="Everybody's lines", value=_NO_VALUE, default=not chosen)
    return [every, *offer_part(options, start, _MAX_OPTIONS - 1)]


class CueSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"read:cue:" + POSITION_PATTERN):
    """Opens one of the page's cues."""

    def __init__(self, position: ReaderPosition, cues: Sequence[Cue] = ()) -> None:
        options = [_build_cue_option(cue) for cue in cues[:_MAX_OPTIONS]]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"read:cue:{position.encode()}", placeholder="Open a cue: edit it, log a take", options=options
        )
        super().__init__(select)
        self.position = position

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(ReaderPosition.from_match(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the cue in place of the page."""
        require_team(interaction)
        cue_id = read_chosen_key(self.item.values)
        await interaction.response.defer()
        await show_cue(interaction, self.position.script_id, cue_id, self.position.filter)


def _build_cue_option(cue: Cue) -> discord.SelectOption:
    name = cue.speaker if cue.kind.is_spoken else cue.kind.value.upper()
    text = cue.text if cue.kind.is_spoken else cue.text.upper()
    return discord.SelectOption(
        label=isolate(f"{cue.n} · {name}", 100), value=cue.id, description=isolate(text, 100) or None
    )
