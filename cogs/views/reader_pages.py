"""The pages of a script as a reader in Discord sees them: Markdown that fits into one message, with scene headings."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.scripts.cue_lists import list_scenes, number_sounds
from bot.scripts.models import Cue, Scene, Script
from bot.scripts.reading import ReaderFilter, ShownCue, choose_cues
from bot.scripts.timing import add_timing
from cogs.views.formatting import escape_text, format_duration_range, highlight_text

_PAGE_CHARACTERS: Final = 2_800
"""Characters of one page. Discord accepts 4,000 in one message; the rest is for the heading and for markup."""
_LINE_CHARACTERS: Final = 1_000
"""Characters of one line of a page before escaping, which may double them; a line must fit on a page."""
_MARKED_CHARACTERS: Final = 2_400
"""Characters of such a line once escaped and highlighted; where nearly every word is found, the last ones are not marked."""
_CONTEXT_CHARACTERS: Final = 160
"""Of a cue that only shows what a line answers: its end is what an actor hears."""
_LONGEST_WORD: Final = 30
"""Fewer characters before the first space are taken for the rest of a word; more are writing without spaces."""
MAX_PAGE_CUES: Final = 25
"""As many as a select menu of Discord's has options, from which one cue of the page is chosen."""


@dataclass(frozen=True, slots=True)
class ReaderPage:
    """One page: its text, and the cues that begin on it, without those that are only context."""

    text: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    cue: Cue
    begins: bool
    is_context: bool = False


async def prepare_pages(script: Script, wanted: ReaderFilter) -> None:
    """Builds the pages in a thread, for ``build_pages``; searching a long script takes too long for the event loop."""
    await asyncio.to_thread(build_pages, script, wanted)


@lru_cache(maxsize=4)
def build_pages(script: Script, wanted: ReaderFilter) -> Sequence[ReaderPage]:
    """The pages of what the filter lets through; at least one."""
    numbers = number_sounds(script.cues)
    headings = {scene.n: _format_heading(scene, cues) for scene, cues in list_scenes(script)}
    pages: list[list[_Line]] = [[]]
    used = count = scene = 0
    for shown in choose_cues(script, wanted):
        lines = format_cue(shown, numbers)
        if script.scenes and shown.cue.scene != scene:
            scene = shown.cue.scene
            lines = [f"{headings[scene]}\n{lines[0]}", *lines[1:]]
        for at, text in enumerate(lines):
            is_new = at == 0 and not shown.is_context
            if pages[-1] and (used + len(text) > _PAGE_CHARACTERS or (is_new and count >= MAX_PAGE_CUES)):
                pages.append([])
                used = count = 0
            pages[-1].append(_Line(text, shown.cue, begins=at == 0, is_context=shown.is_context))
            used += len(text) + 1
            count += is_new
    return tuple(_build_page(lines) for lines in pages)


def find_page(script: Script, cue: int, wanted: ReaderFilter | None = None) -> int:
    """The page on which the cue with this number begins, counted from 0; the last one for a number that there is not."""
    pages = build_pages(script, wanted or ReaderFilter())
    return next((at for at, page in enumerate(pages) if any(each.n >= cue for each in page.cues)), len(pages) - 1)


def _build_page(lines: Sequence[_Line]) -> ReaderPage:
    cues = tuple(line.cue for line in lines if line.begins and not line.is_context)
    return ReaderPage("\n".join(line.text for line in lines), cues)


def _format_heading(scene: Scene, cues: Sequence[Cue]) -> str:
    """``**Scene 2 · THE HALL – NIGHT** · 2–3 min``."""
    _, length = add_timing(cues)
    place = f" · {escape_text(scene.heading, 120)}" if scene.heading else ""
    return f"**Scene {scene.n}{place}** · {format_duration_range(length.low, length.high)}"


def format_cue(shown: ShownCue, numbers: dict[int, int]) -> list[str]:
    """A cue as Markdown lines; a very long one in several."""
    cue = shown.cue
    number = f"`{cue.n:>3}`"
    direction = f" *({escape_text(cue.direction, 200)})*" if cue.direction else ""
    name = escape_text(cue.speaker, 60) if cue.kind.is_spoken else f"{cue.kind.value.upper()} [{numbers[cue.n]}]"
    if shown.is_context:
        end = shown.text[-_CONTEXT_CHARACTERS:]
        cut = "…" if len(end) < len(shown.text) else ""
        half_word, _, rest = end.partition(" ")
        if cut and len(half_word) < _LONGEST_WORD:
            end = rest
        return [f"-# {number} {name}: {cut}{escape_text(end, 2 * _CONTEXT_CHARACTERS)}"]
    mark = " ✎" if cue.is_altered else ""
    text = shown.text if cue.kind.is_spoken else shown.text.upper()
    if len(text) != len(shown.text):  # some letters have no capital of the same length, and hits are places in the text
        text = shown.text
    pieces = [text[at : at + _LINE_CHARACTERS] for at in range(0, len(text), _LINE_CHARACTERS)] or [""]
    lines = [_highlight(piece, shown.hits, at * _LINE_CHARACTERS) for at, piece in enumerate(pieces)]
    return [f"{number} **{name}**{direction}{mark}: {lines[0]}", *lines[1:]]


def _highlight(piece: str, hits: Sequence[tuple[int, int]], offset: int) -> str:
    """The escaped text with what was found underlined and bold, as far as the marks leave it short enough for a page."""
    places = [(max(start - offset, 0), min(end - offset, len(piece))) for start, end in hits]
    inside = [(start, end) for start, end in places if start < end]
    marked = highlight_text(piece, inside, ("__**", "**__"))
    while len(marked) > _MARKED_CHARACTERS and inside:
        inside = inside[: len(inside) * 3 // 4]
        marked = highlight_text(piece, inside, ("__**", "**__"))
    return marked
