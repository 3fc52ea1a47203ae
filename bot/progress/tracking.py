"""Entries that people make by hand."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.actor import Actor
from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import InputError
from bot.event_names import RESERVED_EVENT_NAMES
from storage import Database, WriteTransaction

MAX_EVENT: Final = 200
MAX_DATA: Final = 4_000
MAX_DEPTH: Final = 5
MAX_EBOOK: Final = 100
_MENTION: Final = re.compile(r"<@[!&]?\d+>|@everyone|@here")
# Whoever it is may become known later.
_SNOWFLAKE: Final = re.compile(r"(?<!\d)\d{17,20}(?!\d)")


@dataclass(frozen=True, slots=True)
class TrackingService:
    """Manual entries in the audit trail."""

    database: Database

    async def track(self, event: str, data: str, by: Actor) -> None:
        """Writes the entry; ``InputError`` for what it may not hold."""
        event = event.strip()
        found = parsed(data)
        shown = json.dumps(found, ensure_ascii=False)
        if not event or len(event) > MAX_EVENT:
            raise InputError(f"An event's name has 1 to {MAX_EVENT} characters.", "Give it a short name.")
        if UNSTORABLE_CHARACTERS.search(event):
            raise InputError("The event's name holds something that cannot be stored.", "Remove odd characters.")
        if event in RESERVED_EVENT_NAMES:
            raise InputError(f"“{event}” is written by the studio itself.", "Choose another name for your entry.")
        if any(pattern.search(text) for pattern in (_MENTION, _SNOWFLAKE) for text in (event, shown)):
            raise InputError(
                "An entry may not mention anybody: it can never be deleted.",
                "Write a role or a task instead of a name or a Discord id.",
            )

        async def work(tx: WriteTransaction) -> None:
            member_id = await tx.members.remember(by)
            ebook = found.get("ebook_id")
            fits = isinstance(ebook, str) and 0 < len(ebook) <= MAX_EBOOK and not UNSTORABLE_CHARACTERS.search(ebook)
            tx.report(event, found, member_id=member_id, ebook_id=ebook if fits else None)

        await self.database.write(work)


def parsed(data: str) -> dict[str, Any]:
    """The JSON object that somebody typed; ``InputError`` where it is none, too long or too deep."""
    if not data.strip():
        return {}
    if len(data) > MAX_DATA:
        raise InputError(f"The data has {len(data):,} characters; an entry takes {MAX_DATA:,}.", "Shorten it.")
    try:
        value = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InputError(
            "The data is not valid JSON.", 'Write it like {"takes": 3, "note": "door re-recorded"}.'
        ) from None
    if not isinstance(value, dict):
        raise InputError("The data must be a JSON object.", 'Write it like {"takes": 3}.')
    if _depth(value) > MAX_DEPTH:
        raise InputError(f"The data is nested more than {MAX_DEPTH} levels deep.", "Flatten it.")
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise InputError(
            "The data holds something that cannot be stored.", "Remove odd characters or numbers."
        ) from None
    return value


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
        case _:
            return 0
