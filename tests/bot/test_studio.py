"""The façade ``AudioScriptGenerator``."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import utcnow
from bot.errors import ConfigError, InputError
from bot.event_names import BROADCAST_SENT, GENERATION_COMPLETED, GENERATION_STARTED, GRANT_LOG_ADDED, SCRIPT_ADDED
from bot.scripts.models import Script
from bot.settings import Settings
from bot.studio import AudioScriptGenerator
from storage import Database
from storage.states import BroadcastState, DeliveryState
from storage.stores.scripts import StoredScript

CHAPTER = {
    "title": "The Midnight Summoning",
    "content": "The lantern guttered.\n\n“You came back,” said Hana.\n\nA bell rang thirteen times.",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the machine's environment variables and its ``.env``."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def studio(sqlite_url: str) -> AsyncIterator[AudioScriptGenerator]:
    """The façade on an empty database, without a key."""
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        yield studio


async def read_script(url: str, script_id: str) -> tuple[StoredScript, str, dict[str, Any]]:
    """The script, and the id and document of its grant log, read by another program."""
    database = await Database.open(url, utcnow)
    try:
        async with database.read() as tx:
            return (await tx.scripts.get(script_id), *await tx.grant_logs.get_of_script(script_id))
    finally:
        await database.close()


async def test_chapter_is_reported_by_four_events(studio: AudioScriptGenerator) -> None:
    """Writing a chapter appends four events in the required order with the required data."""
    ids = await studio.generate_chapter_audio_script("ebook_001", CHAPTER, 1, "fox-demon horror", "Tell the fox.")
    assert list(ids) == ["ebook_id", "script_id", "grant_log_id"]
    assert ids["ebook_id"] == "ebook_001"
    assert re.fullmatch(r"audio_scripts_[0-9a-f]{16}", ids["script_id"])
    assert re.fullmatch(r"grant_logs_[0-9a-f]{16}", ids["grant_log_id"])
    progress = await studio.get_session_progress()
    assert all(list(entry) == ["timestamp", "event", "data"] for entry in progress)
    assert [(entry["event"], entry["data"]) for entry in progress] == [
        (GENERATION_STARTED, {"ebook_id": "ebook_001", "chapter_number": 1, "theme": "fox-demon horror"}),
        (SCRIPT_ADDED, {"doc_id": ids["script_id"]}),
        (GRANT_LOG_ADDED, {"doc_id": ids["grant_log_id"]}),
        (GENERATION_COMPLETED, ids),
    ]
    times = [datetime.fromisoformat(entry["timestamp"]) for entry in progress]
    assert times == sorted(times)
    assert all(time.tzinfo for time in times)


def test_event_names_are_fixed() -> None:
    """The five event names are exactly those of the original product request."""
    assert (GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, BROADCAST_SENT, GENERATION_COMPLETED) == (
        "Chapter audio script generation started",
        "Added document to audio_scripts",
        "Added document to grant_logs",
        "Broadcast sent",
        "Chapter audio script generation completed",
    )


async def test_template_contains_its_error(sqlite_url: str) -> None:
    """Without a key the script is a template with the chapter's words and the reason, and is no deliverable."""
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        ids = await studio.generate_chapter_audio_script("ebook_001", CHAPTER, 1, affiliate_hook="Tell the fox.")
    script, log_id, document = await read_script(sqlite_url, ids["script_id"])
    assert (script.writer, script.theme, script.version) == ("template", "horror", 1)
    assert "No Gemini key is set." in script.error
    assert "You came back," in " ".join(cue.text for cue in Script.from_json(script.body).cues)
    assert log_id == ids["grant_log_id"]
    assert list(document)[:4] == ["eventType", "ebookId", "metadata", "created_at"]
    assert document["eventType"] == "ebook_created"
    assert document["metadata"] == {"chapter_number": 1, "theme": "horror", "affiliate_hook": "Tell the fox."}
    assert document["writer"] == "template"


async def test_second_script_is_a_new_version(studio: AudioScriptGenerator) -> None:
    """Writing the same chapter again adds a version, and the first one stays."""
    ids = [await studio.generate_chapter_audio_script("ebook_001", CHAPTER, 1) for _ in range(2)]
    assert len({result["script_id"] for result in ids}) == 2
    assert len(await studio.get_session_progress()) == 8


async def test_title_is_optional(sqlite_url: str) -> None:
    """A chapter without a title is titled by its number."""
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        ids = await studio.generate_chapter_audio_script("ebook_001", {"content": CHAPTER["content"]}, 7)
    assert (await read_script(sqlite_url, ids["script_id"]))[0].title == "Chapter 7"


async def test_document_ids_name_their_collection(studio: AudioScriptGenerator) -> None:
    """A document's id begins with its collection, and the event contains both."""
    ids = [await studio.add_doc(name, {"take": 1}) for name in ("voice_notes", "audio_scripts", "grant_logs")]
    for document_id, name in zip(ids, ("voice_notes", "audio_scripts", "grant_logs"), strict=True):
        assert re.fullmatch(rf"{name}_[0-9a-f]{{16}}", document_id)
    assert [(entry["event"], entry["data"]) for entry in await studio.get_session_progress()] == [
        (f"Added document to {document_id.rsplit('_', 1)[0]}", {"doc_id": document_id}) for document_id in ids
    ]


@pytest.mark.parametrize("name", ["", "voice notes", "../secrets", "x" * 101, "a-b"])
async def test_invalid_collections_are_refused(studio: AudioScriptGenerator, name: str) -> None:
    """A collection's name that is not an identifier is refused, and nothing is stored."""
    with pytest.raises(InputError):
        await studio.add_doc(name, {})
    assert await studio.get_session_progress() == []


async def test_broadcast_is_one_event_and_its_deliveries(sqlite_url: str) -> None:
    """A broadcast is one event with its texts, and one delivery for each subscribed channel."""
    database = await Database.open(sqlite_url, utcnow)
    for number in (1, 2):
        await database.write(
            lambda tx, guild=number: tx.subscriptions.join(  # type: ignore[misc]
                guild_id=guild, guild_name="G", channel_id=guild, channel_name="c", role_id=None, member_id=None
            )
        )
    await database.close()
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        broadcast_id = await studio.send_broadcast("New Lore: Bells", "Share it.", {"ebookId": "ebook_001"})
        (entry,) = await studio.get_session_progress()
    assert entry["event"] == "Broadcast sent"
    assert set(entry["data"]) >= {"title", "message", "metadata", "timestamp"}
    assert (entry["data"]["title"], entry["data"]["metadata"]) == ("New Lore: Bells", {"ebookId": "ebook_001"})
    database = await Database.open(sqlite_url, utcnow)
    async with database.read() as tx:
        assert (await tx.deliveries.count(broadcast_id)).by_state == {DeliveryState.READY: 2}
        assert (await tx.broadcasts.get(broadcast_id)).state is BroadcastState.SENDING
    await database.close()


async def test_broadcast_without_subscribers_is_an_event(studio: AudioScriptGenerator) -> None:
    """Without subscribers, a broadcast is reported all the same."""
    await studio.send_broadcast("New Lore", "Share it.")
    assert [entry["event"] for entry in await studio.get_session_progress()] == ["Broadcast sent"]


@pytest.mark.parametrize(("title", "message"), [("", "x"), ("x", "  "), ("x" * 257, "x"), ("x", "x" * 3501)])
async def test_invalid_broadcast_is_refused(studio: AudioScriptGenerator, title: str, message: str) -> None:
    """A broadcast without a title or message, or with too long a one, is refused and not reported."""
    with pytest.raises(InputError):
        await studio.send_broadcast(title, message)
    assert await studio.get_session_progress() == []


async def test_progress_survives_a_restart(sqlite_url: str) -> None:
    """Tracked events are stored, and a new process appends to them."""
    for number in (1, 2):
        async with AudioScriptGenerator(database_url=sqlite_url) as studio:
            await studio.track_progress("Takes recorded", {"number": number, "note": "“ö” 月"})
            await studio.track_progress("Bare")
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        progress = await studio.get_session_progress()
    assert [(entry["event"], entry["data"].get("number")) for entry in progress] == [
        ("Takes recorded", 1),
        ("Bare", None),
        ("Takes recorded", 2),
        ("Bare", None),
    ]
    assert progress[0]["data"]["note"] == "“ö” 月"


@pytest.mark.parametrize(
    ("ebook_id", "chapter", "number"),
    [
        ("ebook_001", {}, 1),
        ("ebook_001", {"title": "x", "content": "  \n"}, 1),
        ("ebook_001", {"title": "x", "content": "***"}, 1),
        ("ebook_001", {"title": "x" * 301, "content": "words"}, 1),
        ("ebook_001", {"title": "x", "content": "w" * 200_001}, 1),
        ("ebook_001", {"title": "x", "content": "words"}, -1),
        ("  ", {"title": "x", "content": "words"}, 1),
    ],
)
async def test_invalid_chapter_is_refused(
    studio: AudioScriptGenerator, ebook_id: str, chapter: Mapping[str, str], number: int
) -> None:
    """A chapter without text, with too much of it, or with an invalid book or number is refused and not reported."""
    with pytest.raises(InputError):
        await studio.generate_chapter_audio_script(ebook_id, chapter, number)
    assert await studio.get_session_progress() == []


async def test_simultaneous_first_calls_open_the_database_once(sqlite_url: str) -> None:
    """The façade opens its database at the first call, also if several calls come at the same time."""
    studio = AudioScriptGenerator(database_url=sqlite_url)
    try:
        await asyncio.gather(*(studio.track_progress("Raced", {"n": n}) for n in range(4)))
        assert len(await studio.get_session_progress()) == 4
    finally:
        await studio.aclose()


async def test_facade_can_be_used_after_close(sqlite_url: str) -> None:
    """After ``aclose`` the next call opens the database again; closing twice does nothing."""
    studio = AudioScriptGenerator(database_url=sqlite_url)
    await studio.track_progress("One")
    await studio.aclose()
    await studio.aclose()
    assert len(await studio.get_session_progress()) == 1
    await studio.aclose()


async def test_database_in_use_is_reported(studio: AudioScriptGenerator, sqlite_url: str) -> None:
    """If another process uses the database, the façade raises an error that says so."""
    assert await studio.get_session_progress() == []
    with pytest.raises(ConfigError, match="in use by process"):
        await AudioScriptGenerator(database_url=sqlite_url).track_progress("x")
