"""The text of one chapter while its run is written: what is written already, and which part comes next.

ParagraphSource   for adaptations: where the cues have got to is found by comparing words
SpanSource        for faithful scripts: every cue names its spans, so the place is known exactly
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from bot.generation.resume import find_remaining_text, find_resume_paragraph
from bot.generation.run_progress import RunProgress
from bot.scripts import coverage, text_splitting
from bot.scripts.coverage import Coverage
from bot.scripts.models import Cue, ScriptMode
from bot.scripts.spans import Span, SpanKind, split_spans
from bot.scripts.text_units import find_units

MAX_SPAN_PART_UNITS: Final = 4_000
"""The most words of one request for labels. Labels are a fraction of the text, so a part may be longer than for an adaptation;
a longer one would make the model lose count of its numbers."""
_MIN_SCENE_SHARE: Final = 0.5
"""A part ends at a scene break if that makes it at least this share of an even part."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What one request to a writer is about. ``parts_left`` counts this part too, ``end`` is the place behind it.

    ``cues`` are those that a revision rewrites in this part.
    """

    paragraphs: tuple[str, ...]
    spans: tuple[Span, ...]
    parts_left: int
    end: int
    cues: tuple[Cue, ...] = ()


class ChapterSource(Protocol):
    """A chapter's text in the units in which a writer gets it."""

    @property
    def char_count(self) -> int:
        """How many characters there are to be spoken."""
        ...

    def skip_written(self, progress: RunProgress) -> RunProgress:
        """The progress, moved to the first text that its cues do not hold."""
        ...

    def take_part(self, progress: RunProgress) -> SourcePart | None:
        """The next part; None where everything is written."""
        ...

    def take_rest(self, progress: RunProgress) -> SourcePart | None:
        """Everything that is left as one part; None where nothing is and there are cues."""
        ...

    def finish_part(self, progress: RunProgress, part: SourcePart) -> RunProgress:
        """The progress after the whole part was written."""
        ...

    def measure_coverage(self, progress: RunProgress, cues: Sequence[Cue]) -> Coverage:
        """How much of the chapter is in the script."""
        ...


def create_source(content: str, mode: ScriptMode) -> ChapterSource:
    """The chapter's text for scripts of this mode."""
    return SpanSource(split_spans(content)) if mode is ScriptMode.FAITHFUL else ParagraphSource(content)


class ParagraphSource:
    """A chapter as paragraphs."""

    def __init__(self, content: str) -> None:
        # Paragraphs longer than a part are cut here, once, so that an index means the same for every part.
        parts = text_splitting.split_parts(text_splitting.split_paragraphs(content))
        self._paragraphs = tuple(piece for part in parts for piece in part)

    @property
    def char_count(self) -> int:
        """How many characters there are to be spoken."""
        return sum(map(len, self._paragraphs))

    def skip_written(self, progress: RunProgress) -> RunProgress:
        """Moves to the first paragraph that the existing cues do not cover, and in it to the first sentence."""
        if not progress.cues:
            return progress
        index = max(progress.next_paragraph, find_resume_paragraph(self._paragraphs, progress.cues))
        if index < len(self._paragraphs):
            remaining = find_remaining_text(self._paragraphs[index], progress.cues)
            if remaining:
                self._paragraphs = (*self._paragraphs[:index], remaining, *self._paragraphs[index + 1 :])
            else:
                index += 1
        return progress.model_copy(update={"next_paragraph": index})

    def take_part(self, progress: RunProgress) -> SourcePart | None:
        """The next paragraphs, as many as fit into a request."""
        start = progress.next_paragraph
        if start >= len(self._paragraphs):
            return None
        parts = text_splitting.split_parts(self._paragraphs[start:])
        return SourcePart(parts[0], (), len(parts), start + len(parts[0]))

    def take_rest(self, progress: RunProgress) -> SourcePart | None:
        """All paragraphs that are left."""
        paragraphs = self._paragraphs[progress.next_paragraph :]
        if not paragraphs and progress.cues:
            return None
        return SourcePart(paragraphs, (), 1, len(self._paragraphs))

    def finish_part(self, progress: RunProgress, part: SourcePart) -> RunProgress:
        """The progress behind the part's last paragraph."""
        return progress.model_copy(update={"next_paragraph": part.end})

    def measure_coverage(self, progress: RunProgress, cues: Sequence[Cue]) -> Coverage:  # noqa: ARG002 - see the protocol
        """An estimate by comparing words."""
        return coverage.measure_coverage(self._paragraphs, cues)


class SpanSource:
    """A chapter as numbered spans."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self._spans = spans

    @property
    def char_count(self) -> int:
        """How many characters there are to be spoken."""
        return sum(len(span.text) for span in self._spans if span.kind is not SpanKind.BREAK)

    def skip_written(self, progress: RunProgress) -> RunProgress:
        """The progress as it is: it names the next span."""
        return progress

    def take_part(self, progress: RunProgress) -> SourcePart | None:
        """The next spans up to a scene break, where one is near, else to the end of a paragraph."""
        remaining = self._spans[progress.next_span - 1 :]
        if not _has_words(remaining):
            return None
        parts = split_span_parts(remaining)
        return _build_part(parts[0], len(parts))

    def take_rest(self, progress: RunProgress) -> SourcePart | None:
        """All spans that are left."""
        remaining = self._spans[progress.next_span - 1 :]
        if progress.cues and not _has_words(remaining):
            return None
        return _build_part(remaining, 1)

    def finish_part(self, progress: RunProgress, part: SourcePart) -> RunProgress:
        """The progress behind the part's last span."""
        return progress.model_copy(update={"next_span": part.end})

    def measure_coverage(self, progress: RunProgress, cues: Sequence[Cue]) -> Coverage:
        """A count of the words that are spoken or cut with a reason."""
        return coverage.count_coverage(self._spans, cues, progress.cuts)


def split_span_parts(spans: Sequence[Span], limit: int = MAX_SPAN_PART_UNITS) -> list[tuple[Span, ...]]:
    """The spans in even parts of at most ``limit`` words. A part ends early at a scene break in its second half."""
    groups = [tuple(group) for _, group in groupby(spans, lambda span: span.paragraph)]
    blocks = [
        piece for group in groups for piece in ([group] if _count(group) <= limit else [(span,) for span in group])
    ]
    total = _count(spans)
    if total <= limit:
        return [tuple(spans)] if spans else []
    even = total / max(1, -(-total // limit))
    parts: list[tuple[Span, ...]] = []
    current: list[Span] = []
    size = 0
    for block in blocks:
        block_size = _count(block)
        is_scene_end = block[0].kind is SpanKind.BREAK and size >= even * _MIN_SCENE_SHARE
        if current and (size + block_size > limit or size >= even or is_scene_end):
            parts.append(tuple(current))
            current, size = [], 0
        current += block
        size += block_size
    if current and (_has_words(current) or not parts):
        parts.append(tuple(current))
    elif current:
        parts[-1] += tuple(current)
    return parts


def _build_part(spans: tuple[Span, ...], parts_left: int) -> SourcePart:
    groups = groupby(spans, lambda span: span.paragraph)
    paragraphs = ("".join(span.text for span in group).strip() for _, group in groups)
    end = spans[-1].n + 1 if spans else 1
    return SourcePart(tuple(filter(None, paragraphs)), spans, parts_left, end)


def _has_words(spans: Sequence[Span]) -> bool:
    return any(span.kind is not SpanKind.BREAK for span in spans)


def _count(spans: Sequence[Span]) -> int:
    return sum(len(find_units(span.text)) for span in spans)
