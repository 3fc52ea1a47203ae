"""Giving everything out as the four files, and taking one's own export in again."""

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
from tests.bot.legacy.samples import GRANT, NOTE, counts, gave, put, put_all, scripts, took
from tests.conftest import FakeClock, SampleActor


async def native(database: Database, clock: FakeClock) -> None:
    """A studio that has worked by itself: a script, its grant log, a document, two announcements, events."""
    script = Script.model_validate(
        {
            "title": "The *Fox*", "logline": "A bell.", "language": "de",
            "cast": [{"name": "HANA", "voice": "low"}],
            "cues": [{"n": 1, "kind": "dialogue", "text": "Ja.", "speaker": "HANA", "direction": "c", "seconds": 1.5}],
            "running_time": {"low": 3, "high": 5},
        }
    )  # fmt: skip

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.add("ebook_009", "The Fox")
        script_id = await tx.scripts.add(
            ebook_id="ebook_009", chapter_number=1, version=1, title="The Fox", theme="t", writer="gemini", model="m",
            body=script.model_dump_json(), seconds=4,
        )  # fmt: skip
        await tx.scripts.add_grant_log(
            GRANT | {"ebookId": "ebook_009", "id": "own"}, ebook_id="ebook_009", script_id=script_id, counts=True
        )
        await tx.scripts.add_grant_log({"eventType": "x"}, ebook_id="ebook_009", script_id=None, counts=False)
        await tx.documents.add("audio_scripts", {"script": ["Spoken."]})
        await tx.broadcasts.add(NewBroadcast("Draft", "m"))
        sent = await tx.broadcasts.add(NewBroadcast("Sent", "m", metadata={"ebookId": "ebook_009"}))
        await tx.broadcasts.confirm(sent.id, None)
        member_id = await tx.members.remember(SampleActor(7, "Hana"))
        for _ in range(2):
            tx.report("Takes recorded", {"n": 1.0, "ebook_id": "ebook_009"}, member_id=member_id)

    await database.write(work)
    clock.advance(seconds=5)


async def test_our_own_export_comes_home(sqlite: Database, postgres_url: str, clock: FakeClock, tmp_path: Path) -> None:
    """A studio's export, taken into an empty database of the other kind, is given out again as it was."""
    await native(sqlite, clock)
    first = await gave(sqlite, tmp_path / "first")
    assert [note["title"] for note in first["notifications.json"]] == ["Sent"]
    assert all(key == document["id"] for key, document in first["audio_scripts.json"].items())
    other = await Database.open(postgres_url, clock)
    assert counts(await took(other, tmp_path / "first")) == [(2, 0, 0), (2, 0, 0), (1, 0, 0), (2, 0, 0)]
    second = await gave(other, tmp_path / "second")
    assert second["session_progress.json"].pop()["event"] == LEGACY_FILES_IMPORTED
    assert second == first
    (mine,), theirs = await scripts(sqlite), await scripts(other)
    (same,) = [stored for stored in theirs if stored.id == mine.id]
    assert Script.from_json(same.body) == Script.from_json(mine.body)
    assert (same.model, same.theme, same.created_at) == (mine.model, mine.theme, mine.created_at)
    await other.close()


async def test_a_studio_knows_its_own_export(database: Database, clock: FakeClock, tmp_path: Path) -> None:
    """A studio that is given its own export takes nothing twice."""
    await native(database, clock)
    await gave(database, tmp_path / "out")
    assert counts(await took(database, tmp_path / "out")) == [(0, 2, 0), (0, 2, 0), (0, 1, 0), (0, 2, 0)]


async def test_an_export_writes_over_nothing(sqlite: Database, tmp_path: Path) -> None:
    """Where one of the files is there already, or the folder cannot be one, an export says so and leaves all as it is."""
    (tmp_path / "notifications.json").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        await export_folder(sqlite, tmp_path)
    assert await asyncio.to_thread((tmp_path / "notifications.json").read_text) == "mine"
    with pytest.raises(InputError, match="cannot be made"):
        await export_folder(sqlite, tmp_path / "notifications.json" / "deeper")


async def test_a_failed_export_leaves_nothing(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that fails in the middle leaves no half of a file behind."""

    def full(self: ReadTransaction, *_: object) -> Any:
        raise OSError(28, "No space left on device")

    put(tmp_path / "in", notifications=[NOTE])
    await took(sqlite, tmp_path / "in")
    monkeypatch.setattr("storage.stores.events.EventStore.stream", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        await export_folder(sqlite, tmp_path / "out")
    assert await asyncio.to_thread(lambda: list((tmp_path / "out").iterdir())) == []


async def test_an_empty_studio_has_empty_files(sqlite: Database, tmp_path: Path) -> None:
    """An export is laid out to the letter as the predecessor wrote its files, also where there is nothing."""
    assert await export_folder(sqlite, tmp_path / "none") == [
        "audio_scripts.json: 0 scripts.",
        "grant_logs.json: 0 grant logs.",
        "notifications.json: 0 announcements.",
        "session_progress.json: 0 events.",
    ]
    put_all(tmp_path / "in", notifications=[NOTE, {"empty": {}, "none": [], "text": "a\nb"}])
    await took(sqlite, tmp_path / "in")
    await export_folder(sqlite, tmp_path / "out")

    def compare() -> None:
        for name in ("audio_scripts.json", "grant_logs.json", "notifications.json"):
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
            assert (tmp_path / "none" / name).read_text() in {"[]", "{}"}

    await asyncio.to_thread(compare)
