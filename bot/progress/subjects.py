"""What an event is about: its book, its chapter, and the title of its announcement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage import ReadTransaction
from storage.stores.events import Event


@dataclass(frozen=True, slots=True)
class EventSubject:
    """Titles are empty and the chapter is None where the event is not about one, or what it was about is gone."""

    book: str = ""
    chapter: int | None = None
    announcement: str = ""


async def find_subjects(tx: ReadTransaction, events: Sequence[Event]) -> dict[int, EventSubject]:
    """The subject of each event, by the event's number.

    An event holds only ids, and some lack the chapter; what is missing is looked up.
    """
    data = {event.seq: _get_data(event) for event in events}
    titles = await tx.ebooks.get_titles() if any(event.ebook_id for event in events) else {}
    script_ids = [_get_script_id(each) for each in data.values()]
    chapters = await tx.scripts.get_chapter_numbers([script_id for script_id in script_ids if script_id])
    broadcast_ids = {each["broadcast_id"] for each in data.values() if isinstance(each.get("broadcast_id"), str)}
    announcements = await tx.broadcasts.get_titles(sorted(broadcast_ids))
    subjects = {}
    for event in events:
        own = data[event.seq]
        chapter = own.get("chapter_number", chapters.get(_get_script_id(own)))
        title = own.get("title") if "message" in own else announcements.get(str(own.get("broadcast_id")))
        subjects[event.seq] = EventSubject(
            titles.get(event.ebook_id or "", event.ebook_id or ""),
            chapter if isinstance(chapter, int) else None,
            title if isinstance(title, str) else "",
        )
    return subjects


def _get_data(event: Event) -> dict[str, Any]:
    data = event.to_entry().get("data")
    return data if isinstance(data, dict) else {}


def _get_script_id(data: dict[str, Any]) -> str:
    script_id = data.get("script_id", data.get("doc_id", ""))
    return script_id if isinstance(script_id, str) else ""
