"""Everything that the card of a batch shows, as one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.generation.finished_run import NO_KEY
from storage.states import BatchPace, BatchState, RunState
from storage.stores.batches import Batch, BatchChapter


@dataclass(frozen=True, slots=True)
class BatchView:
    """What the card of a batch shows at one moment. ``now`` is that moment.

    ``unknown_micros`` is the most that calls without a known cost can have cost. ``starter_id`` is the Discord id of whoever
    started it, None where that is unknown.
    """

    batch: Batch
    ebook_title: str
    chapters: tuple[BatchChapter, ...]
    now: datetime
    starter_id: int | None = None
    unknown_micros: int = 0

    @property
    def done(self) -> tuple[BatchChapter, ...]:
        """Chapters that are written."""
        return tuple(chapter for chapter in self.chapters if is_written(chapter))

    @property
    def failed(self) -> tuple[BatchChapter, ...]:
        """Chapters that Gemini could not write."""
        return tuple(chapter for chapter in self.chapters if is_failed(chapter))

    @property
    def live(self) -> tuple[BatchChapter, ...]:
        """Chapters that wait or are being written."""
        return tuple(each for each in self.chapters if each.state in {RunState.READY, RunState.WRITING})

    @property
    def is_by_template(self) -> bool:
        """Whether the template has written chapters in Gemini's place, as in the demo."""
        return any(chapter.error == NO_KEY for chapter in self.chapters)

    @property
    def cost_micros(self) -> int:
        """What the batch has cost at most so far."""
        return sum(chapter.cost_micros for chapter in self.chapters)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None where that cannot be told yet."""
        ended = len(self.chapters) - len(self.live)
        if self.batch.pace is BatchPace.OVERNIGHT:
            return None  # Gemini does not say
        if self.batch.state is not BatchState.RUNNING or not ended or not self.live:
            return None
        begun = [chapter.started_at for chapter in self.chapters if chapter.started_at is not None]
        if not begun:
            return None
        return (self.now - min(begun)).total_seconds() / ended * len(self.live)


def is_written(chapter: BatchChapter) -> bool:
    """Whether the chapter has its script: by Gemini, or in the demo by the template that takes Gemini's place."""
    return chapter.state is RunState.DONE and chapter.error in {"", NO_KEY}


def is_failed(chapter: BatchChapter) -> bool:
    """Whether the chapter has ended without a script by Gemini: as a template, or interrupted by an error of ours."""
    return chapter.state is RunState.INTERRUPTED or (chapter.state is RunState.DONE and not is_written(chapter))


def list_failed(chapters: Sequence[BatchChapter]) -> list[tuple[int, str]]:
    """The failed chapters, each with the sentence that says why."""
    return [(chapter.chapter_number, chapter.error or chapter.note) for chapter in chapters if is_failed(chapter)]
