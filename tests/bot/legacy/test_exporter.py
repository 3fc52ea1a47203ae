"""Exporting the four files, and importing the studio's own export."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError
from bot.event_names import LEGACY_FILES_IMPORTED
from bot.legacy.exporter import export_folder
from bot.scripts.models import Script
from storage import Database, ReadTransaction, WriteTransaction
from storage.stores.broadcasts import NewBroadcast
from storage.stores.scripts import NewScript
from tests.bot.legacy.samples import (
    GRANT,
    NOTE,
    counts,
    export_files,
    get_scripts,
    import_files,
    write_all_files,
    write_files,
)
from tests.conftest import FakeClock, SampleActor


async def fill_studio(database: Database, clock: FakeClock) -> None:
    """Adds a script, its grant log, a document, two broadcasts and events, none of them imported."""
    script = Script.model_validate(
        {
            "title": "The *Fox*", "logline": "A bell.", "language": "de",
            "cast": [{"name": "HANA", "voice": "low"}],
            "cues": [{"n": 1, "kind": "dialogue", "text": "Ja.", "speaker": "HANA", "direction": "c", "seconds": 1.5}],
            "running_time": {"low": 3, "high": 5},
        }
    )  # fmt: skip

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_009", "The Fox")
        script_id = await tx.scripts.add(NewScript(
            ebook_id="ebook_009", chapter_number=1, version=1, title="The Fox", theme="t", writer="gemini", model="m",
            body=script.model_dump_json(), seconds=4,
        ))  # fmt: skip
        await tx.grant_logs.add(
            GRANT | {"ebookId": "ebook_009", "id": "own"}, ebook_id="ebook_009", script_id=script_id, counts=True
        )
        await tx.grant_logs.add({"eventType": "x"}, ebook_id="ebook_009", script_id=None, counts=False)
        await tx.documents.add("audio_scripts", {"script": ["Spoken."]})
        await tx.broadcasts.add(NewBroadcast("Draft", "m"))
        sent = await tx.broadcasts.add(NewBroadcast("Sent", "m", metadata={"ebookId": "ebook_009"}))
        await tx.broadcasts.confirm(sent.id, None)
        member_id = await tx.members.remember(SampleActor(7, "Hana"))
        for _ in range(2):
            tx.report("Takes recorded", {"n": 1.0, "ebook_id": "ebook_009"}, member_id=member_id)

    await database.write(work)
    clock.advance(seconds=5)


async def test_export_can_be_imported_into_another_database(
    sqlite: Database, postgres_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """An export that is imported into an empty database of the other kind is exported unchanged."""
    await fill_studio(sqlite, clock)
    first = await export_files(sqlite, tmp_path / "first")
    assert [note["title"] for note in first["notifications.json"]] == ["Sent"]
    assert all(key == document["id"] for key, document in first["audio_scripts.json"].items())
    other = await Database.open(postgres_url, clock)
    assert counts(await import_files(other, tmp_path / "first")) == [(2, 0, 0), (2, 0, 0), (1, 0, 0), (2, 0, 0)]
    second = await export_files(other, tmp_path / "second")
    assert second["session_progress.json"].pop()["event"] == LEGACY_FILES_IMPORTED
    assert second == first
    (original,), copies = await get_scripts(sqlite), await get_scripts(other)
    (copy,) = [stored for stored in copies if stored.id == original.id]
    assert Script.from_json(copy.body) == Script.from_json(original.body)
    assert (copy.model, copy.theme, copy.created_at) == (original.model, original.theme, original.created_at)
    await other.close()


async def test_own_export_is_recognised(database: Database, clock: FakeClock, tmp_path: Path) -> None:
    """Importing the studio's own export adds nothing."""
    await fill_studio(database, clock)
    await export_files(database, tmp_path / "out")
    assert counts(await import_files(database, tmp_path / "out")) == [(0, 2, 0), (0, 2, 0), (0, 1, 0), (0, 2, 0)]


async def test_export_overwrites_nothing(sqlite: Database, tmp_path: Path) -> None:
    """If a file exists or the folder cannot be created, the export says so and changes nothing."""
    (tmp_path / "notifications.json").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        await export_folder(sqlite, tmp_path)
    assert await asyncio.to_thread((tmp_path / "notifications.json").read_text) == "mine"
    with pytest.raises(InputError, match="cannot be created"):
        await export_folder(sqlite, tmp_path / "notifications.json" / "deeper")


async def test_failed_export_leaves_no_files(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export that fails midway leaves no partial file behind."""

    def raise_disk_full(self: ReadTransaction, *_: object) -> Any:
        raise OSError(28, "No space left on device")

    write_files(tmp_path / "in", notifications=[NOTE])
    await import_files(sqlite, tmp_path / "in")
    monkeypatch.setattr("storage.stores.events.EventStore.stream", raise_disk_full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        await export_folder(sqlite, tmp_path / "out")
    assert await asyncio.to_thread(lambda: list((tmp_path / "out").iterdir())) == []


async def test_layout_is_the_predecessors(sqlite: Database, tmp_path: Path) -> None:
    """Exported files are byte for byte as the predecessor wrote them, empty ones included."""
    exported = await export_folder(sqlite, tmp_path / "none")
    assert [file.sentence for file in exported] == [
        "audio_scripts.json: 0 scripts.",
        "grant_logs.json: 0 grant logs.",
        "notifications.json: 0 announcements.",
        "session_progress.json: 0 events.",
    ]
    write_all_files(tmp_path / "in", notifications=[NOTE, {"empty": {}, "none": [], "text": "a\nb"}])
    await import_files(sqlite, tmp_path / "in")
    await export_folder(sqlite, tmp_path / "out")

    def compare() -> None:
        for name in ("audio_scripts.json", "grant_logs.json", "notifications.json"):
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
            assert (tmp_path / "none" / name).read_text() in {"[]", "{}"}

    await asyncio.to_thread(compare)
