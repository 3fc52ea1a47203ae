"""Events as files: the exchange format's array of ``{"timestamp", "event", "data"}``, and CSV for spreadsheets."""

import csv
import io
import json
from dataclasses import dataclass, field

from bot.exports.files import Download, escape_csv_cell, zip_if_larger
from storage.stores.events import Event

COLUMNS = ("number", "timestamp", "event", "book", "member", "session", "data")


@dataclass(slots=True)
class Files:
    """Grows by one event after the other, oldest first."""

    count: int = 0
    _entries: list[str] = field(default_factory=list)
    _table: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        csv.writer(self._table, lineterminator="\r\n").writerow(COLUMNS)

    def add(self, event: Event) -> None:
        """Takes the event into both files."""
        self.count += 1
        self._entries.append(json.dumps(event.to_entry(), ensure_ascii=False))
        row = (event.timestamp, event.event, event.ebook_id or "", event.member_id or "", event.session_id or "")
        cells = [escape_csv_cell(cell) for cell in (*row, event.data)]
        csv.writer(self._table, lineterminator="\r\n").writerow([event.seq, *cells])

    def finished(self, limit: int) -> list[Download]:
        """``session_progress.json`` and ``session_progress.csv``; in one ``.zip`` where they have more than ``limit`` bytes."""
        text = "[\n" + ",\n".join(f"  {entry}" for entry in self._entries) + ("\n]\n" if self._entries else "]\n")
        plain = [
            # Half a surrogate pair, as imported entries may hold, becomes JSON's own escape for it.
            Download("session_progress.json", text.encode(errors="backslashreplace")),
            Download("session_progress.csv", self._table.getvalue().encode("utf-8-sig", "backslashreplace")),
        ]
        return zip_if_larger(plain, limit, "session_progress.zip")
