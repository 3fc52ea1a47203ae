"""What people do with a book's cast."""

import pytest

from bot.ebooks.cast_service import CastService, CharacterNotes
from bot.errors import InputError, NotFoundError
from bot.event_names import CAST_CHANGED, CHARACTER_RENAMED
from storage import Database
from storage.states import ProposalState
from storage.stores.bible import StoredMember
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.bot.generation.series_stage import Series, answer
from tests.conftest import FakeClock
from tests.storage.stores.test_ebooks import add_ebook

NOTES = CharacterNotes(
    aliases="the Watchwoman, Granny,,hana", role="watchwoman", voice="dry\nlow", pronunciation="HAH-nah"
)
ACCEPTED, REJECTED = ProposalState.ACCEPTED, ProposalState.REJECTED


@pytest.fixture
async def cast(sqlite: Database) -> CastService:
    """The service, with a book that has no cast."""
    await add_ebook(sqlite)
    return CastService(sqlite)


async def list_events(database: Database) -> list[tuple[str, str, str | None]]:
    """Name, action or new name, and book of each event."""
    async with database.read() as tx:
        events = [event async for event in tx.events.stream(EventFilter())]
    data = [dict(event.to_entry()["data"]) for event in events]
    return [
        (event.event, str(each.get("action", each.get("to"))), event.ebook_id)
        for event, each in zip(events, data, strict=True)
    ]


async def add(cast: CastService, name: str, notes: CharacterNotes | None = None) -> StoredMember:
    """Adds a character to the book."""
    return await cast.add_member("ebook_001", name, notes or CharacterNotes(), ACTOR)


async def test_a_character_is_added_edited_and_removed(cast: CastService) -> None:
    """Names are spelled as in scripts, and every step is an event of the book."""
    hana = await add(cast, " Hana ", NOTES)
    assert (hana.name, hana.aliases, hana.role) == ("HANA", ("THE WATCHWOMAN", "GRANNY"), "watchwoman")
    assert (hana.voice, hana.pronunciation, hana.state, hana.script_id) == ("dry low", "HAH-nah", ACCEPTED, None)
    edited = await cast.edit_member(hana.id, CharacterNotes(voice="loud"), 3, ACTOR)
    assert (edited.aliases, edited.role, edited.voice, edited.first_chapter) == ((), "", "loud", 3)
    assert await cast.remove_member(hana.id, ACTOR) == edited
    with pytest.raises(NotFoundError, match="no longer in the cast"):
        await cast.get_member(hana.id)
    assert await list_events(cast.database) == [
        (CAST_CHANGED, action, "ebook_001") for action in ("added", "edited", "removed")
    ]


@pytest.mark.parametrize(
    ("name", "aliases", "sentence"),
    [
        ("hana", "", "HANA is in the cast already"),
        ("GRANNY", "", "GRANNY is another character of this book, an alias of HANA"),
        ("Fox", "hana", "HANA is another character of this book"),
        (" ...", "", "no name"),
        ("x" * 61, "", "60 characters"),
        ("Fox", ",".join("abcdefghijk"), "10 aliases"),
    ],
)
async def test_a_name_that_cannot_be_used_is_refused(cast: CastService, name: str, aliases: str, sentence: str) -> None:
    """A name or alias belongs to one character of a book, in any case; nothing is stored otherwise."""
    await add(cast, "Hana", NOTES)
    with pytest.raises(InputError, match=sentence):
        await add(cast, name, CharacterNotes(aliases=aliases))
    async with cast.database.read() as tx:
        assert [member.name for member in await tx.bible.list_members("ebook_001")] == ["HANA"]


async def test_an_alias_of_another_character_is_refused_when_editing(cast: CastService) -> None:
    """A character may keep its own aliases, and not take another one's; a chapter's number has its limits."""
    await add(cast, "Hana", NOTES)
    fox = await add(cast, "Fox", CharacterNotes(aliases="guest"))
    await cast.edit_member(fox.id, CharacterNotes(aliases="guest, stranger"), None, ACTOR)
    with pytest.raises(InputError, match="alias of HANA"):
        await cast.edit_member(fox.id, CharacterNotes(aliases="granny"), None, ACTOR)
    with pytest.raises(InputError, match="0 to 9999"):
        await cast.edit_member(fox.id, CharacterNotes(), -1, ACTOR)
    assert (await cast.get_member(fox.id)).aliases == ("GUEST", "STRANGER")


async def test_a_proposal_is_accepted_or_rejected(sqlite: Database, clock: FakeClock) -> None:
    """Whoever adds a rejected name by hand has it in the cast after all, with the notes that were typed."""
    series, cast = Series(sqlite, clock), CastService(sqlite)
    await series.write(1, answer("HANA", characters=[{"name": "HANA"}, {"name": "FOX", "voice": "close"}]))
    members = await series.list_members()
    assert (await cast.decide_member(members["HANA"].id, ACTOR, accept=True)).state is ACCEPTED
    assert (await cast.decide_member(members["FOX"].id, ACTOR, accept=False)).state is REJECTED
    fox = await add(cast, "fox", CharacterNotes(voice="far"))
    assert (fox.id, fox.state, fox.voice) == (members["FOX"].id, ACCEPTED, "far")
    assert [action for _, action, _ in (await list_events(sqlite))[-3:]] == ["accepted", "rejected", "added"]


@pytest.mark.parametrize("update_drafts", [True, False])
async def test_renaming_a_character_updates_drafts_only_if_asked(
    sqlite: Database, clock: FakeClock, update_drafts: bool
) -> None:
    """The old name becomes an alias. Drafts follow where the person says so; approved and released scripts never change."""
    series, cast = Series(sqlite, clock), CastService(sqlite)
    scripts = [await series.write(n, answer("HANA", "FOX", characters=[{"name": "HANA"}])) for n in (1, 2, 3, 4)]
    await series.approve(scripts[0])
    await series.approve(scripts[1])
    await sqlite.write(lambda tx: tx.scripts.release(scripts[1], ""))
    other = await series.write(5, answer("FOX"))
    hana = (await series.list_members())["HANA"]
    assert await cast.count_drafts(hana.id) == 2
    renamed = await cast.rename_member(hana.id, "Keiko", ACTOR, update_drafts=update_drafts)
    assert (renamed.member.name, renamed.member.aliases) == ("KEIKO", ("HANA",))
    assert renamed.script_ids == (tuple(scripts[2:]) if update_drafts else ())
    for script_id in (*scripts, other):
        _, script = await series.read(script_id)
        name = "KEIKO" if script_id in renamed.script_ids else "HANA"
        names = ["FOX"] if script_id == other else [name, "FOX"]
        assert [member.name for member in script.cast] == [cue.speaker for cue in script.cues] == names
    assert (await list_events(sqlite))[-1] == (CHARACTER_RENAMED, "KEIKO", "ebook_001")


async def test_a_character_can_get_an_earlier_name_back(cast: CastService) -> None:
    """A name that was an alias is none any more; another character's name and the same name are refused."""
    hana = await add(cast, "Hana", CharacterNotes(aliases="granny"))
    await add(cast, "Fox")
    await cast.rename_member(hana.id, "Keiko", ACTOR, update_drafts=True)
    back = await cast.rename_member(hana.id, "hana", ACTOR, update_drafts=True)
    assert (back.member.name, back.member.aliases, back.script_ids) == ("HANA", ("GRANNY", "KEIKO"), ())
    for name, sentence in (("fox", "another character"), ("Hana", "already"), (" ", "no name")):
        with pytest.raises(InputError, match=sentence):
            await cast.rename_member(hana.id, name, ACTOR, update_drafts=True)
