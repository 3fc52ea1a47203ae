"""Which scenes are recorded on which day, so that few actors have to come and nobody waits long.

The rule of thumb is thirty finished minutes a day. An actor who is needed in one scene of a day has to come, so the number to
keep small is the **actor-days**: for each day, the actors who are in any of its scenes. Finding the least is a hard problem
(talent scheduling); this heuristic starts from two orders and improves both:

1. the order of the story, day after day as full as it goes;
2. each day starts with the longest scene that is left, then the scene that fits and brings the fewest new actors.

Scenes are then moved and swapped between days as long as that saves actor-days, and the better of the two plans is taken. Its
actor-days are never more than those of the story's order. Inside a day, scenes are moved as long as that saves waiting
between an actor's first and last scene.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

DAY_SECONDS: Final = 30 * 60
"""Finished audio that is recorded on one day."""
_MAX_ROUNDS: Final = 3
_LEAST_GAIN: Final = 60
"""Seconds of waiting that must be saved for a scene to leave the story's order."""
_MAX_STEPS: Final = 8
"""How far a scene is moved at once inside its day. Both limits keep a book of 500 short scenes within seconds."""


@dataclass(frozen=True, slots=True)
class SceneJob:
    """A scene to record, or a part of a long one. ``position`` is its place in the story; ``roles`` speak in it."""

    position: int
    seconds: int
    roles: frozenset[str]


Day = list[SceneJob]


def plan_days(jobs: Sequence[SceneJob], limit: int = DAY_SECONDS) -> list[Day]:
    """Every job on one day. No day is longer than ``limit``, unless one job alone is. Days are in the order of the story."""
    story = plan_in_story_order(jobs, limit)
    plans = [_improve(plan, limit) for plan in (story, _plan_by_roles(jobs, limit))]
    best = min((story, *plans), key=lambda plan: (count_actor_days(plan), len(plan)))
    days = [_order_day(day) for day in best if day]
    return sorted(days, key=lambda day: min(job.position for job in day))


def plan_in_story_order(jobs: Sequence[SceneJob], limit: int = DAY_SECONDS) -> list[Day]:
    """The jobs as they come, a new day where the next one no longer fits."""
    days: list[Day] = []
    for job in jobs:
        if not days or _measure(days[-1]) + job.seconds > limit:
            days.append([])
        days[-1].append(job)
    return days


def count_actor_days(days: Iterable[Sequence[SceneJob]]) -> int:
    """How often an actor has to come."""
    return sum(len(_list_roles(day)) for day in days)


def measure_waiting(day: Sequence[SceneJob]) -> int:
    """Seconds of finished audio that actors wait between their first and their last scene of the day, added up."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    busy: Counter[str] = Counter()
    now = 0
    for job in day:
        for role in job.roles:
            first.setdefault(role, now)
            last[role] = now + job.seconds
            busy[role] += job.seconds
        now += job.seconds
    return sum(last.values()) - sum(first.values()) - sum(busy.values())


def _measure(day: Iterable[SceneJob]) -> int:
    return sum(job.seconds for job in day)


def _list_roles(day: Iterable[SceneJob]) -> frozenset[str]:
    return frozenset[str]().union(*(job.roles for job in day))


def _plan_by_roles(jobs: Sequence[SceneJob], limit: int) -> list[Day]:
    left = sorted(jobs, key=lambda job: (-job.seconds, job.position))
    days: list[Day] = []
    while left:
        day = [left.pop(0)]
        here, seconds = set(day[0].roles), day[0].seconds
        while fitting := [job for job in left if seconds + job.seconds <= limit]:
            job = min(fitting, key=lambda job: (len(job.roles - here), -len(job.roles & here), job.position))
            left.remove(job)
            day.append(job)
            here |= job.roles
            seconds += job.seconds
        days.append(day)
    return days


class _OpenDay:
    """A day while scenes go in and out: how long it is, and in how many of its scenes each actor is."""

    def __init__(self, jobs: Iterable[SceneJob]) -> None:
        self.jobs = list(jobs)
        self.seconds = _measure(self.jobs)
        self.counts = Counter(role for job in self.jobs for role in job.roles)

    def exchange(self, leaving: SceneJob | None, coming: SceneJob | None) -> None:
        """One job goes, another comes."""
        if leaving:
            self.jobs.remove(leaving)
            self.seconds -= leaving.seconds
            self.counts.subtract(leaving.roles)
        if coming:
            self.jobs.append(coming)
            self.seconds += coming.seconds
            self.counts.update(coming.roles)

    def count_change(self, leaving: SceneJob | None, coming: SceneJob | None) -> int:
        """How many more actors the day needs after such an exchange."""
        gone = leaving.roles if leaving else frozenset[str]()
        new = coming.roles if coming else frozenset[str]()
        freed = sum(self.counts[role] == 1 for role in gone - new)
        return sum(self.counts[role] == 0 for role in new - gone) - freed


def _improve(days: Sequence[Day], limit: int) -> list[Day]:
    """Moves and swaps jobs between days while that saves actor-days, or a whole day."""
    open_days = [_OpenDay(day) for day in days]
    for _ in range(_MAX_ROUNDS):
        changed = [_improve_pair(first, second, limit) for first, second in combinations(open_days, 2)]
        if not any(changed):
            break
    return [day.jobs for day in open_days if day.jobs]


def _improve_pair(first: _OpenDay, second: _OpenDay, limit: int) -> bool:
    """Makes the best exchanges between two days; True if there was one."""
    changed = False
    while first.counts.keys() & second.counts.keys():
        choices: list[tuple[SceneJob | None, SceneJob | None]] = [
            *product(first.jobs, [None, *second.jobs]),
            *((None, job) for job in second.jobs),
        ]
        gains = [(_gain(first, second, out, into, limit), -index) for index, (out, into) in enumerate(choices)]
        gain, index = max(gains, default=(0, 0))
        if gain <= 0:
            break
        out, into = choices[-index]
        first.exchange(out, into)
        second.exchange(into, out)
        changed = True
    return changed


def _gain(first: _OpenDay, second: _OpenDay, out: SceneJob | None, into: SceneJob | None, limit: int) -> int:
    """How many actor-days the exchange saves; 0 where it does not fit."""
    moved = (out.seconds if out else 0) - (into.seconds if into else 0)
    if (moved > 0 and second.seconds + moved > limit) or (moved < 0 and first.seconds - moved > limit):
        return 0
    return -first.count_change(out, into) - second.count_change(into, out)


def _order_day(day: Sequence[SceneJob]) -> Day:
    """The jobs of a day, moved out of the story's order only where that saves waiting."""
    order = sorted(day, key=lambda job: job.position)
    for _ in range(_MAX_ROUNDS):
        before = order
        for job in tuple(order):
            index = order.index(job)
            places = range(max(index - _MAX_STEPS, 0), min(index + _MAX_STEPS + 1, len(order)))
            best = min((_move(order, index, place) for place in places), key=measure_waiting)
            if measure_waiting(order) - measure_waiting(best) >= _LEAST_GAIN:
                order = best
        if order is before:
            break
    return order


def _move(order: Sequence[SceneJob], index: int, place: int) -> Day:
    moved = [*order[:index], *order[index + 1 :]]
    moved.insert(place, order[index])
    return moved
