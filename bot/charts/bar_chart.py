"""The lower part of the picture: for each step of the timeline a bar of chapters, over a strip of all events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.charts.canvas import (
    CONTENT_WIDTH,
    LINE,
    MARGIN,
    SMALL_TEXT,
    SOFT,
    STATE_FILLS,
    STATE_OUTLINES,
    TITLE_TEXT,
    Canvas,
)
from bot.progress.timeline import TimelineStep
from storage.states import ScriptState

_EVENT_COLOUR: Final = "#75738f"
"""Between the ground and the texts: events are the background to the chapters."""

# Heights and distances in pixels.
_CAPTION_HEIGHT: Final = 88.0
"""A caption of one line, with room above it for the rule and below it for the highest bar."""
_STRIP_GAP: Final = 16.0
"""Between the chapters' axis and the strip of events."""
_LABELS_HEIGHT: Final = 72.0
"""One line of dates and the margin at the bottom of the picture."""
_EMPTY_HEIGHT: Final = 88.0
"""The chart's height if nothing happened: one sentence."""
_RIGHT: Final = MARGIN + CONTENT_WIDTH
_LABEL_GAP: Final = 26.0
"""The least distance between two dates, about two characters."""
_MAX_LABEL_WIDTH: Final = 240.0
"""A quarter of the picture; no label of ours is longer."""

_BAR_SHARE: Final = 0.68
"""The part of a step's width that its bar takes."""
_MIN_BAR_WIDTH: Final = 1.5
"""Narrower bars would vanish in the scaled picture of a phone."""
_MAX_BAR_WIDTH: Final = 64.0
"""So that a chart of few steps does not consist of blocks."""
_MAX_TICK_STEPS: Final = 4
"""Steps of the axis of chapters; more lines would be noise at this height."""
_MIN_SEGMENT_WITH_MARK: Final = 24
"""The shortest side of a bar's segment in which a state's mark can be seen."""
_MAX_MARK: Final = 44
"""A larger mark would draw more attention than the bar that it explains."""
_MIN_EVENT_HEIGHT: Final = 2.0
"""A single event among thousands can still be seen."""


def measure_bar_chart(steps: Sequence[TimelineStep], *, compact: bool) -> float:
    """The height of the chart in pixels. A compact one leaves more room for many books."""
    if _is_empty(steps):
        return _EMPTY_HEIGHT
    return _CAPTION_HEIGHT + sum(_get_heights(compact=compact)) + _STRIP_GAP + _LABELS_HEIGHT


def draw_bar_chart(canvas: Canvas, y: float, steps: Sequence[TimelineStep], *, compact: bool) -> float:
    """Draws the steps from ``y`` downwards, or a sentence if nothing happened; returns the ``y`` below the chart."""
    canvas.draw_box(MARGIN, y, CONTENT_WIDTH, 2, LINE)
    if _is_empty(steps):
        canvas.draw_text(MARGIN, y + 52, "Nothing happened in this period.", SMALL_TEXT, SOFT)
        return y + _EMPTY_HEIGHT
    _draw_captions(canvas, y, max(step.events for step in steps))
    bars_height, strip_height = _get_heights(compact=compact)
    baseline = y + _CAPTION_HEIGHT + bars_height
    ticks = _choose_ticks(max(step.chapters for step in steps))
    left = MARGIN + canvas.text_layout.measure_width(f"{ticks[-1]:,}", SMALL_TEXT) + 16
    axis = _Axis(left, (_RIGHT - left) / len(steps))
    for tick in ticks:
        tick_y = baseline - tick / ticks[-1] * bars_height if tick else baseline
        canvas.draw_box(left, tick_y - 1, _RIGHT - left, 2, LINE)
        canvas.draw_text(left - 16, tick_y + 10, f"{tick:,}", SMALL_TEXT, SOFT, align="right")
    for index, step in enumerate(steps):
        _draw_bar(canvas, axis, index, baseline, bars_height / max(1, ticks[-1]), step)
    strip_baseline = baseline + _STRIP_GAP + strip_height
    _draw_events(canvas, axis, strip_baseline, strip_height, steps)
    _draw_labels(canvas, axis, strip_baseline + 40, [step.label for step in steps])
    return strip_baseline + _LABELS_HEIGHT


@dataclass(frozen=True, slots=True)
class _Axis:
    """The time axis: where it begins, and the width of a step."""

    left: float
    step_width: float

    @property
    def bar_width(self) -> float:
        """The width of a bar."""
        return min(_MAX_BAR_WIDTH, max(_MIN_BAR_WIDTH, self.step_width * _BAR_SHARE))

    def get_middle(self, index: int) -> float:
        """The x of the middle of a step."""
        return self.left + (index + 0.5) * self.step_width

    def get_bar_left(self, index: int) -> float:
        """The x at which the bar of a step begins."""
        return self.get_middle(index) - self.bar_width / 2


def _is_empty(steps: Sequence[TimelineStep]) -> bool:
    return all(step.is_empty for step in steps)


def _get_heights(*, compact: bool) -> tuple[float, float]:
    """The heights of the bars and of the strip of events."""
    return (150.0, 40.0) if compact else (200.0, 56.0)


def _draw_captions(canvas: Canvas, y: float, most_events: int) -> None:
    text = f"events · most: {most_events:,}"
    canvas.draw_text(MARGIN, y + 54, "Chapters that moved on", TITLE_TEXT, bold=True)
    canvas.draw_text(_RIGHT, y + 54, text, SMALL_TEXT, SOFT, align="right")
    # Three small bars as a key to the strip of events.
    x = _RIGHT - canvas.text_layout.measure_width(text, SMALL_TEXT) - 52
    for index, share in enumerate((0.5, 1.0, 0.7)):
        canvas.draw_box(x + index * 13, y + 54 - 24 * share, 10, 24 * share, _EVENT_COLOUR)


def _choose_ticks(highest: int) -> list[int]:
    """Whole numbers from 0 to at least ``highest``, at most four steps of 1, 2, 5, 10, 20, 50 and so on apart."""
    step = 1
    while highest > _MAX_TICK_STEPS * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, highest + step if highest % step else highest + 1, step))


def _draw_bar(
    canvas: Canvas, axis: _Axis, index: int, baseline: float, chapter_height: float, step: TimelineStep
) -> None:
    """The chapters of a step: a segment for each state, the furthest state at the bottom."""
    y = baseline
    segments = (
        (ScriptState.RELEASED, step.released),
        (ScriptState.APPROVED, step.approved),
        (ScriptState.DRAFT, step.drafted),
    )
    for state, chapters in segments:
        height = chapters * chapter_height
        y -= height
        _draw_segment(canvas, axis.get_bar_left(index), y, axis.bar_width, height, state)


def _draw_segment(canvas: Canvas, x: float, y: float, width: float, height: float, state: ScriptState) -> None:
    if not height:
        return
    # Thin segments have neither a gap nor an outline, or nothing would be left of them.
    gap = 2 if height > 6 else 0
    line_width = 2 if width > 8 and height > 8 else 0
    canvas.draw_box(
        x + line_width / 2,
        y + gap + line_width / 2,
        width - line_width,
        height - gap - line_width,
        STATE_FILLS[state],
        STATE_OUTLINES[state],
        line_width,
    )
    if min(width, height) >= _MIN_SEGMENT_WITH_MARK:
        canvas.draw_mark(x + width / 2, y + (gap + height) / 2, min(width, height, _MAX_MARK), state)


def _draw_events(canvas: Canvas, axis: _Axis, baseline: float, height: float, steps: Sequence[TimelineStep]) -> None:
    most = max(1, *(step.events for step in steps))
    for index, step in enumerate(steps):
        bar_height = max(_MIN_EVENT_HEIGHT, step.events / most * height) if step.events else 0.0
        canvas.draw_box(axis.get_bar_left(index), baseline - bar_height, axis.bar_width, bar_height, _EVENT_COLOUR)
    canvas.draw_box(axis.left, baseline - 1, _RIGHT - axis.left, 2, LINE)


def _draw_labels(canvas: Canvas, axis: _Axis, y: float, labels: Sequence[str]) -> None:
    """As many labels as have room, at regular distances counted from the newest.

    Each is centred under its bar, but moved where it would reach over the margin.
    """
    layout = canvas.text_layout
    fitted = {label: layout.fit_line(layout.clean_text(label), SMALL_TEXT, _MAX_LABEL_WIDTH) for label in set(labels)}
    texts = [fitted[label] for label in labels]
    for distance in range(1, len(texts) + 1):
        placed = []
        for index in range(len(texts) - 1, -1, -distance):
            width = layout.measure_width(texts[index], SMALL_TEXT)
            x = max(MARGIN, min(axis.get_middle(index) - width / 2, _RIGHT - width))
            placed.append((x, width, texts[index]))
        pairs = pairwise(placed)
        if all(older_x + older_width + _LABEL_GAP <= newer_x for (newer_x, _, _), (older_x, older_width, _) in pairs):
            for x, _, text in placed:
                canvas.draw_text(x, y, text, SMALL_TEXT, SOFT)
            return
