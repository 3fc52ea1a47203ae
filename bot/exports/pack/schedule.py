"""``schedule.csv``: the read-through, then the recording days with their scenes and who is called for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.scenes import RecordedScene
from bot.exports.pack.scheduling import (
    Day,
    SceneJob,
    count_actor_days,
    measure_waiting,
    plan_days,
    plan_in_story_order,
)
from bot.exports.pack.tables import Cell, build_table, format_minutes

COLUMNS: Final = (
    "day",
    "order",
    "chapter",
    "scene",
    "part",
    "place",
    "time",
    "cues",
    "minutes",
    "minutes that day",
    "characters",
    "arrive",
    "may leave",
)
READ_THROUGH: Final = "read-through"
_READ_THROUGH_SECONDS: Final = 2 * 60 * 60
"""The most finished audio that is read aloud in one sitting."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The recording days of some scenes; ``scenes`` are in the order of the story."""

    scenes: tuple[RecordedScene, ...]
    days: tuple[Day, ...]

    @property
    def summary(self) -> str:
        """How the days compare with recording in the order of the story."""
        story = plan_in_story_order(_list_jobs(self.scenes))
        ours, theirs = (
            f"{len(days)} recording {'day' if len(days) == 1 else 'days'}, {count_actor_days(days)} actor-days, "
            f"{format_minutes(sum(map(measure_waiting, days)))} minutes of waiting"
            for days in (self.days, story)
        )
        return f"This schedule: {ours}. In the order of the story: {theirs}."


def plan_schedule(scenes: Sequence[RecordedScene]) -> Schedule:
    """The schedule of these scenes, which are in the order of the story."""
    return Schedule(tuple(scenes), tuple(plan_days(_list_jobs(scenes))))


def build_schedule(schedule: Schedule) -> Download:
    """``schedule.csv``."""
    return build_table("schedule.csv", COLUMNS, [*_list_read_throughs(schedule.scenes), *_list_days(schedule)])


def _list_jobs(scenes: Sequence[RecordedScene]) -> list[SceneJob]:
    return [SceneJob(position, scene.seconds, frozenset(scene.roles)) for position, scene in enumerate(scenes)]


def _list_read_throughs(scenes: Sequence[RecordedScene]) -> Iterator[tuple[Cell, ...]]:
    """Whole chapters read aloud by everybody in them, before anything is recorded: at most two hours in one sitting."""
    sittings: list[list[RecordedScene]] = []
    for chapter in dict.fromkeys(scene.chapter for scene in scenes):
        coming = [scene for scene in scenes if scene.chapter == chapter]
        if not sittings or _measure(sittings[-1]) + _measure(coming) > _READ_THROUGH_SECONDS:
            sittings.append([])
        sittings[-1] += coming
    for number, sitting in enumerate(sittings, 1):
        first, last = sitting[0].chapter, sitting[-1].chapter
        roles = ", ".join(dict.fromkeys(role for scene in sitting for role in scene.roles))
        minutes = format_minutes(_measure(sitting))
        chapters = f"{first}" if first == last else f"{first} to {last}"
        yield (READ_THROUGH, number, chapters, "all", "", "", "", "", minutes, minutes, roles, "", "")


def _list_days(schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for number, day in zip(count(1), schedule.days):
        total = format_minutes(sum(job.seconds for job in day))
        scenes = [schedule.scenes[job.position] for job in day]
        for order, scene in enumerate(scenes, 1):
            earlier = {role for other in scenes[: order - 1] for role in other.roles}
            later = {role for other in scenes[order:] for role in other.roles}
            yield (
                number,
                order,
                scene.chapter,
                scene.scene.n,
                f"{scene.part} of {scene.part_count}" if scene.part_count > 1 else "",
                scene.scene.place,
                scene.scene.time,
                f"{scene.first_cue} to {scene.last_cue}",
                format_minutes(scene.seconds),
                total,
                ", ".join(scene.roles),
                ", ".join(role for role in scene.roles if role not in earlier),
                ", ".join(role for role in scene.roles if role not in later),
            )


def _measure(scenes: Sequence[RecordedScene]) -> int:
    return sum(scene.seconds for scene in scenes)
