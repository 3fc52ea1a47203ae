"""A script for reading in Discord, page by page, shown to one person."""

import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.scripts.models import Cue, Script, WriterKind
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, GREY, escape_text
from storage.stores.scripts import StoredScript

_PAGE_CHARACTERS: Final = 2_800
"""Characters of one page. Discord accepts 4,000 in one message; the rest is for the heading and for markup."""
_LINE_CHARACTERS: Final = 1_200
"""Characters of one line of a page before escaping, which may double them; a line must fit on a page."""
_SHOWN_CAST: Final = 12  # names in the heading of the first page


def split_pages(script: Script) -> list[str]:
    """The cues as Markdown, in pages that fit into a message of Discord's; at least one page."""
    return ["\n".join(line for _, line in page) for page in _split_lines(script)]


def find_page(script: Script, cue: int) -> int:
    """The page on which the cue with this number begins, counted from 0; the last one for a number that there is not."""
    pages = _split_lines(script)
    return next((at for at, page in enumerate(pages) if any(n == cue for n, _ in page)), len(pages) - 1)


def _split_lines(script: Script) -> list[list[tuple[int, str]]]:
    """The lines of each page, with the numbers of their cues."""
    pages: list[list[tuple[int, str]]] = [[]]
    used = 0
    for n, line in ((cue.n, piece) for cue in script.cues for piece in _split_cue(cue)):
        if pages[-1] and used + len(line) > _PAGE_CHARACTERS:
            pages.append([])
            used = 0
        pages[-1].append((n, line))
        used += len(line) + 1
    return pages


def build_page(stored: StoredScript, script: Script, page: int) -> ui.LayoutView:
    """One page with the buttons to its neighbours.

    ``page`` counts from 0; for a number out of range it is the first or the last page.
    """
    pages = split_pages(script)
    number = min(max(page, 0), len(pages) - 1)
    cast = ", ".join(escape_text(member.name, 40) for member in script.cast[:_SHOWN_CAST])
    subtitle = f"Cast: {cast}" if number == 0 and cast else f"Page {number + 1} of {len(pages)}"
    heading = f"### {escape_text(stored.title)}\n{subtitle}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(heading),
        ui.Separator(),
        ui.TextDisplay(pages[number] or "—"),
    ]
    is_last = number == len(pages) - 1
    if len(pages) > 1:
        items.append(
            action_row(
                PageButton("prev", stored.id, number - 1, f"‹ Page {number}" if number else "‹", disabled=number == 0),
                PageButton("next", stored.id, number + 1, "›" if is_last else f"Page {number + 2} ›", disabled=is_last),
            )
        )
    return card_layout(*items, accent=GREY if stored.writer == WriterKind.TEMPLATE else EMBER)


class PageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"page:(?P<direction>prev|next):(?P<id>audio_scripts_[0-9a-f]{16}):(?P<page>-?\d{1,4})",
):
    """Shows the previous or the next page."""

    def __init__(self, direction: str, script_id: str, page: int, label: str = "›", *, disabled: bool = False) -> None:
        custom_id = f"page:{direction}:{script_id}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.script_id = script_id
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["direction"], match["id"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        stored, script = await get_services(interaction).scripts.get(self.script_id)
        await interaction.edit_original_response(view=build_page(stored, script, self.page))


def _split_cue(cue: Cue) -> list[str]:
    """A cue as Markdown lines; a very long one in several."""
    direction = f" *({escape_text(cue.direction, 200)})*" if cue.direction else ""
    if cue.kind.is_spoken:
        head, text = f"`{cue.n:>3}` **{escape_text(cue.speaker, 60)}**{direction}: ", cue.text
    else:
        head, text = f"`{cue.n:>3}` **{cue.kind.value.upper()}**{direction}: ", cue.text.upper()
    step = _LINE_CHARACTERS
    first, *others = [text[at : at + step] for at in range(0, len(text), step)] or [""]
    return [head + escape_text(first, step), *(escape_text(other, step) for other in others)]
