"""Events and chapters along the time, by hour, day, week, month or year, in about sixty steps at most."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.progress.books import BookProgress, load_books
from bot.progress.scope import Period, ResolvedScope, Scope, get_day_start, resolve_scope
from storage import Database, ReadTransaction, read_transaction
from storage.stores.scripts import ChapterMilestones

_MAX_STEPS: Final = 60
"""Steps of an axis: in the picture of 960 pixels a step then has about 13 pixels, just enough for a visible bar."""


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of the time axis: an hour, a day, a week, a month or a year that starts at ``begin``.

    ``label`` is such as ``16 Nov``. ``drafted``, ``approved`` and ``released`` count the chapters that got so far in this
    step for the first time, and no further in it: each chapter counts once in a step. ``events`` counts all events,
    ``recorded`` the chapters all of whose lines are recorded and whose newest take was logged in this step.
    """

    begin: datetime
    label: str
    events: int
    drafted: int
    approved: int
    released: int
    recorded: int = 0

    @property
    def chapters(self) -> int:
        """How many chapters moved on in this step."""
        return self.drafted + self.approved + self.released

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in this step."""
        return not (self.events or self.chapters or self.recorded)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of a scope, oldest first, and how far its books are now."""

    scope: Scope
    steps: tuple[TimelineStep, ...]
    books: tuple[BookProgress, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in any step."""
        return all(step.is_empty for step in self.steps)


@dataclass(frozen=True, slots=True)
class TimelineService:
    """Reads timelines. ``zone`` is the time zone of a studio that has not chosen one with ``/setup``."""

    database: Database
    zone: str

    @read_transaction
    async def get_timeline(self, tx: ReadTransaction, scope: Scope) -> Timeline:
        """The timeline from the beginning of the scope's period until now.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        resolved = await resolve_scope(tx, scope, self.zone)
        milestones = await tx.scripts.list_milestones(resolved.filter.ebook_id, resolved.filter.member_id)
        begin = resolved.since or await _find_begin(tx, resolved, milestones)
        axis = _build_axis(begin, resolved, tx.now)
        events = await tx.event_counts.count_between(resolved.filter, axis.edges)
        books = await load_books(tx, resolved)
        recorded = await _find_recorded(tx, resolved, milestones, books)
        chapters = _count_chapters(milestones, recorded, axis.edges)
        steps = tuple(
            TimelineStep(start, axis.format_label(start), number, *counts)
            # The last edge ends the last step and starts none.
            for start, number, counts in zip(axis.edges, events, chapters, strict=False)
        )
        return Timeline(scope, steps, books)


async def _find_recorded(
    tx: ReadTransaction,
    resolved: ResolvedScope,
    milestones: Sequence[ChapterMilestones],
    books: Sequence[BookProgress],
) -> list[datetime]:
    """When the newest take was logged of each chapter with a milestone all of whose lines are recorded."""
    complete = {(book.ebook_id, number) for book in books for number in book.recorded_chapters}
    complete &= {(milestone.ebook_id, milestone.chapter_number) for milestone in milestones}
    if not complete:
        return []
    times = await tx.takes.list_last_times(resolved.filter.ebook_id)
    return [times[chapter] for chapter in complete if chapter in times]


async def _find_begin(
    tx: ReadTransaction, resolved: ResolvedScope, milestones: Sequence[ChapterMilestones]
) -> datetime:
    """When the first thing happened; at most sixty years ago, so that a wrong date in an imported file does no harm."""
    moments = [tx.now, *(milestone.drafted_at for milestone in milestones)]
    first_event = await tx.event_counts.find_first_time(resolved.filter)
    if first_event is not None:
        moments.append(first_event)
    return max(min(moments), tx.now - timedelta(days=_MAX_STEPS * 366))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The beginnings of the steps and the end of the last one, and how to label a step by its beginning."""

    edges: list[datetime]
    format_label: Callable[[datetime], str]


def _build_axis(begin: datetime, resolved: ResolvedScope, now: datetime) -> _Axis:
    """The finest steps of which not more than about sixty are needed from ``begin`` until ``now``."""
    first_day = get_day_start(begin, resolved.zone)
    if resolved.scope.period is Period.TODAY:
        return _Axis([first_day + timedelta(hours=hour) for hour in range(25)], lambda hour: f"{hour:%H}")
    days = (now.astimezone(resolved.zone) - first_day).days + 1
    if days <= _MAX_STEPS:
        return _Axis(_build_edges(first_day, now, lambda day: day + timedelta(days=1)), _format_day)
    if days <= _MAX_STEPS * 7:
        monday = first_day - timedelta(days=first_day.weekday())
        return _Axis(_build_edges(monday, now, lambda week: week + timedelta(days=7)), _format_day)
    if days <= _MAX_STEPS * 30:
        first_month = first_day.replace(day=1)
        # 32 days after the first of a month is always in the next month.
        edges = _build_edges(first_month, now, lambda month: (month + timedelta(days=32)).replace(day=1))
        return _Axis(edges, lambda month: f"{month:%b %y}")
    first_year = first_day.replace(month=1, day=1)
    edges = _build_edges(first_year, now, lambda year: year.replace(year=year.year + 1))
    return _Axis(edges, lambda year: f"{year:%Y}")


def _format_day(day: datetime) -> str:
    return f"{day.day} {day:%b}"


def _build_edges(first: datetime, now: datetime, get_next: Callable[[datetime], datetime]) -> list[datetime]:
    edges = [first]
    while edges[-1] <= now:
        edges.append(get_next(edges[-1]))
    return edges


def _count_chapters(
    milestones: Sequence[ChapterMilestones], recorded: Sequence[datetime], edges: Sequence[datetime]
) -> list[list[int]]:
    """For each step the numbers of chapters drafted, approved and released in it, each chapter by its furthest state.

    The fourth number is that of the chapters that were ``recorded`` in it.
    """
    counts = [[0, 0, 0, 0] for _ in edges[1:]]
    for milestone in milestones:
        moments = (milestone.drafted_at, milestone.approved_at, milestone.released_at)
        furthest = {bisect_right(edges, moment) - 1: rank for rank, moment in enumerate(moments) if moment is not None}
        for step, rank in furthest.items():
            if 0 <= step < len(counts):
                counts[step][rank] += 1
    for moment in recorded:
        step = bisect_right(edges, moment) - 1
        if 0 <= step < len(counts):
            counts[step][3] += 1
    return counts
