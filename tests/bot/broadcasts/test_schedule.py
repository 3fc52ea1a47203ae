"""When a broadcast is to be sent, as people type it."""

from datetime import UTC, datetime

import pytest

from bot.broadcasts.schedule import parse_due_time
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
