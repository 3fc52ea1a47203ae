"""Scenes on recording days."""

from collections import Counter
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.pack.scheduling import SceneJob, count_actor_days, measure_waiting, plan_days, plan_in_story_order

_SCENES = st.lists(st.tuples(st.integers(0, 2_400), st.frozensets(st.sampled_from("ABCDEFG"), max_size=5)), max_size=25)


def make_jobs(*scenes: tuple[int, str]) -> list[SceneJob]:
    """Scenes as minutes and the letters of their roles."""
    return [SceneJob(position, 60 * minutes, frozenset(roles)) for position, (minutes, roles) in enumerate(scenes)]


@settings(max_examples=60, deadline=None)
@given(_SCENES)
def test_any_scenes_make_a_schedule_that_can_be_kept(scenes: list[tuple[int, frozenset[str]]]) -> None:
    """Every scene is recorded once, no day is over 30 minutes unless one scene is, nobody comes more often than in the story's
    order, and the same scenes always give the same days.
    """
    jobs = [SceneJob(position, seconds, roles) for position, (seconds, roles) in enumerate(scenes)]
    days = plan_days(jobs)
    assert Counter(chain.from_iterable(days)) == Counter(jobs)
    assert all(len(day) == 1 or sum(job.seconds for job in day) <= 1_800 for day in days)
    assert all(days)
    assert count_actor_days(days) <= count_actor_days(plan_in_story_order(jobs))
    assert plan_days(jobs) == days


def test_scenes_of_the_same_actors_come_together() -> None:
    """Two pairs of actors whose scenes alternate come on one day each."""
    jobs = make_jobs(*[(10, "AB"), (10, "CD")] * 3)
    assert count_actor_days(plan_in_story_order(jobs)) == 8
    days = plan_days(jobs)
    assert [[job.position for job in day] for day in days] == [[0, 2, 4], [1, 3, 5]]
    assert count_actor_days(days) == 4


def test_nobody_sits_through_a_scene_that_can_wait() -> None:
    """Inside a day, the scenes of one actor follow each other."""
    (day,) = plan_days(make_jobs((5, "A"), (5, "B"), (5, "A"), (5, "B")))
    assert measure_waiting(day) == 0
    assert {job.position for job in day} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("scenes", "waiting"), [([(5, "A"), (7, "B"), (1, ""), (5, "AB")], 9), ([(5, "A")], 0), ([], 0)]
)
def test_waiting_is_what_lies_between_an_actors_first_and_last_scene(
    scenes: list[tuple[int, str]], waiting: int
) -> None:
    """Scenes in which the actor speaks do not count: A waits 8 minutes, B one."""
    assert measure_waiting(make_jobs(*scenes)) == 60 * waiting
