"""Counts how often each text has occurred, without keeping the texts of a million records in memory."""

import hashlib
import sqlite3
from typing import Final

_KEY_BYTES: Final = 16
"""Of the text's SHA-256: among a million texts, two with the same 16 bytes do not occur."""


class OccurrenceCounter:
    """The counts are in a temporary file that SQLite deletes by itself."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode=OFF")
        self._file.execute("CREATE TABLE counts (text BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def add(self, text: str) -> int:
        """Counts the text once more, and returns how often it has occurred now."""
        key = hashlib.sha256(text.encode(errors="backslashreplace")).digest()[:_KEY_BYTES]
        query = "INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET number = number + 1 RETURNING number"
        ((number,),) = self._file.execute(query, (key,)).fetchall()
        return int(number)

    def __del__(self) -> None:
        self._file.close()
