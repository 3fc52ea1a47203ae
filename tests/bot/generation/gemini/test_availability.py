import pytest

from bot.generation.error_messages import create_error
from bot.generation.gemini.availability import FAILURES_IN_A_ROW, GeminiAvailability
from bot.generation.writer import GenerationError, GenerationErrorKind
from tests.conftest import FakeClock


async def fail(
    availability: GeminiAvailability,
    times: int = FAILURES_IN_A_ROW,
    kind: GenerationErrorKind = GenerationErrorKind.OVERLOADED,
) -> None:
    for _ in range(times):
        await availability.record_error(create_error(kind))


async def rest(availability: GeminiAvailability, clock: FakeClock) -> float:
    """Seconds that are left of the rest."""
    until = await availability.get_resting_until()
    return 0.0 if until is None else (until - clock.now).total_seconds()


async def test_five_failures_in_a_row_make_it_rest(clock: FakeClock) -> None:
    """After the fifth failure it rests for a minute, and not before."""
    availability = GeminiAvailability(clock)
    await fail(availability, FAILURES_IN_A_ROW - 1)
    await availability.require_available()
    assert (await availability.get_resting_until()) is None
    await fail(availability, 1)
    assert await rest(availability, clock) == 60


async def test_a_rest_says_when_it_ends(clock: FakeClock) -> None:
    """Whoever asks during a rest gets a sentence with the moment of its end."""
    availability = GeminiAvailability(clock)
    await fail(availability)
    with pytest.raises(GenerationError) as found:
        await availability.require_available()
    assert found.value.kind is GenerationErrorKind.RESTING
    assert found.value.back_at == (await availability.get_resting_until())
    assert f"<t:{int(clock.now.timestamp()) + 60}:f>" in found.value.hint


async def test_a_rest_ends_by_itself(clock: FakeClock) -> None:
    """When its time is over it may be asked again, without anybody's doing."""
    availability = GeminiAvailability(clock)
    await fail(availability)
    clock.advance(seconds=59)
    with pytest.raises(GenerationError):
        await availability.require_available()
    clock.advance(seconds=1)
    await availability.require_available()
    assert (await availability.get_resting_until()) is None


async def test_each_rest_without_success_is_twice_as_long(clock: FakeClock) -> None:
    """One failure after a rest is enough for the next, twice as long, a quarter of an hour at most."""
    availability = GeminiAvailability(clock)
    await fail(availability)
    rests = [await rest(availability, clock)]
    for _ in range(6):
        clock.advance(seconds=rests[-1])
        await availability.require_available()
        await fail(availability, 1)
        rests.append(await rest(availability, clock))
    assert rests == [60, 120, 240, 480, 900, 900, 900]


async def test_a_success_ends_it_all(clock: FakeClock) -> None:
    """After a success five more failures are needed, and the rest is a minute again."""
    availability = GeminiAvailability(clock)
    await fail(availability)
    clock.advance(minutes=1)
    await fail(availability, 1)
    clock.advance(minutes=2)
    await availability.record_success()
    assert (await availability.get_resting_until()) is None
    await fail(availability, FAILURES_IN_A_ROW - 1)
    await availability.require_available()
    await fail(availability, 1)
    assert await rest(availability, clock) == 60


async def test_a_success_during_a_rest_ends_it(clock: FakeClock) -> None:
    """A request that was under way when the rest began, and succeeds, shows that all is well."""
    availability = GeminiAvailability(clock)
    await fail(availability)
    await availability.record_success()
    await availability.require_available()


async def test_failures_that_end_together_count_as_one_rest(clock: FakeClock) -> None:
    """Eight requests that fail in the same outage make it rest a minute, not eight."""
    availability = GeminiAvailability(clock)
    await fail(availability, FAILURES_IN_A_ROW + 3)
    assert await rest(availability, clock) == 60
    clock.advance(minutes=1)
    await fail(availability, 1)
    assert await rest(availability, clock) == 120


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
async def test_what_one_chapter_meets_says_nothing_about_gemini(clock: FakeClock, kind: GenerationErrorKind) -> None:
    """A blocked chapter, a quota or our own budget is no reason to leave Gemini alone."""
    availability = GeminiAvailability(clock)
    await fail(availability, 2 * FAILURES_IN_A_ROW, kind)
    await availability.require_available()
    await fail(availability, FAILURES_IN_A_ROW - 1)
    await fail(availability, FAILURES_IN_A_ROW, kind)
    await availability.require_available()


async def test_failures_need_not_be_of_one_kind(clock: FakeClock) -> None:
    """What counts is that nothing came back, however it failed."""
    availability = GeminiAvailability(clock)
    for kind in (
        GenerationErrorKind.STALLED,
        GenerationErrorKind.DISCONNECTED,
        GenerationErrorKind.TIMED_OUT,
        GenerationErrorKind.OVERLOADED,
        GenerationErrorKind.BAD_KEY,
    ):
        await fail(availability, 1, kind)
    assert await rest(availability, clock) == 60
