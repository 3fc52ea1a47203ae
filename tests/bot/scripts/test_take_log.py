"""Logging takes: numbers, corrections, and the counts that are stored with every version of the chapter."""

import asyncio

import pytest

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import TAKE_CORRECTED, TAKE_DELETED, TAKE_LOGGED
from bot.scripts.edit_service import EditService
from bot.scripts.editing import CueFields, digest_cue
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import Cue, CueKind, Script
from bot.scripts.take_log import MAX_TAKE_NOTE, MAX_TAKE_NUMBER, LoggedCue, TakeLog
from bot.scripts.takes import CueStatus, count_recorded, digest_spoken
from storage import Database
from storage.states import TakeVerdict
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from tests.bot.generation.run_stage import HANA, RunStage

OKU = Actor(8, "Oku", team=True)
GOOD, PICKUP = TakeVerdict.GOOD, TakeVerdict.PICKUP


async def add_script(database: Database) -> str:
    """A script of a chapter with spoken cues and sounds, written by the template."""
    runs = RunStage(database, has_gemini=False)
    runs.text = "The lantern guttered.\n\n“You came back,” said Hana.\n\nA bell rang."
    claimed = await runs.claim(await runs.request(1))
    return await runs.worker.pipeline.write(await runs.service.get_run(claimed.id))


async def list_spoken(database: Database, script_id: str) -> list[Cue]:
    """The spoken cues of the script."""
    return [cue for cue in (await ScriptLibrary(database).get(script_id))[1].cues if cue.kind.is_spoken]


async def log(
    database: Database, script_id: str, cue: Cue, verdict: TakeVerdict = GOOD, *, number: int = 1, note: str = ""
) -> LoggedCue:
    """One more take of the cue, as Hana notes it."""
    return await TakeLog(database).log_take(script_id, cue.id, digest_spoken(cue), number, verdict, note, HANA)


async def count(database: Database, script_id: str) -> tuple[int, int]:
    """How many of the script's spoken cues are recorded, as it is stored."""
    stored, _ = await ScriptLibrary(database).get(script_id)
    return stored.recorded_cues, stored.spoken_cues


async def test_two_people_who_log_the_same_take_both_keep_it(database: Database) -> None:
    """Both saw that the next take is the first one; the second of them gets the number after it."""
    script_id = await add_script(database)
    cue = (await list_spoken(database, script_id))[0]
    await asyncio.gather(
        log(database, script_id, cue, PICKUP, note="door  slams\nin it"), log(database, script_id, cue, PICKUP)
    )
    logged = await TakeLog(database).get_cue(script_id, cue.id)
    assert [take.number for take in logged.recording.takes] == [1, 2]
    assert {take.note for take in logged.recording.takes} == {"door slams in it", ""}
    assert logged.next_number == 3
    assert (await log(database, script_id, cue, number=7)).next_number == 8


async def test_the_counts_follow_takes_and_edits_in_every_version(database: Database) -> None:
    """A take counts in each version with these words; changed words need a new one, and undo brings the old one back."""
    script_id, editing = await add_script(database), EditService(database)
    first, second = (await list_spoken(database, script_id))[:2]
    total = len(await list_spoken(database, script_id))
    await log(database, script_id, first)
    await ScriptLibrary(database).approve(script_id, HANA)
    copy_id = (await editing.copy_version(script_id, OKU)).id
    await log(database, script_id, second)
    assert [await count(database, each) for each in (script_id, copy_id)] == [(2, total), (2, total)]

    await editing.change_cue(copy_id, first.id, digest_cue(first), CueFields("Other words.", first.speaker), OKU)
    assert [await count(database, each) for each in (script_id, copy_id)] == [(2, total), (1, total)]
    changed = (await TakeLog(database).get_cue(copy_id, first.id)).recording
    assert (changed.status, changed.number) == (CueStatus.CHANGED, None)
    await log(database, copy_id, changed.cue, number=2)
    assert [await count(database, each) for each in (script_id, copy_id)] == [(2, total), (2, total)]
    await editing.undo(copy_id, OKU)
    await editing.delete_cue(copy_id, second.id, OKU)
    assert [await count(database, each) for each in (script_id, copy_id)] == [(2, total), (1, total - 1)]


async def test_a_take_can_be_corrected_and_the_last_one_deleted(database: Database) -> None:
    """The counts and the audit trail follow; an older take than the last one stays."""
    script_id, takes = await add_script(database), TakeLog(database)
    cue = (await list_spoken(database, script_id))[0]
    one = (await log(database, script_id, cue)).take
    two = (await log(database, script_id, cue, number=2)).take
    assert one is not None
    assert two is not None
    corrected = await takes.correct_take(script_id, two.id, 2, PICKUP, "too fast", OKU)
    assert (corrected.recording.status, corrected.recording.note) == (CueStatus.PICKUP, "too fast")
    assert (await count(database, script_id))[0] == 0
    with pytest.raises(StateError, match="newer take"):
        await takes.delete_last_take(script_id, one.id, OKU)
    assert (await takes.delete_last_take(script_id, two.id, OKU)).next_number == 2
    assert (await count(database, script_id))[0] == 1
    for refused in (
        takes.delete_last_take(script_id, two.id, OKU),
        takes.correct_take(script_id, two.id, 2, GOOD, "", OKU),
    ):
        with pytest.raises(NotFoundError, match="deleted this take"):
            await refused
    async with database.read() as tx:
        names = [event.event async for event in tx.events.stream(EventFilter())]
    assert names[-4:] == [TAKE_LOGGED, TAKE_LOGGED, TAKE_CORRECTED, TAKE_DELETED]


async def test_the_number_of_a_take_can_be_corrected_to_a_free_one(database: Database) -> None:
    """Takes of all versions count; a number that is taken is refused with one that is free."""
    script_id, takes = await add_script(database), TakeLog(database)
    cue, other_cue = (await list_spoken(database, script_id))[:2]
    await log(database, script_id, other_cue, number=3)
    one = (await log(database, script_id, cue)).take
    copy_id = (await EditService(database).copy_version(script_id, OKU)).id
    two = (await log(database, copy_id, cue, number=2)).take
    assert one is not None
    assert two is not None
    with pytest.raises(StateError, match="another take 1") as refused:
        await takes.correct_take(copy_id, two.id, 1, GOOD, "", OKU)
    assert "3 is free" in refused.value.text
    for number in (0, MAX_TAKE_NUMBER + 1):
        with pytest.raises(InputError, match="number from 1"):
            await takes.correct_take(copy_id, two.id, number, GOOD, "", OKU)
    corrected = await takes.correct_take(copy_id, two.id, 3, GOOD, "", OKU)
    assert ([take.number for take in corrected.recording.takes], corrected.next_number) == ([1, 3], 4)
    assert (await takes.correct_take(script_id, one.id, 2, GOOD, "", OKU)).recording.takes[0].number == 2


async def test_a_take_of_another_chapter_is_neither_corrected_nor_deleted(sqlite: Database) -> None:
    """A made-up or stale button can name any take: it is refused, also where the other chapter has a cue with the same id."""
    script_id, takes = await add_script(sqlite), TakeLog(sqlite)
    take = (await log(sqlite, script_id, (await list_spoken(sqlite, script_id))[0])).take
    assert take is not None
    body = (await ScriptLibrary(sqlite).get(script_id))[0].body
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("another", "Another book"))
    new = NewScript(ebook_id="another", chapter_number=1, version=1, title="T", theme="", writer="gemini", body=body)
    other_id = await sqlite.write(lambda tx: tx.scripts.add(new))
    for refused in (
        takes.correct_take(other_id, take.id, 1, PICKUP, "", OKU),
        takes.delete_last_take(other_id, take.id, OKU),
    ):
        with pytest.raises(NotFoundError, match="another chapter"):
            await refused
    async with sqlite.read() as tx:
        assert await tx.takes.get(take.id) == take


async def test_the_log_of_a_script_has_every_spoken_cue(sqlite: Database) -> None:
    """In order, with what is known about it."""
    script_id = await add_script(sqlite)
    spoken = await list_spoken(sqlite, script_id)
    await log(sqlite, script_id, spoken[1], PICKUP, note="again")
    recordings = (await TakeLog(sqlite).get_script(script_id)).recordings
    assert [each.cue for each in recordings] == spoken
    assert [each.note for each in recordings] == ["", "again", *[""] * (len(spoken) - 2)]


@pytest.mark.parametrize(("number", "note"), [(0, ""), (MAX_TAKE_NUMBER + 1, ""), (1, "x" * (MAX_TAKE_NOTE + 1))])
async def test_what_does_not_fit_is_refused(sqlite: Database, number: int, note: str) -> None:
    """Nothing is logged."""
    script_id = await add_script(sqlite)
    cue = (await list_spoken(sqlite, script_id))[0]
    with pytest.raises(InputError):
        await log(sqlite, script_id, cue, number=number, note=note)
    assert (await TakeLog(sqlite).get_cue(script_id, cue.id)).next_number == 1


async def test_sounds_and_unknown_cues_have_no_takes(sqlite: Database) -> None:
    """Each is refused with a reason."""
    script_id = await add_script(sqlite)
    spoken = (await list_spoken(sqlite, script_id))[0]
    added = await EditService(sqlite).insert_cue(script_id, spoken.id, CueKind.SFX, CueFields("WIND"), HANA)
    assert added.cue is not None
    with pytest.raises(InputError, match="Only spoken cues"):
        await log(sqlite, script_id, added.cue)
    with pytest.raises(NotFoundError):
        await log(sqlite, script_id, spoken.model_copy(update={"id": "nothing"}))
    with pytest.raises(NotFoundError):
        await log(sqlite, "audio_scripts_0000000000000000", spoken)


async def test_signs_that_a_database_refuses_do_not_lose_a_take(database: Database) -> None:
    """Null characters and half surrogates, which a program can send, leave the note."""
    script_id = await add_script(database)
    cue = (await list_spoken(database, script_id))[0]
    logged = await log(database, script_id, cue, note="door\x00 slams\ud800\u202e in it")
    assert logged.recording.takes[0].note == "door slams in it"


async def test_a_take_logged_while_a_version_is_copied_counts_for_the_copy(database: Database) -> None:
    """Whichever of the two is first, what is stored as recorded is what the takes say."""
    script_id = await add_script(database)
    for cue in await list_spoken(database, script_id):
        copies = [EditService(database).copy_version(script_id, OKU) for _ in range(2)]
        await asyncio.gather(log(database, script_id, cue), *copies)
    async with database.read() as tx:
        stored = await tx.scripts.get(script_id)
        takes = await tx.takes.list(stored.ebook_id, stored.chapter_number)
        bodies = await tx.takes.list_texts(stored.ebook_id, stored.chapter_number)
        for version, body in bodies.items():
            assert (await tx.scripts.get(version)).recorded_cues == count_recorded(Script.from_json(body), takes)
