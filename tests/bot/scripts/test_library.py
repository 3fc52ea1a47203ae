"""Finished scripts: approving them and taking that back."""

import dataclasses
import json

import pytest

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.exports.formats import ExportFormat
from bot.exports.service import ExportService
from bot.scripts.library import ScriptLibrary
from storage import Database, WriteTransaction
from storage.states import ScriptState
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from tests.bot.broadcasts.test_drafts import add_chapter, list_events
from tests.bot.exports.sample_script import SCRIPT, STORED

HANA = Actor(1, "Hana", team=True)
DRAFT, APPROVED, RELEASED = ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED


async def add_sample(database: Database) -> str:
    """The id of the sample script of the exports, stored as a draft."""

    async def work(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add(STORED.ebook_id, "The Fox")
        fields = {field.name: getattr(STORED, field.name) for field in dataclasses.fields(NewScript)}
        return await tx.scripts.add(NewScript(**fields))

    return await database.write(work)


async def test_a_script_is_approved_and_withdrawn_once(sqlite: Database) -> None:
    """Each step is made once and is an event of the person; a second press says what the script is already."""
    library, script_id = ScriptLibrary(sqlite), await add_chapter(sqlite, DRAFT)
    with pytest.raises(StateError, match="not approved"):
        await library.withdraw(script_id, HANA)
    assert (await library.approve(script_id, HANA)).state is APPROVED
    with pytest.raises(StateError, match="already approved"):
        await library.approve(script_id, HANA)
    assert (await library.ensure_approved(script_id, HANA)).state is APPROVED
    assert (await library.withdraw(script_id, HANA)).state is DRAFT
    assert (await library.ensure_approved(script_id, HANA)).state is APPROVED
    assert await list_events(sqlite) == ["Script approved", "Script approval withdrawn", "Script approved"]
    async with sqlite.read() as tx:
        member_id = await tx.members.find_id(HANA.discord_id)
        assert member_id
        assert {event.member_id async for event in tx.events.stream(EventFilter())} == {member_id}


async def test_a_released_script_stays_released(sqlite: Database) -> None:
    """It is neither approved nor withdrawn any more, and nothing is reported."""
    library, script_id = ScriptLibrary(sqlite), await add_chapter(sqlite, RELEASED)
    for act in (library.approve, library.ensure_approved, library.withdraw):
        with pytest.raises(StateError, match="released"):
            await act(script_id, HANA)
        with pytest.raises(NotFoundError, match="no longer known"):
            await act("audio_scripts_0000000000000000", HANA)
    assert await list_events(sqlite) == []


async def test_a_script_is_read_with_its_row(sqlite: Database) -> None:
    """Who opens a script gets its cues and what is stored about it."""
    library, script_id = ScriptLibrary(sqlite), await add_sample(sqlite)
    stored, script = await library.get(script_id)
    assert (stored.id, stored.state, script) == (script_id, DRAFT, SCRIPT)


@pytest.mark.parametrize(("file_format", "ending"), [("markdown", "md"), ("json", "json")])
async def test_a_downloaded_script_is_named_by_its_book_and_reported(
    sqlite: Database, file_format: str, ending: str
) -> None:
    """The file has the book's title and the cues, and one event says who took which format."""
    script_id = await add_sample(sqlite)
    download = await ExportService(sqlite).export_script(script_id, ExportFormat(file_format), HANA)
    assert download.name == f"ebook_001-ch1-v2-the-midnight-summoning.{ending}"
    assert b"The Fox" in download.content
    assert b"The lantern guttered." in download.content
    async with sqlite.read() as tx:
        (event,) = [event async for event in tx.events.stream(EventFilter())]
        member_id = await tx.members.find_id(HANA.discord_id)
    assert (event.event, event.ebook_id, event.member_id) == ("Script downloaded", "ebook_001", member_id)
    assert json.loads(event.data) == {"script_id": script_id, "formats": [file_format]}


async def test_a_script_is_found_by_what_people_type(sqlite: Database) -> None:
    """An id, or words that only one chapter has; for words of several chapters, and of none, there is a sentence."""
    library, script_id = ScriptLibrary(sqlite), await add_sample(sqlite)
    assert await library.find_id(script_id) == script_id
    assert await library.find_id(f"the fox ch {STORED.chapter_number}") == script_id
    with pytest.raises(NotFoundError, match="No script has these words"):
        await library.find_id("no such title")
    await add_chapter(sqlite, DRAFT)
    with pytest.raises(InputError, match="more than one script"):
        await library.find_id("audio_scripts")
