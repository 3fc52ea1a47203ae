"""The four files: their names and what is in them."""

import re
from dataclasses import dataclass
from typing import Any, Final

from storage.stores.events import PROGRESS_FILE

SKIPPED_COLLECTION: Final = "import_leftovers"
"""The documents that hold the raw text of what an import skipped."""
SKIPPED_FILE: Final = "import_leftovers.txt"
"""The file to which an export writes that text."""
_ID: Final = re.compile(r"[a-z][a-z_]*_(?:[0-9a-f]{16}|\d{8}_\d{6}_\d{6})")
"""An id of this studio, or of the predecessor, which used the time instead of random digits."""


@dataclass(frozen=True, slots=True)
class LegacyFile:
    """One of the four files.

    If it is ``keyed``, it contains one object of documents by id, else one array. ``noun`` is what the reports call one
    element. ``required_fields`` are the fields by which an element of an array is recognised.
    """

    name: str
    noun: str
    keyed: bool
    required_fields: frozenset[str]

    @property
    def collection(self) -> str:
        """The file's name without its extension."""
        return self.name.removesuffix(".json")

    def is_element(self, key: str | None, value: dict[str, Any]) -> bool:
        """Whether an object that was found after a damaged place is an element of this file; ``key`` is None without one."""
        if not self.keyed:
            return self.required_fields <= value.keys()
        own_id = value.get("id")
        element_id = own_id if key is None else key
        if not isinstance(element_id, str):
            return False
        return _ID.fullmatch(element_id) is not None or (key is not None and element_id == own_id)


SCRIPTS: Final = LegacyFile("audio_scripts.json", "script", keyed=True, required_fields=frozenset())
GRANTS: Final = LegacyFile("grant_logs.json", "grant log", keyed=True, required_fields=frozenset())
NOTIFICATIONS: Final = LegacyFile(
    "notifications.json",
    "announcement",
    keyed=False,
    required_fields=frozenset({"title", "message", "metadata", "timestamp"}),
)
PROGRESS: Final = LegacyFile(
    PROGRESS_FILE, "event", keyed=False, required_fields=frozenset({"timestamp", "event", "data"})
)
FILES: Final = (SCRIPTS, GRANTS, NOTIFICATIONS, PROGRESS)
"""In the order of the import: whether a grant log counts depends on the scripts that are there."""
