"""The differences between two states of a script: page by page in Discord, and as a file."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.errors import StateError
from bot.exports.files import fit_into_upload
from bot.progress.paging import locate_page
from bot.progress.script_differences import list_pieces, render_differences
from bot.progress.script_versions import Comparison, OfferedState, TextState
from bot.scripts.diff import ChangeKind, CueChange, Piece, PieceKind
from bot.scripts.models import Cue
from cogs.interactions.access import get_services, require_team
from cogs.interactions.uploads import get_upload_limit
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, format_count, isolate
from cogs.views.pressed_cards import build_card
from cogs.views.version_buttons import VersionButton
from storage.states import ScriptState

_PAGE_CHARACTERS: Final = 2_800
"""Characters of one page. Discord accepts 4,000 in one message; the rest is for the heading."""
_CUE_CHARACTERS: Final = 1_300
"""Characters of one cue's text with its marks; the file shows all of a longer one."""
_PIECE_CHARACTERS: Final = 600
"""Characters of one new or removed piece."""
_CONTEXT: Final = 60
"""Characters of unchanged text beside a change."""
_SIGNS: Final = {
    ChangeKind.CHANGED: "✎",
    ChangeKind.ADDED: "➕",
    ChangeKind.REMOVED: "➖",
    ChangeKind.MOVED: "↕",
}
_PREFIX: Final = "audio_scripts_"
STATE_PATTERN: Final = r"[0-9a-f]{16}\.-?\d{1,6}"
"""Matches what ``encode_state`` returns."""


def encode_state(state: TextState) -> str:
    """The state as a part of a custom id."""
    return f"{state.script_id.removeprefix(_PREFIX)}.{state.number}"


def decode_state(code: str) -> TextState:
    """The state that ``encode_state`` made the code of."""
    script, number = code.split(".")
    return TextState(_PREFIX + script, int(number))


@build_card.register
def build_diff(comparison: Comparison, page: int = 0) -> ui.LayoutView:
    """One page of what differs (from 0; the nearest that exists)."""
    blocks = [_format_change(change) for change in comparison.changes if change.kind is not ChangeKind.SAME]
    pages = _split_pages(blocks)
    position = locate_page(page, len(pages), 1)
    title = escape_text(comparison.version.title, 150)
    heading = f"### {title}\nFrom {comparison.old_label} to {comparison.new_label}: {_summarize(comparison)}"
    if blocks:
        heading += "\n-# ~~gone~~ **new** · ✎ changed · ➕ added · ➖ removed · ↕ moved"
    items: list[ui.Item[Any]] = [ui.TextDisplay(heading)]
    if blocks:
        items += [ui.Separator(), ui.TextDisplay(pages[position.index])]
    buttons: list[ui.Item[Any]] = []
    if position.page_count > 1:
        turn = (comparison.old, comparison.new)
        buttons.append(DiffButton("prev", *turn, position.index - 1, disabled=position.is_first))
        buttons.append(DiffButton("next", *turn, position.index + 1, disabled=position.is_last))
    if blocks:
        buttons.append(DiffButton("file", comparison.old, comparison.new, 0))
    if buttons:
        items.append(action_row(*buttons))
    if comparison.others:
        items.append(action_row(CompareSelect(comparison.new, comparison.new_label, comparison.others)))
    version, number = comparison.version, comparison.new.number
    more = [VersionButton("history", version.id)]
    if version.state is ScriptState.DRAFT and number >= 0:
        more.append(VersionButton("restore", version.id, number))
    return card_layout(*items, action_row(*more), accent=EMBER)


def _summarize(comparison: Comparison) -> str:
    kinds = [change.kind for change in comparison.changes]
    found = [f"{format_count(kinds.count(kind), 'cue')} {kind.value}" for kind in _SIGNS if kind in kinds]
    return ", ".join(found) or "the texts are the same."


def _split_pages(blocks: list[str]) -> list[str]:
    pages: list[list[str]] = [[]]
    used = 0
    for block in blocks:
        if pages[-1] and used + len(block) > _PAGE_CHARACTERS:
            pages.append([])
            used = 0
        pages[-1].append(block)
        used += len(block) + 1
    return ["\n".join(page) for page in pages]


def _format_change(change: CueChange) -> str:
    cue, old, new = change.cue, change.old, change.new
    number = f"`{cue.n}`"
    if old is not None and new is not None and change.kind is ChangeKind.MOVED:
        number += f" (was `{old.n}`)"
    name, direction = _name(cue), cue.direction
    if old is not None and new is not None:
        name, note = _mark_field(_name(old), _name(new), 60), _mark_field(old.direction, direction, 200)
    else:
        name, note = escape_text(name, 60), escape_text(direction, 200) if direction else ""
    note = f" ({note})" if note else ""
    return f"{_SIGNS[change.kind]} {number} {name}{note}: {_format_pieces(list_pieces(change))}"


def _name(cue: Cue) -> str:
    return cue.speaker if cue.kind.is_spoken else cue.kind.value.upper()


def _mark_field(old: str, new: str, limit: int) -> str:
    if old == new:
        return escape_text(new, limit) if new else ""
    pieces = (Piece(PieceKind.REMOVED, old), Piece(PieceKind.ADDED, new))
    return " ".join(_format_piece(piece, limit) for piece in pieces if piece.text)


def _format_pieces(pieces: tuple[Piece, ...]) -> str:
    """The text with its changes; unchanged stretches only beside them."""
    only = len(pieces) == 1
    shown: list[str] = []
    used = 0
    for at, piece in enumerate(pieces):
        if piece.kind is PieceKind.SAME:
            text = _format_same(piece.text, is_first=at == 0, is_last=at == len(pieces) - 1)
        else:
            text = _format_piece(piece, _CUE_CHARACTERS if only else _PIECE_CHARACTERS)
        if used + len(text) > _CUE_CHARACTERS + 20:
            return "".join([*shown, " … *(the file shows the rest)*"])
        shown.append(text)
        used += len(text)
    return "".join(shown)


def _format_same(text: str, *, is_first: bool, is_last: bool) -> str:
    before = text if is_first else text[:_CONTEXT]
    if is_first and is_last:
        return _escape(text[:_CONTEXT]) + ("…" if len(text) > _CONTEXT else "")
    if is_first:
        return ("…" if len(text) > _CONTEXT else "") + _escape(text[-_CONTEXT:])
    if is_last:
        return _escape(before) + ("…" if len(text) > _CONTEXT else "")
    return _escape(text) if len(text) <= 2 * _CONTEXT else f"{_escape(before)} … {_escape(text[-_CONTEXT:])}"


def _format_piece(piece: Piece, limit: int) -> str:
    """A new or a removed piece between its marks. Marks beside a space would be shown literally, so spaces stay outside."""
    mark = "**" if piece.kind is PieceKind.ADDED else "~~"
    text = piece.text.strip()
    if not text:
        return piece.text
    lead, tail = _edges(piece.text)
    return f"{lead}{mark}{escape_text(text, limit)}{mark}{tail}"


def _escape(text: str) -> str:
    lead, tail = _edges(text)
    return f"{lead}{escape_text(text, 4 * _CONTEXT)}{tail}" if text.strip() else text


def _edges(text: str) -> tuple[str, str]:
    return (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")


class DiffButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"diff:(?P<action>prev|next|file):(?P<old>{STATE_PATTERN}):(?P<new>{STATE_PATTERN}):(?P<page>-?\d{{1,4}})",
):
    """Another page of the differences, or all of them as a file."""

    LABELS: ClassVar = {"prev": "‹ Previous", "next": "Next ›", "file": "Download"}

    def __init__(self, action: str, old: TextState, new: TextState, page: int, *, disabled: bool = False) -> None:
        custom_id = f"diff:{action}:{encode_state(old)}:{encode_state(new)}:{page}"
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=custom_id, disabled=disabled))
        self.action = action
        self.old = old
        self.new = new
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], decode_state(match["old"]), decode_state(match["new"]), int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one, or answers with the file."""
        require_team(interaction)
        is_file = self.action == "file"
        await (interaction.response.defer(ephemeral=True, thinking=True) if is_file else interaction.response.defer())
        comparison = await get_services(interaction).versions.compare(self.old, self.new)
        if not is_file:
            await interaction.edit_original_response(view=build_diff(comparison, self.page))
            return
        download = await asyncio.to_thread(render_differences, comparison)
        download = fit_into_upload(download, get_upload_limit(interaction))
        file = discord.File(io.BytesIO(download.content), download.name)
        await interaction.followup.send("The differences, to open in a browser:", file=file, ephemeral=True)


class CompareSelect(
    PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"compare:(?P<state>{STATE_PATTERN})"
):
    """Compares the text with another one of the same chapter: any version's, after any edit."""

    def __init__(self, state: TextState, label: str = "", others: Sequence[OfferedState] = ()) -> None:
        options = [
            discord.SelectOption(
                label=each.label.capitalize(),
                value=encode_state(each.state),
                description=isolate(each.summary, 90) or None,
            )
            for each in others
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"compare:{encode_state(state)}",
            placeholder=f"Compare {label} with…",
            options=options or [discord.SelectOption(label="-")],
        )
        super().__init__(select)
        self.state = state

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(decode_state(match["state"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the differences in place of the message.

        Raises:
            StateError: the value is none that the menu offers; only a made-up interaction has such.
        """
        require_team(interaction)
        values = self.item.values
        if len(values) != 1 or not re.fullmatch(STATE_PATTERN, values[0]):
            raise StateError("This is no longer one of the choices.", "Use `/scripts versions` again.")
        await interaction.response.defer()
        comparison = await get_services(interaction).versions.compare_in_order(decode_state(values[0]), self.state)
        await interaction.edit_original_response(view=build_diff(comparison))
