"""Events and chapters along the time: by hour, day, week, month or year, whatever makes about sixty steps at most."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.progress.overview import BookProgress, standings
from bot.progress.scope import Period, ResolvedScope, Scope, resolve_scope, start_of_day
from storage import Database, ReadTransaction

MOST = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the time axis: from ``begin`` on, until the next one begins."""

    begin: datetime
    label: str
    events: int
    drafted: int
    approved: int
    released: int

    @property
    def quiet(self) -> bool:
        """Whether nothing happened."""
        return not (self.events or self.drafted or self.approved or self.released)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps, oldest first, and how the books stand now."""

    scope: Scope
    steps: tuple[Step, ...]
    books: tuple[BookProgress, ...]


@dataclass(frozen=True, slots=True)
class TimelineService:
    """Makes timelines."""

    database: Database
    zone: str

    async def of(self, scope: Scope) -> Timeline:
        """The timeline of the scope until now."""
        return await self.database.read_shielded(lambda tx: self._of(tx, scope))

    async def _of(self, tx: ReadTransaction, scope: Scope) -> Timeline:
        wanted = await resolve_scope(tx, scope, self.zone)
        milestones = await tx.scripts.list_milestones(wanted.filter.ebook_id, wanted.filter.member_id)
        begin = wanted.since
        if begin is None:
            firsts = [milestone.drafted_at for milestone in milestones]
            first = await tx.event_counts.find_first_time(wanted.filter)
            begin = min([*firsts, *([first] if first else []), tx.now])
            begin = max(begin, tx.now - timedelta(days=MOST * 366))
        edges, labelled = _edges(begin, wanted, tx.now)
        counts = await tx.event_counts.count_between(wanted.filter, edges)
        drafted = _between([milestone.drafted_at for milestone in milestones], edges)
        approved = _between([milestone.approved_at for milestone in milestones], edges)
        released = _between([milestone.released_at for milestone in milestones], edges)
        steps = [
            Step(start, labelled(start), *numbers)
            for start, *numbers in zip(edges, counts, drafted, approved, released, strict=False)
        ]
        return Timeline(scope, tuple(steps), await standings(tx, wanted))


def _edges(begin: datetime, wanted: ResolvedScope, now: datetime) -> tuple[list[datetime], Callable[[datetime], str]]:
    """The steps' beginnings and the end of the last, and how a step is called."""
    first, zone = start_of_day(begin, wanted.zone), wanted.zone
    if wanted.scope.period is Period.TODAY:
        hours = [(first + timedelta(hours=hour)) for hour in range(25)]
        return hours, lambda moment: f"{moment:%H}"
    days = (now.astimezone(zone) - first).days + 1
    if days <= MOST:
        return _until(first, now, lambda day: day + timedelta(days=1)), lambda day: f"{day.day} {day:%b}"
    if days <= MOST * 7:
        monday = first - timedelta(days=first.weekday())
        return _until(monday, now, lambda week: week + timedelta(days=7)), lambda week: f"{week.day} {week:%b}"
    if days <= MOST * 30:
        start = first.replace(day=1)
        return _until(start, now, lambda day: (day + timedelta(days=32)).replace(day=1)), lambda day: f"{day:%b %y}"
    start = first.replace(month=1, day=1)
    return _until(start, now, lambda year: year.replace(year=year.year + 1)), lambda year: f"{year:%Y}"


def _until(first: datetime, now: datetime, following: Callable[[datetime], datetime]) -> list[datetime]:
    edges = [first]
    while edges[-1] <= now:
        edges.append(following(edges[-1]))
    return edges


def _between(moments: Sequence[datetime | None], edges: Sequence[datetime]) -> list[int]:
    """How many moments lie between each two neighbouring edges, the first included."""
    known = sorted(moment for moment in moments if moment is not None)
    places = [bisect_left(known, edge) for edge in edges]
    return [after - before for before, after in pairwise(places)]
