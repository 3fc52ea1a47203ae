"""Entries that people add to the audit trail with ``/track``."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.actor import Actor
from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import InputError
from bot.event_names import RESERVED_EVENT_NAMES
from bot.progress.lookalikes import simplify
from storage import Database, WriteTransaction, write_transaction

MAX_EVENT_LENGTH: Final = 200
"""Characters of an event's name: one line on screen, with room to spare."""
MAX_DATA_LENGTH: Final = 4_000
"""Characters of the JSON text: an entry stays forever, so it is for notes and not for documents."""
MAX_DEPTH: Final = 5
"""Levels of nested objects and arrays: enough for notes; deep nesting would exhaust the recursion of JSON parsers."""
_MAX_EBOOK_ID_LENGTH: Final = 100
"""Characters of a book's id in the data; a longer one cannot be the id of a book, as ``/script`` takes 100."""
_RESERVED: Final = frozenset(map(simplify, RESERVED_EVENT_NAMES))
_MENTION: Final = re.compile(r"<@[!&]?\d+>|@everyone|@here")
_SNOWFLAKE: Final = re.compile(r"(?<!\d)\d{17,20}(?!\d)")
"""A Discord id. Any number of that length is refused: whose id it is may become known only later."""


@dataclass(frozen=True, slots=True)
class TrackingService:
    """Adds entries of people's own to the audit trail."""

    database: Database

    async def add_entry(self, event: str, data: str, by: Actor) -> None:
        """The event is in the audit trail, with the JSON object in ``data`` ("" for an empty one) and the actor behind it.

        The entry belongs to the book whose id stands under ``ebook_id`` in the data.

        Raises:
            InputError: the name is empty, too long or one of the studio's own, the data is not an acceptable JSON object,
                or either of them mentions somebody.
        """
        event = event.strip()
        parsed = parse_data(data)
        # Searched as parsed, so that a mention written with JSON escapes is found too.
        searched = (event, json.dumps(parsed, ensure_ascii=False))
        if not event or len(event) > MAX_EVENT_LENGTH:
            raise InputError(f"An event's name has 1 to {MAX_EVENT_LENGTH} characters.", "Give it a short name.")
        if UNSTORABLE_CHARACTERS.search(event):
            raise InputError("The event's name holds something that cannot be stored.", "Remove odd characters.")
        if simplify(event) in _RESERVED:
            raise InputError(f"“{event}” is written by the studio itself.", "Choose another name for your entry.")
        if any(pattern.search(text) for pattern in (_MENTION, _SNOWFLAKE) for text in searched):
            raise InputError(
                "An entry may not mention anybody: it can never be deleted.",
                "Write a role or a task instead of a name or a Discord id.",
            )
        await self._report(event, parsed, by)

    @write_transaction
    async def _report(self, tx: WriteTransaction, event: str, data: dict[str, Any], by: Actor) -> None:
        tx.report(event, data, actor=by, ebook_id=_get_ebook_id(data))


def parse_data(text: str) -> dict[str, Any]:
    """The JSON object that somebody typed; blank text is an empty object.

    Raises:
        InputError: it is not a JSON object, too long, nested too deeply, or cannot be stored.
    """
    if not text.strip():
        return {}
    if len(text) > MAX_DATA_LENGTH:
        raise InputError(f"The data has {len(text):,} characters; an entry takes {MAX_DATA_LENGTH:,}.", "Shorten it.")
    try:
        value = json.loads(text, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise InputError(
            "The data is not valid JSON.", 'For example: {"takes": 3, "note": "door re-recorded"}.'
        ) from None
    if not isinstance(value, dict):
        raise InputError("The data must be a JSON object.", 'For example: {"takes": 3}.')
    if _measure_depth(value) > MAX_DEPTH:
        raise InputError(f"The data is nested more than {MAX_DEPTH} levels deep.", "Flatten it.")
    try:
        # Fails for an infinity (such as 1e999 becomes) and for half a surrogate pair.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise InputError(
            "The data holds something that cannot be stored.", "Remove odd characters or numbers."
        ) from None
    return value


def _get_ebook_id(data: dict[str, Any]) -> str | None:
    ebook_id = data.get("ebook_id")
    if not isinstance(ebook_id, str) or not 0 < len(ebook_id) <= _MAX_EBOOK_ID_LENGTH:
        return None
    return None if UNSTORABLE_CHARACTERS.search(ebook_id) else ebook_id


def _reject_constant(constant: str) -> float:
    """Refuses ``NaN``, ``Infinity`` and ``-Infinity``, which Python reads but JSON does not have."""
    raise ValueError(constant)


def _measure_depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max(map(_measure_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_measure_depth, value), default=0)
        case _:
            return 0
