"""Events and chapters along the time: by hour, day, week, month or year, whatever makes at most sixty steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.progress.overview import BookStanding, standings
from bot.progress.scope import Period, Scope, Wanted, midnight, resolved
from storage import Database, Reading
from storage.scripts import Milestones

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
    books: tuple[BookStanding, ...]


@dataclass(frozen=True, slots=True)
class Timelines:
    """Makes timelines."""

    database: Database
    zone: str

    async def of(self, scope: Scope) -> Timeline:
        """The timeline of the scope until now."""
        return await self.database.look(lambda reading: self._of(reading, scope))

    async def _of(self, reading: Reading, scope: Scope) -> Timeline:
        wanted = await resolved(reading, scope, self.zone)
        milestones = await reading.scripts.milestones(wanted.filter.ebook_id, wanted.filter.member_id)
        begin = wanted.since
        if begin is None:
            firsts = [milestone.drafted_at for milestone in milestones]
            first = await reading.tallies.first(wanted.filter)
            begin = min([*firsts, *([first] if first else []), reading.now])
        edges, labelled = _edges(begin, wanted, reading.now)
        counts = await reading.tallies.between(wanted.filter, edges)
        steps = [
            Step(start, labelled(start), count, *_chapters(milestones, start, end))
            for (start, end), count in zip(pairwise(edges), counts, strict=True)
        ]
        return Timeline(scope, tuple(steps), await standings(reading, wanted))


def _edges(begin: datetime, wanted: Wanted, now: datetime) -> tuple[list[datetime], Callable[[datetime], str]]:
    """The steps' beginnings and the end of the last, and how a step is called."""
    first, zone = midnight(begin, wanted.zone), wanted.zone
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
    start = max(first.replace(month=1, day=1), now.astimezone(zone) - timedelta(days=MOST * 366))
    start = start.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return _until(start, now, lambda year: year.replace(year=year.year + 1)), lambda year: f"{year:%Y}"


def _until(first: datetime, now: datetime, following: Callable[[datetime], datetime]) -> list[datetime]:
    edges = [first]
    while edges[-1] <= now:
        edges.append(following(edges[-1]))
    return edges


def _chapters(milestones: list[Milestones], start: datetime, end: datetime) -> tuple[int, int, int]:
    """How many were first drafted, approved and released between the two."""
    moments = (
        [milestone.drafted_at for milestone in milestones],
        [milestone.approved_at for milestone in milestones],
        [milestone.released_at for milestone in milestones],
    )
    drafted, approved, released = (sum(m is not None and start <= m < end for m in kind) for kind in moments)
    return drafted, approved, released
