import pytest

from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.jobs.circuit_breaker import FAILURES, Health
from tests.conftest import FakeClock


def fail(health: Health, times: int = FAILURES, kind: GenerationErrorKind = GenerationErrorKind.OVERLOADED) -> None:
    for _ in range(times):
        health.failed(create_error(kind))


def rest(health: Health, clock: FakeClock) -> float:
    """Seconds that are left of the rest."""
    until = health.resting_until
    return 0.0 if until is None else (until - clock.now).total_seconds()


def test_five_failures_in_a_row_make_it_rest(clock: FakeClock) -> None:
    """After the fifth failure it rests for a minute, and not before."""
    health = Health(clock)
    fail(health, FAILURES - 1)
    health.check()
    assert health.resting_until is None
    fail(health, 1)
    assert rest(health, clock) == 60


def test_a_rest_says_when_it_ends(clock: FakeClock) -> None:
    """Whoever asks during a rest gets a sentence with the moment of its end."""
    health = Health(clock)
    fail(health)
    with pytest.raises(GenerationError) as found:
        health.check()
    assert found.value.kind is GenerationErrorKind.RESTING
    assert found.value.back_at == health.resting_until
    assert f"<t:{int(clock.now.timestamp()) + 60}:f>" in found.value.hint


def test_a_rest_ends_by_itself(clock: FakeClock) -> None:
    """When its time is over it may be asked again, without anybody's doing."""
    health = Health(clock)
    fail(health)
    clock.advance(seconds=59)
    with pytest.raises(GenerationError):
        health.check()
    clock.advance(seconds=1)
    health.check()
    assert health.resting_until is None


def test_each_rest_without_success_is_twice_as_long(clock: FakeClock) -> None:
    """One failure after a rest is enough for the next, twice as long, a quarter of an hour at most."""
    health = Health(clock)
    fail(health)
    rests = [rest(health, clock)]
    for _ in range(6):
        clock.advance(seconds=rests[-1])
        health.check()
        fail(health, 1)
        rests.append(rest(health, clock))
    assert rests == [60, 120, 240, 480, 900, 900, 900]


def test_a_success_ends_it_all(clock: FakeClock) -> None:
    """After a success five more failures are needed, and the rest is a minute again."""
    health = Health(clock)
    fail(health)
    clock.advance(minutes=1)
    fail(health, 1)
    clock.advance(minutes=2)
    health.served()
    assert health.resting_until is None
    fail(health, FAILURES - 1)
    health.check()
    fail(health, 1)
    assert rest(health, clock) == 60


def test_a_success_during_a_rest_ends_it(clock: FakeClock) -> None:
    """A request that was under way when the rest began, and succeeds, shows that all is well."""
    health = Health(clock)
    fail(health)
    health.served()
    health.check()


def test_failures_that_end_together_count_as_one_rest(clock: FakeClock) -> None:
    """Eight requests that fail in the same outage make it rest a minute, not eight."""
    health = Health(clock)
    fail(health, FAILURES + 3)
    assert rest(health, clock) == 60
    clock.advance(minutes=1)
    fail(health, 1)
    assert rest(health, clock) == 120


@pytest.mark.parametrize(
    "kind",
    [
        GenerationErrorKind.PROMPT_BLOCKED,
        GenerationErrorKind.OUTPUT_BLOCKED,
        GenerationErrorKind.RECITATION,
        GenerationErrorKind.TRUNCATED,
        GenerationErrorKind.QUOTA_MINUTE,
        GenerationErrorKind.QUOTA_DAY,
        GenerationErrorKind.BUDGET,
        GenerationErrorKind.WRONG_SHAPE,
    ],
)
def test_what_one_chapter_meets_says_nothing_about_gemini(clock: FakeClock, kind: GenerationErrorKind) -> None:
    """A blocked chapter, a quota or our own budget is no reason to leave Gemini alone."""
    health = Health(clock)
    fail(health, 2 * FAILURES, kind)
    health.check()
    fail(health, FAILURES - 1)
    fail(health, FAILURES, kind)
    health.check()


def test_failures_need_not_be_of_one_kind(clock: FakeClock) -> None:
    """What counts is that nothing came back, however it failed."""
    health = Health(clock)
    for kind in (
        GenerationErrorKind.STALLED,
        GenerationErrorKind.DISCONNECTED,
        GenerationErrorKind.TIMED_OUT,
        GenerationErrorKind.OVERLOADED,
        GenerationErrorKind.BAD_KEY,
    ):
        fail(health, 1, kind)
    assert rest(health, clock) == 60
