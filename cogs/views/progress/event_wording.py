"""How events read on screen: a sentence for those that matter most, the event's name for the others."""

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
    SCRIPT_WITHDRAWN,
)
from cogs.views.formatting import escape_text, format_count, format_relative_time, shorten
from storage.stores.events import Event

_CHAPTER_VERBS: Final = {
    GENERATION_STARTED: "began",
    SCRIPT_APPROVED: "approved",
    SCRIPT_WITHDRAWN: "withdrew the approval of",
    SCRIPT_RELEASED: "released",
    SCRIPT_DOWNLOADED: "downloaded",
}
"""Verbs for events that a member causes on purpose, as in "Hana approved ch. 5"."""
_COUNTED_EVENTS: Final = (
    (GENERATION_COMPLETED, "script written", "scripts written"),
    (GENERATION_FAILED, "failure of Gemini", "failures of Gemini"),
    (SCRIPT_APPROVED, "approved", "approved"),
    (SCRIPT_RELEASED, "released", "released"),
    (BROADCAST_SENT, "announcement", "announcements"),
    (ANNOUNCEMENT_SHARED, "share", "shares"),
    (BADGE_EARNED, "badge earned", "badges earned"),
)
"""Events that a summary counts one by one, the most important first, with the words for one and for several."""
_MAX_DATA_LENGTH: Final = 100
"""Characters of an event's data below it: one line of small print on a desktop."""


def format_event_time(event: Event) -> str:
    """How long ago the event happened; Discord shows it in the reader's language."""
    return format_relative_time(datetime.fromisoformat(event.timestamp))


def describe_event(event: Event, member_name: str) -> str:
    """``Hana approved ch. 5``, or ``Hana · Progress exported`` for an event without a sentence."""
    chapter = _get_data(event).get("chapter_number")
    verb = _CHAPTER_VERBS.get(event.event)
    event_name, name = escape_text(event.event, 100), escape_text(member_name, 60)
    if not member_name:
        return event_name
    if verb and isinstance(chapter, int):
        return f"{name} {verb} ch. {chapter}"
    if event.event == GENERATION_COMPLETED:
        return f"a script for {name} is finished"
    return f"{name} · {event_name}"


def format_event_lines(event: Event, member_names: dict[str, str]) -> str:
    """A line with number, name, time and member, and below it the event's data in small print if there is any."""
    member = f" · {escape_text(member_names[event.member_id], 40)}" if event.member_id in member_names else ""
    data = event.display_data
    # Ten characters more, for the backslashes that escape markup.
    small_print = "" if data in {"{}", "null"} else f"\n-# {escape_text(shorten(data, _MAX_DATA_LENGTH), 110)}"
    return f"`{event.seq:>4}` **{escape_text(event.event, 80)}** {format_event_time(event)}{member}{small_print}"


def summarize_counts(counts: Counter[str], max_parts: int = 4) -> str:
    """``3 scripts written · 1 approved · 24 events``: the most important counts and the total."""
    parts = [format_count(counts[name], singular, plural) for name, singular, plural in _COUNTED_EVENTS if counts[name]]
    return " · ".join([*parts[:max_parts], format_count(counts.total(), "event")])


def _get_data(event: Event) -> dict[str, Any]:
    data = event.to_entry().get("data")
    return data if isinstance(data, dict) else {}
