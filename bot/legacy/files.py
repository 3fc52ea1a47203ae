"""The four files: what they are called, what is in them, how their bytes become text and their times become moments."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.ebooks.text import BOMS, UNSTORABLE_CHARACTERS
from storage.stores.events import PROGRESS_FILE

LEFTOVERS: Final = "import_leftovers"
LEFTOVERS_FILE: Final = "import_leftovers.txt"
MOST_DEPTH: Final = 200
"""Levels; what is nested further might not be read again where the program's own stack is fuller."""
_ID: Final = re.compile(r"[a-z][a-z_]*_(?:[0-9a-f]{16}|\d{8}_\d{6}_\d{6})")


@dataclass(frozen=True, slots=True)
class LegacyFile:
    """One of the four. ``keyed``: an object of documents by id, else an array; ``fields``: what makes out an element."""

    name: str
    noun: str
    keyed: bool
    fields: frozenset[str]

    @property
    def collection(self) -> str:
        """The name without its ending."""
        return self.name.removesuffix(".json")

    def accepts(self, key: str | None, value: dict[str, Any]) -> bool:
        """Whether an object found behind a damage is an element of this file."""
        if not self.keyed:
            return self.fields <= value.keys()
        own = value.get("id")
        found = own if key is None else key
        return isinstance(found, str) and (_ID.fullmatch(found) is not None or (key is not None and found == own))


SCRIPTS: Final = LegacyFile("audio_scripts.json", "script", keyed=True, fields=frozenset())
GRANTS: Final = LegacyFile("grant_logs.json", "grant log", keyed=True, fields=frozenset())
NOTIFICATIONS: Final = LegacyFile(
    "notifications.json", "announcement", keyed=False, fields=frozenset({"title", "message", "metadata", "timestamp"})
)
PROGRESS: Final = LegacyFile(PROGRESS_FILE, "event", keyed=False, fields=frozenset({"timestamp", "event", "data"}))
FILES: Final = (SCRIPTS, GRANTS, NOTIFICATIONS, PROGRESS)  # grant logs are weighed by the scripts that are there


def decoded(content: bytes) -> tuple[str, int | None]:
    """The bytes as text, and the first line (from 1) with bytes that are no text and were read as ``�``."""
    encoding = next((name for bom, name in BOMS if content.startswith(bom)), None) or _unmarked(content)
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError as error:
        text = content.decode(encoding, errors="replace")
        return text, content[: error.start].decode(encoding, errors="replace").count("\n") + 1


def _unmarked(content: bytes) -> str:
    """UTF-16 without its mark shows by its zero bytes: JSON begins with a sign of ASCII."""
    start = content[:2]
    if len(start) < 2 or start.count(0) != 1:
        return "utf-8"
    return "utf-16-be" if start[0] == 0 else "utf-16-le"


def is_empty(text: str) -> bool:
    """Whether nothing stands in it: a power cut can leave a file full of zeros."""
    return not text.strip(" \t\r\n\x00\ufeff")


def storable(text: str) -> str:
    """The text without what no database takes: NULs and halves of surrogate pairs."""
    return UNSTORABLE_CHARACTERS.sub("", text)


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """The moment that an ISO text names, read in ``zone`` where it names none itself; None where it is no moment."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def digest(value: object) -> str:
    """SHA-256 of the value, whatever its layout and the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def too_deep(value: object, raw: str) -> bool:
    """Whether it is nested more than ``MOST_DEPTH`` levels; ``raw`` is its JSON text."""
    if raw.count("{") + raw.count("[") <= MOST_DEPTH:
        return False
    level, depth = [value], 0
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)
