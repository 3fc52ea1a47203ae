"""Cues from spans and labels. Whatever the labels are, every span is spoken once, cut once with a valid reason, or has no word.

The words of every cue are copied from the source here; a writer never supplies them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from bot.scripts.labels import SceneLabel, SoundLabel, SpanLabel
from bot.scripts.models import MAX_CUE_CHARS, NARRATOR, Cue, CueKind, Cut, CutReason, Repair, RepairKind, Scene
from bot.scripts.quotations import strip_quotation_marks
from bot.scripts.scenes import SceneTracker
from bot.scripts.spans import Span, SpanKind
from bot.scripts.text_units import find_units, to_single_line

_MAX_HEADING_UNITS: Final = 14
_MAX_HEADING_PARAGRAPH: Final = 2
"""A chapter's heading stands in one of its first three paragraphs (number, title, subtitle)."""
_MAX_SOUND_UNITS: Final = 30
"""The most words of a sentence that one sound can replace ("Somewhere above them a door slammed, and then another")."""
_NOTE: Final = re.compile(r"\s*(?:[\[(*†‡]|\d+[.)\]\s])")
_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"'”’»」』)\s]*$")
_TAG_DASHES: Final = re.compile(r"^[—―–\s]+|\s*[—―–]+\s*([.,;:]?)$")
_NARRATOR_LABEL: Final = SpanLabel(first=0, last=0)

Entry = SpanLabel | SoundLabel | SceneLabel


@dataclass(frozen=True, slots=True)
class Assembly:
    """What came of the labels: cues, cuts and what was corrected. ``next_span`` is the first span that is in neither.

    ``scenes`` are those that begin in these cues, and the one before them where more is known of it now.
    """

    cues: tuple[Cue, ...]
    cuts: tuple[Cut, ...]
    repairs: tuple[Repair, ...]
    next_span: int
    scenes: tuple[Scene, ...] = ()


def assemble(
    spans: Sequence[Span],
    entries: Iterable[Entry],
    *,
    first_cue: int = 1,
    is_complete: bool = True,
    scenes: Sequence[Scene] = (),
) -> Assembly:
    """The cues of consecutive ``spans`` in the source's order, numbered from ``first_cue``.

    ``scenes`` are those of the cues before; their numbers go on. Where the labels are not complete, spans behind the last one
    that was referred to are left for later.
    """
    placement = _Placement(spans)
    for entry in entries:
        placement.add(entry)
    builder = _Builder(placement, first_cue, SceneTracker(scenes, has_speech=first_cue > 1))
    return builder.build(len(spans) if is_complete else placement.cursor)


@dataclass(slots=True)
class _Placement:
    """Which label each span has, and which sounds and scene markers stand before it. Indexes count from 0 in ``spans``."""

    spans: Sequence[Span]
    labels: list[SpanLabel | None] = field(init=False)
    markers: dict[int, list[SoundLabel | SceneLabel]] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    cursor: int = 0

    def __post_init__(self) -> None:
        self.labels = [None] * len(self.spans)

    def add(self, entry: Entry) -> None:
        if not isinstance(entry, SpanLabel):
            self.markers.setdefault(self.cursor, []).append(entry)
            return
        offset = self.spans[0].n if self.spans else 1
        first, last = sorted((entry.first - offset, entry.last - offset))
        start, end = max(first, 0), min(last + 1, len(self.spans))
        if start >= end:
            self._report(RepairKind.UNKNOWN_SPANS, entry.first, entry.last)
            return
        if (start, end) != (first, last + 1):
            self._report(RepairKind.UNKNOWN_SPANS, entry.first, entry.last)
        free = [index for index in range(start, end) if self.labels[index] is None]
        if len(free) < end - start:
            self._report(RepairKind.REPEATED, entry.first, entry.last)
        if (free and free[0] < self.cursor) or entry.first > entry.last:
            self._report(RepairKind.OUT_OF_ORDER, entry.first, entry.last)
        for index in free:
            self.labels[index] = entry
        self.cursor = max(self.cursor, end)

    def has_sound_near(self, index: int) -> bool:
        """Whether a sound stands directly before or after a span."""
        markers = (marker for at in (index, index + 1) for marker in self.markers.get(at, ()))
        return any(isinstance(marker, SoundLabel) and marker.kind is CueKind.SFX for marker in markers)

    def _report(self, kind: RepairKind, first: int, last: int) -> None:
        self.repairs.append(Repair(kind=kind, first=first, last=last))


class _Builder:
    def __init__(self, placement: _Placement, first_cue: int, tracker: SceneTracker) -> None:
        self._placement = placement
        self._tracker = tracker
        self._first_cue = first_cue
        self._cues: list[Cue] = []
        self._cuts: list[Cut] = []
        self._repairs = list(placement.repairs)

    def build(self, end: int) -> Assembly:
        placement, spans = self._placement, self._placement.spans
        at = 0
        while at < end:
            self._add_markers(at)
            stop = at + 1
            if spans[at].kind is SpanKind.BREAK:
                self._tracker.pass_break()
            else:
                while stop < end and self._is_continued(at, stop):
                    stop += 1
                self._add_group(list(range(at, stop)), placement.labels[at])
            at = stop
        self._add_markers(end)
        next_span = spans[end].n if end < len(spans) else (spans[-1].n + 1 if spans else 1)
        return Assembly(tuple(self._cues), tuple(self._cuts), tuple(self._repairs), next_span, self._tracker.scenes)

    def _add_markers(self, at: int) -> None:
        """Adds the sounds before a span, and begins the scenes that are marked there."""
        for marker in self._placement.markers.get(at, ()):
            if isinstance(marker, SceneLabel):
                self._tracker.begin(marker)
            else:
                self._add_cue(marker.kind, marker.text, direction=marker.direction)

    def _is_continued(self, at: int, following: int) -> bool:
        """Whether a later span has the label of the one at ``at``, with nothing between that ends a cue."""
        placement = self._placement
        is_same = placement.labels[following] is placement.labels[at] and following not in placement.markers
        return is_same and placement.spans[following].kind is not SpanKind.BREAK

    def _add_group(self, spoken: list[int], label: SpanLabel | None) -> None:
        """Adds consecutive spans that have the same label."""
        if label is None:
            for _, paragraph in groupby(spoken, lambda index: self._placement.spans[index].paragraph):
                run = list(paragraph)
                self._report(RepairKind.UNLABELLED, run)
                self._add_run(run, _NARRATOR_LABEL)
            return
        if label.cut is not None or label.has_unknown_reason:
            self._cut(spoken, label)
            return
        self._add_run(spoken, label)

    def _cut(self, indexes: list[int], label: SpanLabel) -> None:
        for is_valid, group in groupby(indexes, lambda index: self._is_valid_cut(index, label)):
            for run in _split_at_gaps(list(group)):
                first, last = self._numbers(run)
                if is_valid and label.cut is not None:
                    self._cuts.append(Cut(first=first, last=last, reason=label.cut))
                else:
                    self._report(RepairKind.REFUSED_CUT, run)
                    self._add_run(run, _NARRATOR_LABEL)

    def _is_valid_cut(self, index: int, label: SpanLabel) -> bool:
        span = self._placement.spans[index]
        match label.cut:
            case CutReason.TAG:
                return span.kind is SpanKind.TAG
            case CutReason.HEADING:
                is_short = len(find_units(span.text)) <= _MAX_HEADING_UNITS and not _SENTENCE_END.search(span.text)
                return span.kind is SpanKind.PROSE and span.paragraph <= _MAX_HEADING_PARAGRAPH and is_short
            case CutReason.SOUND:
                is_short = len(find_units(span.text)) <= _MAX_SOUND_UNITS
                return span.kind is SpanKind.PROSE and is_short and self._placement.has_sound_near(index)
            case CutReason.NOTE:
                return span.kind is SpanKind.PROSE and _NOTE.match(span.text) is not None
            case None:
                return False

    def _add_run(self, indexes: list[int], label: SpanLabel) -> None:
        """Adds neighbouring spans as cues of the label's speaker; what stands between quotations is the narrator's."""
        spans = [self._placement.spans[index] for index in indexes]
        if label.speaker in {"", NARRATOR}:
            self._add_spans(CueKind.NARRATION, NARRATOR, spans, label.direction)
            return
        has_speech = any(span.kind is SpanKind.SPEECH for span in spans)
        direction = label.direction

        def is_spoken(span: Span) -> bool:
            return span.kind is SpanKind.SPEECH or (span.kind is SpanKind.PROSE and not has_speech)

        for is_line, group in groupby(spans, is_spoken):
            run = list(group)
            if is_line:
                self._add_spans(CueKind.DIALOGUE, label.speaker, run, direction)
                direction = ""
            else:
                self._repairs.append(Repair(kind=RepairKind.NOT_SPEECH, first=run[0].n, last=run[-1].n))
                self._add_spans(CueKind.NARRATION, NARRATOR, run, "")

    def _add_spans(self, kind: CueKind, speaker: str, spans: list[Span], direction: str) -> None:
        """Adds as many cues as the limit of a cue's length demands."""
        group: list[Span] = []
        for span in [*spans, None]:
            if group and (span is None or sum(len(part.text) for part in group) + len(span.text) > MAX_CUE_CHARS):
                self._add_cue(kind, join_spans(kind, group), speaker, direction, (group[0].n, group[-1].n))
                group, direction = [], ""
            if span is not None:
                group.append(span)

    def _add_cue(
        self, kind: CueKind, text: str, speaker: str = "", direction: str = "", spans: tuple[int, int] | None = None
    ) -> None:
        n = self._first_cue + len(self._cues)
        scene = self._tracker.place_cue(is_spoken=kind.is_spoken)
        cue = Cue(n=n, kind=kind, text=text, speaker=speaker, direction=direction, spans=spans, scene=scene)
        self._cues.append(cue)

    def _numbers(self, indexes: list[int]) -> tuple[int, int]:
        return self._placement.spans[indexes[0]].n, self._placement.spans[indexes[-1]].n

    def _report(self, kind: RepairKind, indexes: list[int]) -> None:
        first, last = self._numbers(indexes)
        self._repairs.append(Repair(kind=kind, first=first, last=last))


def _split_at_gaps(indexes: list[int]) -> list[list[int]]:
    """The ascending indexes in runs without a gap."""
    return [[index for _, index in run] for _, run in groupby(enumerate(indexes), lambda pair: pair[1] - pair[0])]


def join_spans(kind: CueKind, spans: list[Span]) -> str:
    """The spans' words on one line; a line of dialogue without its quotation marks."""
    text = to_single_line("".join(span.text for span in spans))
    if kind is CueKind.DIALOGUE:
        return strip_quotation_marks(text) or text
    return _TAG_DASHES.sub(r"\1", text) if all(span.kind is SpanKind.TAG for span in spans) else text
