"""Events as files."""

import csv
import io
import json
import zipfile
from itertools import product
from typing import Any

import pytest

from bot.exports.files import Download
from bot.progress.event_export import COLUMNS, EventExport
from storage.stores.events import Event, canonical_json


def make_event(seq: int = 1, name: str = "Mixed", data: dict[str, Any] | None = None, **values: str | None) -> Event:
    """An event of a book, a member and a session, unless ``values`` say otherwise."""
    given = {"session_id": "s1", "member_id": "m1", "ebook_id": "b1"} | values
    return Event(
        seq, "2026-11-22T20:00:00", name, canonical_json(data or {}), prev_hash="0" * 64, hash="f" * 64, **given
    )


def export(*events: Event, limit: int = 10_000) -> list[Download]:
    """The files of these events."""
    collected = EventExport()
    for event in events:
        collected.add(event)
    assert collected.event_count == len(events)
    return collected.to_downloads(limit)


def read_table(download: Download) -> list[list[str]]:
    """The rows of the CSV file."""
    return list(csv.reader(io.StringIO(download.content.decode("utf-8-sig"), newline="")))


def test_both_files_have_every_event_in_order() -> None:
    """The JSON file has the exchange format, the table a header and one row for each event."""
    entries, table = export(make_event(1, data={"ü": 1}), make_event(2, "Cut", ebook_id=None, member_id=None))
    assert (entries.name, table.name) == ("session_progress.json", "session_progress.csv")
    assert json.loads(entries.content) == [
        {"timestamp": "2026-11-22T20:00:00", "event": "Mixed", "data": {"ü": 1}},
        {"timestamp": "2026-11-22T20:00:00", "event": "Cut", "data": {}},
    ]
    assert "ü" in entries.content.decode()
    assert read_table(table) == [
        list(COLUMNS),
        ["1", "2026-11-22T20:00:00", "Mixed", "b1", "m1", "s1", '{"ü":1}'],
        ["2", "2026-11-22T20:00:00", "Cut", "", "", "s1", "{}"],
    ]
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert table.content.count(b"\r\n") == 3


def test_no_event_makes_an_empty_array_and_a_header() -> None:
    """Both files are valid."""
    entries, table = export()
    assert json.loads(entries.content) == []
    assert read_table(table) == [list(COLUMNS)]


@pytest.mark.parametrize(
    ("column", "start"),
    [
        *product(["timestamp", "event", "book", "member", "session"], ["-", "=", "+", "@", "\t", "\r"]),
        *product(["data"], ["-", "\t", "\r"]),  # JSON text cannot begin with the others
    ],
)
def test_no_cell_is_a_formula(column: str, start: str) -> None:
    """Whichever column holds a text that begins like a formula, the data included, a spreadsheet reads it as text."""
    text = f"{start}1"
    fields = {"timestamp": "then", "event": "Mixed", "data": "{}", "session": None, "member": None, "book": None}
    fields[column] = text
    event = Event(
        1,
        str(fields["timestamp"]),
        str(fields["event"]),
        str(fields["data"]),
        fields["session"],
        fields["member"],
        fields["book"],
        "0",
        "1",
    )
    (_, table) = export(event)
    assert read_table(table)[1][COLUMNS.index(column)] == f"'{text}"


def test_large_files_become_an_archive_of_both() -> None:
    """Up to the limit there are two files; one byte less room makes a ZIP file of them."""
    event = make_event(data={"note": "a" * 3000})
    files = export(event)
    size = sum(len(file.content) for file in files)
    assert export(event, limit=size) == files
    (archive,) = export(event, limit=size - 1)
    assert archive.name == "session_progress.zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert [Download(name, opened.read(name)) for name in opened.namelist()] == files


def test_half_a_surrogate_pair_is_exported_as_an_escape() -> None:
    """An imported entry that holds one does not stop the export."""
    data = {"imported": {"source": "session_progress.json", "text": '{"event": "a\\ud800"}'}}
    entries, _ = export(make_event(data=data, member_id=None))
    assert json.loads(entries.content) == [{"event": "a\ud800"}]
