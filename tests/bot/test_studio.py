"""The studio without Discord, as the product was asked for."""

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
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor its ``.env``."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def studio(sqlite_url: str) -> AsyncIterator[AudioScriptGenerator]:
    """The façade on a fresh database, without a key."""
    async with AudioScriptGenerator(database_url=sqlite_url) as found:
        yield found


async def stored(url: str, script_id: str) -> tuple[StoredScript, str, dict[str, Any]]:
    """The script, and id and document of its grant log, as another program finds them."""
    database = await Database.open(url, utcnow)
    try:
        async with database.read() as tx:
            return (await tx.scripts.get(script_id), *await tx.scripts.grant_log(script_id))
    finally:
        await database.close()


async def test_a_chapter_is_four_events_in_order(studio: AudioScriptGenerator) -> None:
    """Writing a chapter is told by four of the seed's events, in its order, with its data."""
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
    moments = [datetime.fromisoformat(entry["timestamp"]) for entry in progress]
    assert moments == sorted(moments)
    assert all(moment.tzinfo for moment in moments)


def test_the_seeds_event_names_are_kept() -> None:
    """The five names of events are the seed's, to the letter."""
    assert (GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, BROADCAST_SENT, GENERATION_COMPLETED) == (
        "Chapter audio script generation started",
        "Added document to audio_scripts",
        "Added document to grant_logs",
        "Broadcast sent",
        "Chapter audio script generation completed",
    )


async def test_the_template_carries_its_error(sqlite_url: str) -> None:
    """Without a key the chapter's own words become a template that says why, and is logged as no deliverable."""
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        ids = await studio.generate_chapter_audio_script("ebook_001", CHAPTER, 1, affiliate_hook="Tell the fox.")
    script, log_id, document = await stored(sqlite_url, ids["script_id"])
    assert (script.writer, script.theme, script.version) == ("template", "horror", 1)
    assert "No Gemini key is set." in script.error
    assert "You came back," in " ".join(cue.text for cue in Script.from_json(script.body).cues)
    assert log_id == ids["grant_log_id"]
    assert list(document)[:4] == ["eventType", "ebookId", "metadata", "created_at"]
    assert document["eventType"] == "ebook_created"
    assert document["metadata"] == {"chapter_number": 1, "theme": "horror", "affiliate_hook": "Tell the fox."}
    assert document["writer"] == "template"


async def test_a_chapter_can_be_written_again(studio: AudioScriptGenerator) -> None:
    """The same chapter again is another version, and the first stays."""
    ids = [await studio.generate_chapter_audio_script("ebook_001", CHAPTER, 1) for _ in range(2)]
    assert len({one["script_id"] for one in ids}) == 2
    assert len(await studio.get_session_progress()) == 8


async def test_a_title_may_be_left_out(sqlite_url: str) -> None:
    """A chapter without a title goes by its number."""
    async with AudioScriptGenerator(database_url=sqlite_url) as studio:
        ids = await studio.generate_chapter_audio_script("ebook_001", {"content": CHAPTER["content"]}, 7)
    assert (await stored(sqlite_url, ids["script_id"]))[0].title == "Chapter 7"


async def test_documents_get_the_seeds_ids(studio: AudioScriptGenerator) -> None:
    """A document's id names its collection, and its event names both."""
    ids = [await studio.add_doc(name, {"take": 1}) for name in ("voice_notes", "audio_scripts", "grant_logs")]
    for found, name in zip(ids, ("voice_notes", "audio_scripts", "grant_logs"), strict=True):
        assert re.fullmatch(rf"{name}_[0-9a-f]{{16}}", found)
    assert [(entry["event"], entry["data"]) for entry in await studio.get_session_progress()] == [
        (f"Added document to {found.rsplit('_', 1)[0]}", {"doc_id": found}) for found in ids
    ]


@pytest.mark.parametrize("name", ["", "voice notes", "../secrets", "x" * 101, "a-b"])
async def test_odd_collections_are_refused(studio: AudioScriptGenerator, name: str) -> None:
    """A collection's name that could not be an id is refused, and nothing is kept."""
    with pytest.raises(InputError):
        await studio.add_doc(name, {})
    assert await studio.get_session_progress() == []


async def test_an_announcement_is_one_event(sqlite_url: str) -> None:
    """An announcement is one event with its texts, and waits as one post for each subscribed channel."""
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
        assert await tx.deliveries.count_by_state(broadcast_id) == {DeliveryState.READY: 2}
        assert (await tx.broadcasts.get(broadcast_id)).state is BroadcastState.SENDING
    await database.close()


async def test_an_announcement_to_nobody_is_still_an_event(studio: AudioScriptGenerator) -> None:
    """Where nobody has subscribed, the announcement is logged all the same, as the seed did."""
    await studio.send_broadcast("New Lore", "Share it.")
    assert [entry["event"] for entry in await studio.get_session_progress()] == ["Broadcast sent"]


@pytest.mark.parametrize(("title", "message"), [("", "x"), ("x", "  "), ("x" * 257, "x"), ("x", "x" * 3501)])
async def test_an_announcement_that_discord_would_refuse(
    studio: AudioScriptGenerator, title: str, message: str
) -> None:
    """An announcement without a text, or with too much of it, is refused, and nothing is logged."""
    with pytest.raises(InputError):
        await studio.send_broadcast(title, message)
    assert await studio.get_session_progress() == []


async def test_progress_survives_the_end(sqlite_url: str) -> None:
    """What was tracked stays there when the program ends, and a new one goes on behind it."""
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
async def test_what_is_no_chapter_is_refused(
    studio: AudioScriptGenerator, ebook_id: str, chapter: Mapping[str, str], number: int
) -> None:
    """A chapter without text, too long, or without a place in a book is refused before anything is logged."""
    with pytest.raises(InputError):
        await studio.generate_chapter_audio_script(ebook_id, chapter, number)
    assert await studio.get_session_progress() == []


async def test_first_calls_at_once_open_it_once(sqlite_url: str) -> None:
    """The façade opens by itself at the first call, also when several calls are the first."""
    studio = AudioScriptGenerator(database_url=sqlite_url)
    try:
        await asyncio.gather(*(studio.track_progress("Raced", {"n": n}) for n in range(4)))
        assert len(await studio.get_session_progress()) == 4
    finally:
        await studio.aclose()


async def test_it_opens_again_after_its_end(sqlite_url: str) -> None:
    """After a close the next call opens it anew; closing twice does nothing."""
    studio = AudioScriptGenerator(database_url=sqlite_url)
    await studio.track_progress("One")
    await studio.aclose()
    await studio.aclose()
    assert len(await studio.get_session_progress()) == 1
    await studio.aclose()


async def test_a_database_in_use_is_told(studio: AudioScriptGenerator, sqlite_url: str) -> None:
    """Beside a running bot on the same file the façade says so in a sentence."""
    assert await studio.get_session_progress() == []
    with pytest.raises(ConfigError, match="in use by process"):
        await AudioScriptGenerator(database_url=sqlite_url).track_progress("x")
