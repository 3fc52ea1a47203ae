"""How events read on screen."""

import json

import pytest

from bot.event_names import (
    ANNOUNCEMENT_SHARED,
    BROADCAST_CHANGED,
    BROADCAST_FINISHED,
    BROADCAST_SENT,
    BROADCAST_STOPPED,
    EBOOK_ADDED,
    EBOOK_REMOVED,
    GENERATION_COMPLETED,
    GENERATION_STARTED,
    PROGRESS_EXPORTED,
    RESERVED_EVENT_NAMES,
    SCRIPT_RELEASED,
)
from bot.progress.subjects import EventSubject
from cogs.views.progress.event_wording import describe_event, format_event_lines
from storage.stores.events import Event

CHAPTER = EventSubject("The Fox", 3)
ANNOUNCEMENT = EventSubject("The Fox", announcement="New Lore: Three")


def make_event(name: str, data: object = None) -> Event:
    """An event of a member, with its data."""
    return Event(7, "2026-11-22T20:00:00+00:00", name, json.dumps(data or {}), "s", "m", "fox", "", "")


@pytest.mark.parametrize(
    ("name", "member", "subject", "sentence"),
    [
        (GENERATION_STARTED, "Hana", CHAPTER, "Hana began ch. 3 of The Fox"),
        (SCRIPT_RELEASED, "Hana", CHAPTER, "Hana released ch. 3 of The Fox"),
        (GENERATION_COMPLETED, "Hana", CHAPTER, "Hana's script of ch. 3 of The Fox is finished"),
        (GENERATION_COMPLETED, "Hana", EventSubject(), "Hana's script is finished"),
        (GENERATION_COMPLETED, "", CHAPTER, f"{GENERATION_COMPLETED}: ch. 3 of The Fox"),
        (BROADCAST_SENT, "Hana", ANNOUNCEMENT, "Hana announced “New Lore: Three”"),
        (BROADCAST_CHANGED, "Hana", ANNOUNCEMENT, "Hana changed the scheduled announcement “New Lore: Three”"),
        (BROADCAST_FINISHED, "", ANNOUNCEMENT, "Announcement ended: “New Lore: Three”"),
        (ANNOUNCEMENT_SHARED, "Ren", ANNOUNCEMENT, "Ren · Announcement shared: “New Lore: Three”"),
        (PROGRESS_EXPORTED, "Hana", EventSubject(), "Hana · Progress exported"),
        (EBOOK_ADDED, "Hana", EventSubject("The Fox"), "Hana added The Fox"),
        (EBOOK_REMOVED, "Hana", EventSubject("The Fox"), "Hana removed The Fox"),
    ],
)
def test_sentence_names_what_the_event_is_about(name: str, member: str, subject: EventSubject, sentence: str) -> None:
    """The chapter with its book, or the announcement by its title; nothing where there is nothing to name."""
    assert describe_event(make_event(name), member, subject) == sentence


def test_data_is_not_cut_off_in_the_middle() -> None:
    """Entries that do not fit are left out as a whole, and long lists and objects are abbreviated; no JSON ends half-way."""
    data = {"formats": ["markdown", "json"], "metadata": {"note": "x" * 80}, "note": "y" * 50, "takes": 3}
    small_print = format_event_lines(make_event("Mixed", data), {"m": "Hana"}, CHAPTER).split("\n-# ")[1]
    assert small_print == (
        f'ch. 3 of The Fox · formats: \\["markdown", "json"\\] · metadata: {{…}} · note: {"y" * 50} · …'
    )


@pytest.mark.parametrize("data", [{}, None])
def test_event_without_data_has_no_small_print(data: object) -> None:
    """No empty line stands below it."""
    assert "-#" not in format_event_lines(make_event("Mixed", data), {}, EventSubject())


def test_every_event_about_an_announcement_says_announcement() -> None:
    """Sentences use the word of the screen; the stored names, which the log and exports show, use another one."""
    names = {name for name in RESERVED_EVENT_NAMES if "broadcast" in name.lower()}
    by_nobody = {BROADCAST_FINISHED, BROADCAST_STOPPED}
    sentences = [describe_event(make_event(name), "" if name in by_nobody else "Hana", ANNOUNCEMENT) for name in names]
    assert not [sentence for sentence in sentences if "broadcast" in sentence.lower()]
