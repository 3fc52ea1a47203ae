"""Parses when a broadcast is to be sent: ``in 2 hours``, ``tomorrow 20:00`` or an ISO time, in the studio's time zone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import InputError

MAX_DELAY: Final = timedelta(days=90)
"""Anything further away is more likely a mistyped date than a plan."""
_MAX_TEXT: Final = 100
"""In characters: the limit of the modal's field. The parser's time grows with the length of the text."""
_SHIFT: Final = timedelta(minutes=37)
"""A text that means a time that much later, when it is read that much later, is a duration such as "in 2 hours"."""
_EXAMPLES: Final = "For example: `in 2 hours`, `tomorrow 20:00` or `2026-12-01 20:00`."


async def parse_due_time(text: str, zone: str, now: datetime) -> datetime | None:
    """The time in UTC, or None for "now" (also where the text is empty).

    ``zone`` is the name of the time zone in which the text is read, such as ``Europe/Berlin``.

    Raises:
        InputError: the text is no time, has passed, or is more than ``MAX_DELAY`` away.
    """
    text = text.strip()
    if text.casefold() in {"", "now"}:
        return None
    moment = await asyncio.to_thread(_parse, text[:_MAX_TEXT], zone, now)
    if moment is None:
        raise InputError("This time could not be understood.", _EXAMPLES)
    if moment <= now:
        raise InputError("This time has already passed.", _EXAMPLES)
    if moment - now > MAX_DELAY:
        raise InputError(f"This is more than {MAX_DELAY.days} days away.", "Choose an earlier time.")
    return moment


def _parse(text: str, zone_name: str, now: datetime) -> datetime | None:
    """The time in UTC, or None where the text is no time."""
    zone = ZoneInfo(zone_name)
    local = now.astimezone(zone).replace(tzinfo=None)
    parsed = _parse_from(text, local)
    if parsed is None:
        return None
    if parsed.tzinfo is not None:  # the text names a time zone of its own
        return parsed.astimezone(UTC)
    elapsed = parsed - local
    later = _parse_from(text, local + _SHIFT)
    is_duration = later is not None and later.tzinfo is None and later - parsed == _SHIFT
    if is_duration and elapsed % timedelta(days=1):
        return now.astimezone(UTC) + elapsed  # an hour is an hour, also in the night when the clocks change
    return parsed.replace(tzinfo=zone).astimezone(UTC)


def _parse_from(text: str, base: datetime) -> datetime | None:
    """The time on the clock of ``base``, from which relative times count; both without a zone."""
    import dateparser  # here, since the import is slow and few broadcasts are scheduled

    return dateparser.parse(text, languages=["en"], settings={"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base})
