"""The lower part of the picture: what happened by day, chapters in stacked bars over a strip of all events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.charts.canvas import EDGE, EDGES, FILLS, INNER, LINE, SMALL, SOFT, TITLE, Canvas
from bot.charts.chart_data import Day

_EVENTS: Final = "#75738f"
_CAPTION: Final = 88.0
_BETWEEN: Final = 16.0
_DATES: Final = 72.0
_QUIET: Final = 88.0
_RIGHT: Final = EDGE + INNER


def height(days: Sequence[Day], *, compact: bool) -> float:
    """How high the chart is for these days."""
    return _CAPTION + sum(_heights(compact=compact)) + _BETWEEN + _DATES if _happened(days) else _QUIET


def chart(canvas: Canvas, y: float, days: Sequence[Day], *, compact: bool) -> float:
    """Draws the days from ``y`` on, or a sentence where nothing happened; returns where it ends."""
    canvas.box(EDGE, y, INNER, 2, LINE)
    if not _happened(days):
        canvas.text(EDGE, y + 52, "Nothing happened in this time.", SMALL, SOFT)
        return y + _QUIET
    _captions(canvas, y, max(day.events for day in days))
    high, low = _heights(compact=compact)
    floor = y + _CAPTION + high
    ticks = _ticks(max(day.chapters for day in days))
    left = EDGE + canvas.text_layout.width(f"{ticks[-1]:,}", SMALL) + 16
    axis = _Axis(left, (_RIGHT - left) / len(days))
    for tick in ticks:
        at = floor - tick / ticks[-1] * high if tick else floor
        canvas.box(left, at - 1, _RIGHT - left, 2, LINE)
        canvas.text(left - 16, at + 10, f"{tick:,}", SMALL, SOFT, align="right")
    for place, day in enumerate(days):
        at = floor
        for state, number in (("released", day.released), ("approved", day.approved), ("drafted", day.drafted)):
            piece = number / max(1, ticks[-1]) * high
            _piece(canvas, axis.left_of(place), at - piece, axis.wide, piece, state)
            at -= piece
    bottom = floor + _BETWEEN + low
    _events(canvas, axis, bottom, low, days)
    _dates(canvas, axis, bottom + 40, [day.label for day in days])
    return bottom + _DATES


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where the days stand: from the left, so far apart."""

    left: float
    pitch: float

    @property
    def wide(self) -> float:
        """A bar's width."""
        return min(64.0, max(1.5, self.pitch * 0.68))

    def middle(self, place: int) -> float:
        """The middle of a day."""
        return self.left + (place + 0.5) * self.pitch

    def left_of(self, place: int) -> float:
        """Where a day's bar begins."""
        return self.middle(place) - self.wide / 2


def _happened(days: Sequence[Day]) -> bool:
    return any(day.events or day.chapters for day in days)


def _heights(*, compact: bool) -> tuple[float, float]:
    return (150.0, 40.0) if compact else (200.0, 56.0)


def _captions(canvas: Canvas, y: float, most: int) -> None:
    words = f"events, up to {most:,}"
    canvas.text(EDGE, y + 54, "Chapters", TITLE, bold=True)
    canvas.text(_RIGHT, y + 54, words, SMALL, SOFT, align="right")
    x = _RIGHT - canvas.text_layout.width(words, SMALL) - 52
    for step, part in enumerate((0.5, 1.0, 0.7)):
        canvas.box(x + step * 13, y + 54 - 24 * part, 10, 24 * part, _EVENTS)


def _ticks(most: int) -> list[int]:
    """Whole numbers from nought to at least the most, in at most four steps of 1, 2, 5, 10, 20 and so on."""
    step = 1
    while most > 4 * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, most + step if most % step else most + 1, step))


def _piece(canvas: Canvas, x: float, y: float, width: float, high: float, state: str) -> None:
    if not high:
        return
    gap = 2 if high > 6 else 0
    line = 2 if width > 8 and high > 8 else 0
    canvas.box(x + line / 2, y + gap + line / 2, width - line, high - gap - line, FILLS[state], EDGES[state], line)
    if min(width, high) >= 24:
        canvas.mark(x + width / 2, y + (gap + high) / 2, min(width, high, 44), state)


def _events(canvas: Canvas, axis: _Axis, bottom: float, low: float, days: Sequence[Day]) -> None:
    most = max(1, *(day.events for day in days))
    for place, day in enumerate(days):
        # A single event among thousands is still to be seen.
        piece = max(2.0, day.events / most * low) if day.events else 0.0
        canvas.box(axis.left_of(place), bottom - piece, axis.wide, piece, _EVENTS)
    canvas.box(axis.left, bottom - 1, _RIGHT - axis.left, 2, LINE)


def _dates(canvas: Canvas, axis: _Axis, y: float, labels: Sequence[str]) -> None:
    """As many labels as stand apart, counted from the newest, each under its bar but never over the edge."""
    text_layout = canvas.text_layout
    lines = {label: text_layout.wrapped(text_layout.clean(label), SMALL, 240, lines=1) for label in set(labels)}
    texts = ["".join(lines[label]) for label in labels]
    for every in range(1, len(texts) + 1):
        found = []
        for place in range(len(texts) - 1, -1, -every):
            width = text_layout.width(texts[place], SMALL)
            found.append((max(EDGE, min(axis.middle(place) - width / 2, _RIGHT - width)), width, texts[place]))
        if all(earlier + width + 26 <= later for (later, _, _), (earlier, width, _) in pairwise(found)):
            for start, _, text in found:
                canvas.text(start, y, text, SMALL, SOFT)
            return
