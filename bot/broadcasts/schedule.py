"""When a person means: ``in 2 hours``, ``tomorrow 20:00``, an ISO moment; read in the studio's time zone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import InputError

FURTHEST: Final = timedelta(days=90)
_EXAMPLES: Final = "Write it like `in 2 hours`, `tomorrow 20:00` or `2026-12-01 20:00`."


async def parse_when(text: str, zone: str, now: datetime) -> datetime | None:
    """The moment in UTC; None for now (also where nothing is typed). ``InputError`` where it is none, or past, or too far."""
    text = text.strip()
    if text.casefold() in {"", "now"}:
        return None
    moment = await asyncio.to_thread(_parsed, text[:100], zone, now)
    if moment is None:
        raise InputError("This time could not be understood.", _EXAMPLES)
    if moment <= now:
        raise InputError("This time has already passed.", _EXAMPLES)
    if moment - now > FURTHEST:
        raise InputError(f"This is more than {FURTHEST.days} days away.", "Choose an earlier time.")
    return moment


def _parsed(text: str, zone: str, now: datetime) -> datetime | None:
    import dateparser

    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    found = dateparser.parse(
        text,
        languages=["en"],
        settings={
            "TIMEZONE": zone,
            "RETURN_AS_TIMEZONE_AWARE": True,
            "PREFER_DATES_FROM": "future",
            "RELATIVE_BASE": local,
        },
    )
    return None if found is None else found.astimezone(UTC)
