"""What of a chapter a revision rewrites, in parts that fit into one request.

LabelledCues   of a faithful script: the spans that the cues speak are labelled again
RewrittenCues  of an adaptation: the cues themselves are the text
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.generation.chapter_source import ChapterSource, SourcePart, SpanSource, create_source
from bot.generation.request import PartRequest, RevisedPart
from bot.generation.revision import SCENE_STEP, Revision
from bot.generation.run_progress import RunProgress
from bot.scripts.coverage import Coverage
from bot.scripts.cue_lists import list_scenes
from bot.scripts.models import Cue, Scene, Script, ScriptMode
from bot.scripts.spans import SpanKind, split_spans
from bot.scripts.text_splitting import MAX_PART_UNITS
from bot.scripts.text_units import find_units

_SHOWN_CUES: Final = 6
"""How many cues before and behind a part a writer is shown."""


def create_revision_source(content: str, revision: Revision) -> ChapterSource:
    """What the revision rewrites; ``content`` is the chapter's text."""
    if revision.script.mode is ScriptMode.FAITHFUL:
        return LabelledCues(content, revision)
    return RewrittenCues(content, revision)


def complete_request(request: PartRequest, part: SourcePart, revision: Revision, written: Sequence[Cue]) -> PartRequest:
    """The request for a part of a revision: its notes, the cues as they are, and those around them."""
    before = (*revision.script.cues[: revision.first - 1], *written)
    rest = revision.cues[revision.cues.index(part.cues[-1]) + 1 :] if part.cues else ()
    return replace(
        request,
        previous_cues=before[-_SHOWN_CUES:],
        first_cue=len(before) + 1,
        revised=RevisedPart(
            revision.notes, part.cues, (*rest, *revision.following)[:_SHOWN_CUES], _find_beginnings(revision.script)
        ),
    )


def _find_beginnings(script: Script) -> dict[int, Scene]:
    return {cues[0].n: scene for scene, cues in list_scenes(script) if scene.heading}


class LabelledCues:
    """The spans of the cues. Where the labels have got to is known exactly, as for a whole chapter."""

    def __init__(self, content: str, revision: Revision) -> None:
        first, last = revision.span_range
        spans = split_spans(content)
        self._source = SpanSource(spans[:last])
        self._whole = SpanSource(spans)
        self._cues = revision.cues
        self._first = first
        self._chars = sum(len(span.text) for span in spans[first - 1 : last] if span.kind is not SpanKind.BREAK)

    @property
    def char_count(self) -> int:
        """How many characters there are to be spoken."""
        return self._chars

    def skip_written(self, progress: RunProgress) -> RunProgress:
        """The progress as it is: it names the next span."""
        return progress

    def take_part(self, progress: RunProgress) -> SourcePart | None:
        """The next spans, with the cues that speak them now."""
        part = self._source.take_part(progress)
        return part and replace(part, cues=self._find_cues(part))

    def take_rest(self, progress: RunProgress) -> SourcePart | None:
        """All spans that are left."""
        part = self._source.take_rest(progress)
        return part and replace(part, cues=self._find_cues(part))

    def finish_part(self, progress: RunProgress, part: SourcePart) -> RunProgress:
        """The progress behind the part's last span."""
        return self._source.finish_part(progress, part)

    def measure_coverage(self, progress: RunProgress, cues: Sequence[Cue]) -> Coverage:
        """A count of the whole chapter's words that are spoken or cut with a reason."""
        return self._whole.measure_coverage(progress, cues)

    def _find_cues(self, part: SourcePart) -> tuple[Cue, ...]:
        """The cues of the part's spans; one without spans belongs to those of the cue before it."""
        found, place = [], self._first
        for cue in self._cues:
            place = cue.spans[1] if cue.spans else place
            if part.spans[0].n <= place < part.end:
                found.append(cue)
        return tuple(found)


class RewrittenCues:
    """The cues of an adaptation. It cannot be known which of them new cues replace, so a part counts only as a whole."""

    def __init__(self, content: str, revision: Revision) -> None:
        self._cues = revision.cues
        self._whole = create_source(content, ScriptMode.ADAPTED)
        self._parts = _split_cues(revision.cues)

    @property
    def char_count(self) -> int:
        """How many characters there are to be spoken."""
        return sum(len(cue.text) for cue in self._cues if cue.kind.is_spoken)

    def skip_written(self, progress: RunProgress) -> RunProgress:
        """Goes back to the beginning of the part that was broken off."""
        cues = progress.cues[: progress.whole_part_cues]
        begun = {cue.scene for cue in cues}
        scenes = tuple(scene for scene in progress.scenes if scene.n in begun or scene.n % SCENE_STEP == 0)
        return progress.model_copy(update={"cues": cues, "scenes": scenes})

    def take_part(self, progress: RunProgress) -> SourcePart | None:
        """The next cues, as many as fit into a request."""
        number = progress.next_paragraph
        if number >= len(self._parts):
            return None
        cues = self._parts[number]
        return SourcePart(tuple(cue.text for cue in cues), (), len(self._parts) - number, number + 1, cues)

    def take_rest(self, progress: RunProgress) -> SourcePart | None:
        """The next part."""
        return self.take_part(progress)

    def finish_part(self, progress: RunProgress, part: SourcePart) -> RunProgress:
        """The progress behind the part."""
        return progress.model_copy(update={"next_paragraph": part.end, "whole_part_cues": len(progress.cues)})

    def measure_coverage(self, progress: RunProgress, cues: Sequence[Cue]) -> Coverage:
        """An estimate for the whole chapter, by comparing words."""
        return self._whole.measure_coverage(progress, cues)


def _split_cues(cues: Sequence[Cue]) -> list[tuple[Cue, ...]]:
    """The cues in parts of at most ``MAX_PART_UNITS`` words; a cue alone may be longer."""
    parts: list[list[Cue]] = []
    size = MAX_PART_UNITS
    for cue in cues:
        count = len(find_units(cue.text))
        if size + count > MAX_PART_UNITS:
            parts.append([])
            size = 0
        parts[-1].append(cue)
        size += count
    return [tuple(part) for part in parts if part]
