"""One cue of a script in full, with what can be done with it."""

import re
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.scripts.cue_lists import list_scenes
from bot.scripts.models import Cue, Script, WriterKind
from bot.scripts.reading import ReaderFilter
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.cue_edit import build_edit_items
from cogs.views.formatting import EMBER, GREY, escape_text
from cogs.views.pressed_cards import build_card
from cogs.views.reader_ids import (
    CUE_PATTERN,
    FILTER_PATTERN,
    OpenCue,
    PageWithCue,
    decode_filter,
    encode_filter,
    read_filter,
)
from cogs.views.reader_pages import prepare_pages
from cogs.views.takes import build_cue_items
from storage.stores.scripts import StoredScript

_ROW: Final = 5
"""Discord's documentation: a row has at most five buttons."""
_TEXT_CHARACTERS: Final = 3_000
"""Of the cue's text, escaped; a cue has at most 2,000 characters, which escaping may double."""


async def show_cue(interaction: discord.Interaction, script_id: str, cue_id: str, wanted: ReaderFilter) -> None:
    """The message of the deferred interaction shows the cue; ``wanted`` is what the person saw of the script before."""
    stored, script, cue = await get_services(interaction).editing.get_cue(script_id, cue_id)
    await interaction.edit_original_response(view=build_panel(OpenCue(stored, script, cue, filter=wanted)))


@build_card.register
def build_panel(opened: OpenCue) -> ui.LayoutView:
    """The cue with its buttons: its neighbours, editing, takes, and back to the page."""
    stored, script, cue, note = opened.stored, opened.script, opened.cue, opened.note
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(_describe(stored, script, cue)),
        ui.Separator(),
        ui.TextDisplay(escape_text(cue.text, _TEXT_CHARACTERS)),
    ]
    if note:
        items.append(ui.TextDisplay(f"-# {note}"))
    rows = [[*_build_moves(opened), *build_cue_items(stored, cue)], build_edit_items(stored, cue)]
    for row in rows:
        items += [action_row(*row[at : at + _ROW]) for at in range(0, len(row), _ROW)]
    return card_layout(*items, accent=GREY if stored.writer == WriterKind.TEMPLATE else EMBER)


def _describe(stored: StoredScript, script: Script, cue: Cue) -> str:
    name = cue.speaker if cue.kind.is_spoken else cue.kind.value.upper()
    direction = f" *({escape_text(cue.direction, 240)})*" if cue.direction else ""
    lines = [
        f"### Cue {cue.n} of {len(script.cues)} · {escape_text(name, 60)}{direction}",
        f"{escape_text(stored.title, 120)} · version {stored.version} · {stored.state.value}",
    ]
    scene = next((scene for scene, cues in list_scenes(script) if any(each.id == cue.id for each in cues)), None)
    about = []
    if scene is not None and script.scenes:
        about.append(f"Scene {scene.n}" + (f", {escape_text(scene.heading, 100)}" if scene.heading else ""))
    about.append(f"about {cue.seconds:.0f} s" + (" (kept)" if cue.fixed_seconds is not None else ""))
    if cue.is_altered:
        about.append("differs from the source, changed by hand" if cue.spans else "not in the source, added by hand")
    return "\n".join([*lines, "-# " + " · ".join(about)])


def _build_moves(opened: OpenCue) -> list[ui.Item[Any]]:
    stored, script, cue = opened.stored, opened.script, opened.cue
    at = cue.n - 1
    before, after = script.cues[at - 1] if at else None, script.cues[at + 1] if at + 1 < len(script.cues) else None
    return [
        CueButton("prev", stored.id, before.id if before else cue.id, disabled=before is None),
        CueButton("next", stored.id, after.id if after else cue.id, disabled=after is None),
        CueButton("page", stored.id, cue.id, wanted=opened.filter),
    ]


class CueButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"cue:(?P<action>prev|next|page):{CUE_PATTERN}:{FILTER_PATTERN}",
):
    """The cue before or after, or back to the page, of what the filter lets through."""

    LABELS: ClassVar = {"prev": "‹ Cue", "next": "Cue ›", "page": "Back to the page"}

    def __init__(
        self,
        action: str,
        script_id: str,
        cue_id: str,
        *,
        wanted: ReaderFilter | None = None,
        disabled: bool = False,
    ) -> None:
        self.filter = wanted or ReaderFilter()
        custom_id = f"cue:{action}:{script_id}:{cue_id}:{encode_filter(self.filter)}"
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=custom_id, disabled=disabled))
        self.action = action
        self.script_id = script_id
        self.cue_id = cue_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], match["cue_id"], wanted=decode_filter(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the cue, or the page on which it is."""
        require_team(interaction)
        await interaction.response.defer()
        if self.action != "page":
            await show_cue(interaction, self.script_id, self.cue_id, read_filter(interaction))
            return
        stored, script, cue = await get_services(interaction).editing.get_cue(self.script_id, self.cue_id)
        await prepare_pages(script, self.filter)
        await interaction.edit_original_response(view=build_card(PageWithCue(stored, script, cue, self.filter)))
