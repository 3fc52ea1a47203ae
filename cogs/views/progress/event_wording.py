"""How events read on screen: a sentence for those that matter most, the event's name for the others."""

import json
from collections import Counter
from datetime import datetime
from typing import Final

from bot.event_names import (
    ANNOUNCEMENT_SHARED,
    BADGE_EARNED,
    BATCH_CANCELLED,
    BATCH_FINISHED,
    BATCH_PAUSED,
    BATCH_RESUMED,
    BATCH_RETRIED,
    BATCH_STARTED,
    BROADCAST_AWAITS_APPROVAL,
    BROADCAST_CANCELLED,
    BROADCAST_CHANGED,
    BROADCAST_DISCARDED,
    BROADCAST_EDITED,
    BROADCAST_FINISHED,
    BROADCAST_RECALLED,
    BROADCAST_REPORT_DOWNLOADED,
    BROADCAST_RETRIED,
    BROADCAST_SENT,
    BROADCAST_STOPPED,
    CAST_CHANGED,
    CHARACTER_RENAMED,
    EBOOK_ADDED,
    EBOOK_DOWNLOADED,
    EBOOK_EDITED,
    EBOOK_REMOVED,
    EBOOK_UPDATED,
    FINDING_RESOLVED,
    GENERATION_COMPLETED,
    GENERATION_FAILED,
    GENERATION_STARTED,
    LEXICON_CHANGED,
    SCRIPT_APPROVED,
    SCRIPT_COPIED,
    SCRIPT_DOWNLOADED,
    SCRIPT_EDIT_UNDONE,
    SCRIPT_EDITED,
    SCRIPT_RELEASED,
    SCRIPT_REVISED,
    SCRIPT_WITHDRAWN,
    SPEAKER_CHANGED,
    STORY_CHANGED,
    TAKE_CORRECTED,
    TAKE_DELETED,
    TAKE_LOGGED,
)
from bot.progress.subjects import EventSubject
from cogs.views.formatting import escape_text, format_count, format_relative_time, shorten
from storage.stores.events import Event

_CHAPTER_VERBS: Final = {
    GENERATION_STARTED: "began",
    SCRIPT_APPROVED: "approved",
    SCRIPT_WITHDRAWN: "withdrew the approval of",
    SCRIPT_RELEASED: "released",
    SCRIPT_DOWNLOADED: "downloaded",
    SPEAKER_CHANGED: "changed a speaker of",
    FINDING_RESOLVED: "resolved a finding of the check of",
    SCRIPT_EDITED: "edited",
    SCRIPT_EDIT_UNDONE: "undid an edit of",
    SCRIPT_COPIED: "made a new version of",
    TAKE_LOGGED: "logged a take of",
    TAKE_CORRECTED: "corrected a take of",
    TAKE_DELETED: "deleted a take of",
    SCRIPT_REVISED: "revised",
}
"""Verbs for events that a member causes on purpose, as in "Hana approved ch. 5"."""
_BOOK_VERBS: Final = {
    EBOOK_ADDED: "added",
    EBOOK_UPDATED: "updated",
    EBOOK_EDITED: "edited",
    EBOOK_REMOVED: "removed",
    EBOOK_DOWNLOADED: "downloaded the scripts of",
    CAST_CHANGED: "changed the cast of",
    CHARACTER_RENAMED: "renamed a character of",
    LEXICON_CHANGED: "changed the lexicon of",
    STORY_CHANGED: "changed the story so far of",
    BATCH_STARTED: "began a batch of chapters of",
    BATCH_PAUSED: "paused a batch of chapters of",
    BATCH_RESUMED: "resumed a batch of chapters of",
    BATCH_RETRIED: "tried failed chapters again of",
    BATCH_CANCELLED: "cancelled a batch of chapters of",
}
"""Verbs for what a member does with a whole book, as in "Hana added The Fox"."""
_ANNOUNCEMENT_VERBS: Final = {
    BROADCAST_SENT: "announced",
    BROADCAST_AWAITS_APPROVAL: "asked to announce",
    BROADCAST_CHANGED: "changed the scheduled announcement",
    BROADCAST_EDITED: "changed the posts of",
    BROADCAST_RECALLED: "recalled",
    BROADCAST_RETRIED: "tried again to post",
    BROADCAST_CANCELLED: "stopped",
    BROADCAST_DISCARDED: "discarded",
    BROADCAST_REPORT_DOWNLOADED: "downloaded the report of",
}
"""Verbs for events about an announcement, as in "Hana announced “New Lore: Three”"."""
_NOBODYS_EVENTS: Final = {
    BROADCAST_SENT: "Announced",
    BROADCAST_FINISHED: "Announcement ended",
    BROADCAST_STOPPED: "Announcement stopped by itself",
}
"""Events about an announcement that no member caused."""
_COUNTED_EVENTS: Final = (
    (GENERATION_COMPLETED, "script written", "scripts written"),
    (GENERATION_FAILED, "failure of Gemini", "failures of Gemini"),
    (BATCH_FINISHED, "batch finished", "batches finished"),
    (SCRIPT_APPROVED, "approved", "approved"),
    (SCRIPT_RELEASED, "released", "released"),
    (BROADCAST_SENT, "announcement", "announcements"),
    (ANNOUNCEMENT_SHARED, "share", "shares"),
    (TAKE_LOGGED, "take", "takes"),
    (EBOOK_ADDED, "book added", "books added"),
    (BADGE_EARNED, "badge earned", "badges earned"),
)
"""Events that a summary counts one by one, the most important first, with the words for one and for several."""
_MAX_DATA_LENGTH: Final = 100
"""Characters of an event's data below it: one line of small print on a desktop."""
_MAX_VALUE_LENGTH: Final = 60
"""Characters of one value of the data; a list or an object that is longer is shown as ``[…]`` or ``{…}``."""


def format_event_time(event: Event) -> str:
    """How long ago the event happened; Discord shows it in the reader's language."""
    return format_relative_time(datetime.fromisoformat(event.timestamp))


def describe_event(event: Event, member_name: str, subject: EventSubject) -> str:
    """``Hana approved ch. 5 of The Fox``, or ``Hana · Progress exported`` for an event without a sentence."""
    verb = _CHAPTER_VERBS.get(event.event)
    name = escape_text(member_name, 60)
    event_name = _NOBODYS_EVENTS.get(event.event) or escape_text(event.event, 100)
    about = _describe_subject(subject)
    if not member_name:
        return event_name + (f": {about}" if about else "")
    if verb and subject.chapter is not None:
        return f"{name} {verb} {about}"
    if event.event in _ANNOUNCEMENT_VERBS and subject.announcement:
        return f"{name} {_ANNOUNCEMENT_VERBS[event.event]} {about}"
    if event.event in _BOOK_VERBS and about:
        return f"{name} {_BOOK_VERBS[event.event]} {about}"
    if event.event == GENERATION_COMPLETED:
        return f"{name}'s script" + (f" of {about}" if about else "") + " is finished"
    return f"{name} · {event_name}" + (f": {about}" if about else "")


def format_event_lines(event: Event, member_names: dict[str, str], subject: EventSubject) -> str:
    """A line with number, name, time and member, and below it the subject and the data in small print if there are any."""
    member = f" · {escape_text(member_names[event.member_id], 40)}" if event.member_id in member_names else ""
    parts = [text for text in (_describe_subject(subject), _format_data(event)) if text]
    small_print = f"\n-# {' · '.join(parts)}" if parts else ""
    return f"`{event.seq:>4}` **{escape_text(event.event, 80)}** {format_event_time(event)}{member}{small_print}"


def _describe_subject(subject: EventSubject) -> str:
    """``ch. 5 of The Fox``, the book alone, or the announcement's title; empty for an event about none of them."""
    book = escape_text(subject.book, 60)
    if subject.announcement:
        return f"“{escape_text(subject.announcement, 60)}”"
    if subject.chapter is None:
        return book
    return f"ch. {subject.chapter}" + (f" of {book}" if book else "")


def _format_data(event: Event) -> str:
    """As many of the data's entries as fit on one line, each of them whole."""
    data = json.loads(event.display_data)
    if not isinstance(data, dict):
        return "" if data is None else escape_text(shorten(event.display_data, _MAX_DATA_LENGTH), 110)
    shown: list[str] = []
    used = 0
    for key, value in data.items():
        text = f"{shorten(key, 30)}: {_format_value(value)}"
        used += len(text)
        if used > _MAX_DATA_LENGTH:
            shown.append("…")
            break
        shown.append(text)
    return escape_text(" · ".join(shown), _MAX_DATA_LENGTH + 50)


def _format_value(value: object) -> str:
    if isinstance(value, str):
        return shorten(value, _MAX_VALUE_LENGTH)
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _MAX_VALUE_LENGTH:
        return text
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else shorten(text, _MAX_VALUE_LENGTH)


def summarize_counts(counts: Counter[str], max_parts: int = 4) -> str:
    """``3 scripts written · 1 approved · 24 events``: the most important counts and the total."""
    parts = [format_count(counts[name], singular, plural) for name, singular, plural in _COUNTED_EVENTS if counts[name]]
    return " · ".join([*parts[:max_parts], format_count(counts.total(), "event")])
