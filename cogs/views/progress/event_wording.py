"""How events are told: in a sentence where we know one, else by their name."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from bot.event_names import (
    ANNOUNCEMENT_SHARED,
    BADGE_EARNED,
    BROADCAST_SENT,
    GENERATION_COMPLETED,
    GENERATION_FAILED,
    GENERATION_STARTED,
    SCRIPT_APPROVED,
    SCRIPT_DOWNLOADED,
    SCRIPT_RELEASED,
)
from cogs.views.formatting import escape_text, format_count, format_relative_time, shorten
from storage.stores.events import Event

_ACTS: Final = {
    GENERATION_STARTED: "began",
    SCRIPT_APPROVED: "approved",
    SCRIPT_RELEASED: "released",
    SCRIPT_DOWNLOADED: "downloaded",
}
_SUMS: Final = (
    (GENERATION_COMPLETED, "script written", "scripts written"),
    (GENERATION_FAILED, "failure of Gemini", "failures of Gemini"),
    (SCRIPT_APPROVED, "approved", "approved"),
    (SCRIPT_RELEASED, "released", "released"),
    (BROADCAST_SENT, "announcement", "announcements"),
    (ANNOUNCEMENT_SHARED, "share", "shares"),
    (BADGE_EARNED, "badge earned", "badges earned"),
)


def when(event: Event) -> str:
    """How long ago, in the reader's own words."""
    return format_relative_time(datetime.fromisoformat(event.timestamp))


def told(event: Event, name: str) -> str:
    """``Hana approved ch. 5``, or ``Hana · Progress exported``."""
    chapter = _data(event).get("chapter_number")
    act = _ACTS.get(event.event)
    if act and name and isinstance(chapter, int):
        return f"{escape_text(name, 60)} {act} ch. {chapter}"
    if event.event == GENERATION_COMPLETED and name:
        return f"a script for {escape_text(name, 60)} is finished"
    return f"{escape_text(name, 60)} · {escape_text(event.event, 100)}" if name else escape_text(event.event, 100)


def event_lines(event: Event, people: dict[str, str]) -> str:
    """Two lines: what, when and by whom; and its data in small letters."""
    who = f" · {escape_text(people[event.member_id], 40)}" if event.member_id in people else ""
    small = "" if event.display_data in {"{}", "null"} else f"\n-# {escape_text(shorten(event.display_data, 100), 110)}"
    return f"`{event.seq:>4}` **{escape_text(event.event, 80)}** {when(event)}{who}{small}"


def summed(counts: Counter[str], most: int = 4) -> str:
    """``3 scripts written · 1 approved · 24 events``."""
    parts = [format_count(counts[name], one, many) for name, one, many in _SUMS if counts[name]]
    return " · ".join([*parts[:most], format_count(counts.total(), "event")])


def _data(event: Event) -> dict[str, Any]:
    """The event's own data; of an imported one what it had before."""
    data = event.to_entry().get("data")
    return data if isinstance(data, dict) else {}
