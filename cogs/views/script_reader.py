"""A script to be read in Discord, page by page, by one person."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.scripts.models import Cue, Script, WriterKind
from cogs.interactions.access import require_team, services_of
from cogs.views.base import PressMixin, layout, row
from cogs.views.formatting import EMBER, GREY, escape_text
from storage.stores.scripts import StoredScript

_PAGE_CHARACTERS = 2_800


def pages(script: Script) -> list[str]:
    """The cues in pages that Discord takes."""
    found: list[str] = []
    open_page: list[str] = []
    used = 0
    for line in (piece for cue in script.cues for piece in _pieces(cue)):
        if open_page and used + len(line) > _PAGE_CHARACTERS:
            found.append("\n".join(open_page))
            open_page, used = [], 0
        open_page.append(line)
        used += len(line) + 1
    return [*found, "\n".join(open_page)]


def reader(stored: StoredScript, script: Script, page: int) -> ui.LayoutView:
    """One page, with the buttons to the others."""
    found = pages(script)
    number = min(max(page, 0), len(found) - 1)
    cast = ", ".join(escape_text(member.name, 40) for member in script.cast[:12])
    subtitle = f"Cast: {cast}" if number == 0 and cast else f"Page {number + 1} of {len(found)}"
    heading = f"### {escape_text(stored.title)}\n{subtitle}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(heading),
        ui.Separator(),
        ui.TextDisplay(found[number] or "—"),
    ]
    last = number == len(found) - 1
    if len(found) > 1:
        items.append(
            row(
                PageButton("prev", stored.id, number - 1, f"‹ Page {number}" if number else "‹", disabled=number == 0),
                PageButton("next", stored.id, number + 1, "›" if last else f"Page {number + 2} ›", disabled=last),
            )
        )
    return layout(*items, accent=GREY if stored.writer == WriterKind.TEMPLATE else EMBER)


class PageButton(
    PressMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"page:(?P<way>prev|next):(?P<id>audio_scripts_[0-9a-f]{16}):(?P<page>-?\d{1,4})",
):
    """Turns to another page."""

    def __init__(self, way: str, script_id: str, page: int, label: str = "›", *, disabled: bool = False) -> None:
        custom_id = f"page:{way}:{script_id}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.script_id = script_id
        self.page = page

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """The item of this id."""
        return cls(match["way"], match["id"], int(match["page"]))

    async def press(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        stored, script = await services_of(interaction).scripts.get(self.script_id)
        await interaction.edit_original_response(view=reader(stored, script, self.page))


def _pieces(cue: Cue) -> list[str]:
    """A cue as Markdown; a very long one in several lines."""
    direction = f" *({escape_text(cue.direction, 200)})*" if cue.direction else ""
    if cue.kind.is_spoken:
        head, text = f"`{cue.n:>3}` **{escape_text(cue.speaker, 60)}**{direction}: ", cue.text
    else:
        head, text = f"`{cue.n:>3}` **{cue.kind.value.upper()}**{direction}: ", cue.text.upper()
    step = 1_200  # escaping may double it
    first, *others = [text[at : at + step] for at in range(0, len(text), step)] or [""]
    return [head + escape_text(first, step), *(escape_text(other, step) for other in others)]
