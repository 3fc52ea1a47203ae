"""When a broadcast is to be sent, as people type it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcasts.schedule import MAX_DELAY, parse_due_time
from bot.errors import InputError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "  ", "now", " NOW "])
async def test_now_is_none(text: str) -> None:
    """An empty answer and "now" mean: at once."""
    assert await parse_due_time(text, "UTC", NOW) is None


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("in 2 hours", "UTC", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        ("tomorrow 20:00", "UTC", datetime(2026, 11, 25, 20, 0, tzinfo=UTC)),
        ("tomorrow 20:00", "Europe/Berlin", datetime(2026, 11, 25, 19, 0, tzinfo=UTC)),
        ("2026-12-01 20:00", "Europe/Berlin", datetime(2026, 12, 1, 19, 0, tzinfo=UTC)),
    ],
)
async def test_a_time_is_read_in_the_zone(text: str, zone: str, expected: datetime) -> None:
    """A typed time is understood in the studio's time zone and returned in UTC."""
    assert await parse_due_time(text, zone, NOW) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the day after never", "could not be understood"),
        ("2026-11-23 20:00", "already passed"),
        ("2027-11-23 20:00", "more than 90 days away"),
    ],
)
async def test_a_useless_time_is_refused(text: str, sentence: str) -> None:
    """A time that is none, has passed or is too far away is refused with a sentence."""
    with pytest.raises(InputError, match=sentence):
        await parse_due_time(text, "UTC", NOW)


@pytest.mark.parametrize(
    ("now", "text", "zone", "expected"),
    [
        # Berlin is two hours ahead of UTC in summer, one in winter; the clocks change on 2026-03-29 and 2026-10-25.
        ("2026-07-01T12:00", "2026-07-02 20:00", "Europe/Berlin", "2026-07-02T18:00"),
        ("2026-01-10T12:00", "2026-01-11 20:00", "Europe/Berlin", "2026-01-11T19:00"),
        ("2026-07-01T12:00", "tomorrow 20:00", "Europe/Berlin", "2026-07-02T18:00"),
        ("2026-03-28T12:00", "2026-03-30 20:00", "Europe/Berlin", "2026-03-30T18:00"),
        ("2026-10-24T12:00", "2026-10-26 20:00", "Europe/Berlin", "2026-10-26T19:00"),
        ("2026-07-01T12:00", "in 2 hours", "Europe/Berlin", "2026-07-01T14:00"),
        ("2026-07-01T12:00", "in 3 days", "Asia/Tokyo", "2026-07-04T12:00"),
        # 23:30 in UTC is half past one in the night of the next day in Berlin.
        ("2026-07-01T23:30", "tomorrow 20:00", "Europe/Berlin", "2026-07-03T18:00"),
        ("2026-07-01T12:00", "2026-07-02 20:00", "America/New_York", "2026-07-03T00:00"),
        ("2026-03-28T12:00", "tomorrow 20:00", "Europe/Berlin", "2026-03-29T18:00"),
        ("2026-10-25T00:30", "in 1 hour", "Europe/Berlin", "2026-10-25T01:30"),
        ("2026-10-25T00:30", "in 90 minutes", "Europe/Berlin", "2026-10-25T02:00"),
        ("2026-03-29T00:30", "in 1 hour", "Europe/Berlin", "2026-03-29T01:30"),
        # A day later is the same time on the clock, also where the night is an hour shorter.
        ("2026-03-28T12:00", "in 1 day", "Europe/Berlin", "2026-03-29T11:00"),
        # A time that states its own zone is that time, wherever the studio is.
        ("2026-07-01T12:00", "2026-07-02T20:00:00Z", "Europe/Berlin", "2026-07-02T20:00"),
        ("2026-07-01T12:00", "2026-07-02 20:00 +0300", "Europe/Berlin", "2026-07-02T17:00"),
    ],
)
async def test_summer_and_winter_are_told_apart(now: str, text: str, zone: str, expected: str) -> None:
    """A typed time has the offset that its zone has on that day, and relative times have none."""
    moment = await parse_due_time(text, zone, _utc(now))
    assert moment is not None
    assert (moment, moment.utcoffset()) == (_utc(expected), timedelta(0))


async def test_the_furthest_time_is_exactly_ninety_days_away() -> None:
    """Ninety days are accepted to the second, and nothing beyond them."""
    assert timedelta(days=90) == MAX_DELAY
    assert await parse_due_time("2027-02-22 12:00:00", "UTC", NOW) == NOW + timedelta(days=90)
    with pytest.raises(InputError, match="more than 90 days away"):
        await parse_due_time("2027-02-22 12:00:01", "UTC", NOW)


async def test_the_present_moment_has_passed() -> None:
    """The next second can be chosen, the present one cannot."""
    assert await parse_due_time("2026-11-24 12:00:01", "UTC", NOW) == NOW + timedelta(seconds=1)
    with pytest.raises(InputError, match="already passed"):
        await parse_due_time("2026-11-24 12:00:00", "UTC", NOW)


async def test_a_time_without_a_day_is_the_next_one() -> None:
    """An hour that has passed today means tomorrow."""
    assert await parse_due_time("11:00", "UTC", NOW) == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    assert await parse_due_time("13:00", "UTC", NOW) == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
