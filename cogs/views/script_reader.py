"""A script for one person to read in Discord: page by page, by scene, one character's lines, or what is searched for."""

import re
from collections import Counter
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.errors import InputError
from bot.scripts.models import Script, WriterKind
from bot.scripts.reading import MAX_QUERY, ReaderFilter
from bot.scripts.speakers import find_speaker
from bot.scripts.text_units import to_single_line
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import (
    EMBER,
    GREY,
    escape_text,
    format_count,
    format_duration_range,
)
from cogs.views.modals import Modal
from cogs.views.pressed_cards import build_card
from cogs.views.reader_ids import POSITION_PATTERN, OfferedChoices, OpenPage, PageWithCue, ReaderPosition
from cogs.views.reader_menus import CueSelect, SceneSelect, SpeakerSelect
from cogs.views.reader_pages import build_pages, find_page, prepare_pages
from storage.stores.scripts import StoredScript

_SHOWN_CAST: Final = 8  # names in the heading of the first page


def build_reader(
    stored: StoredScript, script: Script, position: ReaderPosition | None = None, offered: OfferedChoices | None = None
) -> ui.LayoutView:
    """The page with its controls; without a position the first one."""
    position = position or ReaderPosition(stored.id)
    offered = offered or OfferedChoices()
    pages = build_pages(script, position.filter)
    position = position.go_to(min(max(position.page, 0), len(pages) - 1))
    page = pages[position.page]
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(_describe(stored, script, position, len(pages), sum(len(each.cues) for each in pages))),
        ui.Separator(),
        ui.TextDisplay(page.text or "—"),
        action_row(*_build_buttons(position, len(pages))),
    ]
    if len(script.scenes) > 1 and not position.filter.query:
        items.append(action_row(SceneSelect(position, script, page, offered.scene)))
    if script.cast:
        items.append(action_row(SpeakerSelect(position, script, offered.speaker)))
    if page.cues:
        items.append(action_row(CueSelect(position, page.cues)))
    return card_layout(*items, accent=GREY if stored.writer == WriterKind.TEMPLATE else EMBER)


def build_reader_at(stored: StoredScript, script: Script, cue: int) -> ui.LayoutView:
    """The page on which the cue with this number begins."""
    return build_reader(stored, script, ReaderPosition(stored.id, find_page(script, cue)))


@build_card.register
def build_page_with_cue(shown: PageWithCue) -> ui.LayoutView:
    """The page on which the cue begins, or the next one that the filter lets through."""
    page = find_page(shown.script, shown.cue.n, shown.filter)
    return build_reader(shown.stored, shown.script, ReaderPosition(shown.stored.id, page, shown.filter))


@build_card.register
def build_opened_page(opened: OpenPage) -> ui.LayoutView:
    """The page as a menu has changed it."""
    return build_reader(opened.stored, opened.script, opened.position, opened.offered)


def _describe(stored: StoredScript, script: Script, position: ReaderPosition, pages: int, cues: int) -> str:
    title = f"### {escape_text(stored.title, 150)} · version {stored.version}"
    page = f"Page {position.page + 1} of {pages}"
    if position.filter.query:
        found = format_count(cues, "cue") if cues else "nothing"
        return f"{title}\n{page} · “{escape_text(position.filter.query, 80)}”: {found} found"
    if position.filter.speaker_key:
        name = find_speaker(script.cast, position.filter.speaker_key) or "This speaker"
        return f"{title}\n{page} · {escape_text(name, 60)}: {format_count(cues, 'line')}"
    if position.page:
        return f"{title}\n{page}"
    time = format_duration_range(script.running_time.low, script.running_time.high)
    scenes = f" · {format_count(len(script.scenes), 'scene')}" if script.scenes else ""
    lines = [f"{page} · runs {time} (estimate) · {format_count(len(script.cues), 'cue')}{scenes}"]
    if script.logline:
        lines.append(f"*{escape_text(script.logline, 250)}*")
    if script.cast:
        lines.append(_describe_cast(script))
    return "\n".join([title, *lines])


def _describe_cast(script: Script) -> str:
    """The first speakers with their numbers of lines, and how many more there are."""
    counts = Counter(cue.speaker for cue in script.cues)
    shown = script.cast[:_SHOWN_CAST]
    names = [f"{escape_text(member.name, 40)} ({format_count(counts[member.name], 'line')})" for member in shown]
    more = f" and {len(script.cast) - len(shown)} more" if len(script.cast) > len(shown) else ""
    return f"-# Cast: {', '.join(names)}{more}"


def _build_buttons(position: ReaderPosition, pages: int) -> list[ui.Item[Any]]:
    buttons: list[ui.Item[Any]] = []
    if pages > 1:
        at, last = position.page, pages - 1
        before = ReaderButton("prev", position.go_to(at - 1), f"‹ Page {at}" if at else "‹", disabled=at == 0)
        after = ReaderButton(
            "next", position.go_to(at + 1), "›" if at == last else f"Page {at + 2} ›", disabled=at == last
        )
        buttons += [before, after]
    buttons += [ReaderButton("jump", position), ReaderButton("search", position)]
    if position.filter != ReaderFilter():
        buttons.append(ReaderButton("all", position))
    return buttons


async def show_reader(interaction: discord.Interaction, position: ReaderPosition) -> None:
    """The message of the deferred interaction shows the page."""
    stored, script = await get_services(interaction).scripts.get(position.script_id)
    await prepare_pages(script, position.filter)
    await interaction.edit_original_response(view=build_reader(stored, script, position))


class ReaderButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"read:(?P<action>prev|next|jump|search|all):" + POSITION_PATTERN,
):
    """Another page, Jump to cue, Search, or Whole script."""

    LABELS: ClassVar = {
        "prev": "‹",
        "next": "›",
        "jump": "Jump to cue…",
        "search": "Search…",
        "all": "Whole script",
    }

    def __init__(self, action: str, position: ReaderPosition, label: str = "", *, disabled: bool = False) -> None:
        custom_id = f"read:{action}:{position.encode()}"
        super().__init__(ui.Button(label=label or self.LABELS[action], custom_id=custom_id, disabled=disabled))
        self.action = action
        self.position = position

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], ReaderPosition.from_match(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one, or asks for what to jump to."""
        require_team(interaction)
        match self.action:
            case "jump":
                await interaction.response.send_modal(JumpModal(self.position))
            case "search":
                await interaction.response.send_modal(SearchModal(self.position))
            case "all":
                await interaction.response.defer()
                await show_reader(interaction, ReaderPosition(self.position.script_id))
            case _:
                await interaction.response.defer()
                await show_reader(interaction, self.position)


class JumpModal(Modal, title="Jump to a cue"):
    """Asks for a cue's number."""

    def __init__(self, position: ReaderPosition) -> None:
        super().__init__()
        self._position = position
        self._number: ui.TextInput[JumpModal] = ui.TextInput(custom_id="number", max_length=6)
        self.add_item(
            ui.Label(text="The cue's number", description="As it stands before the line.", component=self._number)
        )

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Shows the page on which the cue begins, of the whole script."""
        require_team(interaction)
        await interaction.response.defer()
        stored, script = await get_services(interaction).scripts.get(self._position.script_id)
        typed = self._number.value.strip()
        if not typed.isdecimal() or not 1 <= int(typed) <= len(script.cues):
            raise InputError(f"There is no cue “{typed}”.", f"The script has cues 1 to {len(script.cues)}.")
        await interaction.edit_original_response(view=build_reader_at(stored, script, int(typed)))


class SearchModal(Modal, title="Search in this script"):
    """Asks for words."""

    def __init__(self, position: ReaderPosition) -> None:
        super().__init__()
        self._position = position
        self._query: ui.TextInput[SearchModal] = ui.TextInput(
            custom_id="query", max_length=MAX_QUERY, default=position.filter.query or None
        )
        description = "Every word must be in the cue; “in quotes” exactly as typed."
        self.add_item(ui.Label(text="Words", description=description, component=self._query))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Shows the cues in which all words are found."""
        require_team(interaction)
        await interaction.response.defer()
        query = to_single_line(self._query.value)
        await show_reader(interaction, ReaderPosition(self._position.script_id, 0, ReaderFilter(query=query)))
