"""Events as files: the exchange format, an array of ``{"timestamp", "event", "data"}``, and CSV for spreadsheets."""

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Final

from bot.exports.files import Download, escape_csv_cell, zip_if_larger
from storage.stores.events import Event

COLUMNS: Final = ("number", "timestamp", "event", "book", "member", "session", "data")
"""The header of the CSV file. ``number`` is the event's place in the chain; members are our random ids."""


@dataclass(slots=True)
class EventExport:
    """Collects events into both files; add them oldest first."""

    event_count: int = 0
    _entries: list[str] = field(default_factory=list)
    _table: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self._write_row(COLUMNS)

    def add(self, event: Event) -> None:
        """The event is in both files."""
        self.event_count += 1
        self._entries.append(json.dumps(event.to_entry(), ensure_ascii=False))
        row = (event.timestamp, event.event, event.ebook_id or "", event.member_id or "", event.session_id or "")
        self._write_row([event.seq, *(escape_csv_cell(cell) for cell in (*row, event.data))])

    def to_downloads(self, limit: int) -> list[Download]:
        """``session_progress.json`` and ``session_progress.csv``; one ``.zip`` of them if they exceed ``limit`` bytes."""
        text = "[\n" + ",\n".join(f"  {entry}" for entry in self._entries) + ("\n]\n" if self._entries else "]\n")
        files = [
            # An imported entry may hold half a surrogate pair; it becomes JSON's own escape for it.
            Download("session_progress.json", text.encode(errors="backslashreplace")),
            # Spreadsheet programs recognise UTF-8 by the byte order mark that utf-8-sig writes.
            Download("session_progress.csv", self._table.getvalue().encode("utf-8-sig", "backslashreplace")),
        ]
        return zip_if_larger(files, limit, "session_progress.zip")

    def _write_row(self, cells: list[int | str] | tuple[str, ...]) -> None:
        csv.writer(self._table, lineterminator="\r\n").writerow(cells)
