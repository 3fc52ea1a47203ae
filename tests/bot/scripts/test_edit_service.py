"""Edits of stored scripts: their history, undo, conflicts and copies."""

import asyncio
import threading

import pytest

from bot.actor import Actor
from bot.errors import NotFoundError, StateError
from bot.event_names import SCRIPT_COPIED, SCRIPT_EDIT_UNDONE, SCRIPT_EDITED
from bot.scripts import edit_service
from bot.scripts.coverage import Coverage, measure_spans
from bot.scripts.edit_service import EditConflictError, EditService
from bot.scripts.editing import CueFields, digest_cue
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import CueKind, Script
from bot.scripts.spans import Span
from storage import Database
from storage.states import EditKind, ScriptState
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import HANA, RunStage

OKU = Actor(8, "Oku", team=True)


async def add_faithful(database: Database) -> str:
    """A faithful script of a chapter, written by the template."""
    runs = RunStage(database, has_gemini=False)
    runs.text = "The lantern guttered.\n\n“You came back,” said Hana.\n\nA bell rang."
    claimed = await runs.claim(await runs.request(1, mode="faithful"))
    return await runs.worker.pipeline.write(await runs.service.get_run(claimed.id))


async def read(database: Database, script_id: str) -> Script:
    """The script as it is stored."""
    return (await ScriptLibrary(database).get(script_id))[1]


async def change(database: Database, script_id: str, at: int, text: str, by: Actor = HANA) -> None:
    """The cue at this place has another text."""
    cue = (await read(database, script_id)).cues[at]
    fields = CueFields(text, cue.speaker)
    await EditService(database).change_cue(script_id, cue.id, digest_cue(cue), fields, by)


async def list_events(database: Database) -> list[str]:
    """The names of all events, oldest first."""
    async with database.read() as tx:
        return [event.event async for event in tx.events.stream(EventFilter())]


async def test_edits_are_kept_and_undone_back_to_the_original(database: Database) -> None:
    """Every edit is in the history with who and when; undo takes them back one by one, the last press says there is none."""
    script_id = await add_faithful(database)
    original, service = await read(database, script_id), EditService(database)
    await change(database, script_id, 1, "The lamp went out.")
    await service.insert_cue(script_id, original.cues[0].id, CueKind.SFX, CueFields("WIND"), OKU)
    edited = await read(database, script_id)
    await service.undo(script_id, HANA)
    await service.undo(script_id, HANA)
    assert await read(database, script_id) == original
    with pytest.raises(StateError, match="nothing to undo"):
        await service.undo(script_id, HANA)
    await service.restore(script_id, 2, OKU)
    assert await read(database, script_id) == edited
    async with database.read() as tx:
        edits = await tx.script_edits.list(script_id)
        oku = await tx.members.find_id(OKU.discord_id)
    assert [(edit.number, edit.kind, edit.summary, edit.undoes) for edit in edits] == [
        (0, EditKind.CREATED, "As it was written", None),
        (1, EditKind.CHANGED, "Changed cue 2", None),
        (2, EditKind.CHANGED, "Added cue 2", None),
        (3, EditKind.UNDONE, "Undid “Added cue 2”", 2),
        (4, EditKind.UNDONE, "Undid “Changed cue 2”", 1),
        (5, EditKind.CHANGED, "Restored edit 2", None),
    ]
    assert [edit.member_id == oku for edit in edits] == [False, False, True, False, False, True]
    events = await list_events(database)
    assert (events.count(SCRIPT_EDITED), events.count(SCRIPT_EDIT_UNDONE)) == (3, 2)


async def test_a_changed_line_of_a_faithful_script_is_counted(sqlite: Database) -> None:
    """So is an added one. A deleted line is missing, and undo makes the script whole again."""
    script_id = await add_faithful(sqlite)
    await change(sqlite, script_id, 1, "The lamp went out.")

    async def coverage() -> Coverage:
        stored, _ = await ScriptLibrary(sqlite).get(script_id)
        return Coverage.model_validate_json(stored.coverage)

    assert ((await coverage()).altered_cues, (await coverage()).share) == (1, 1.0)
    cue = (await read(sqlite, script_id)).cues[1]
    assert cue.is_altered
    service = EditService(sqlite)
    await service.insert_cue(script_id, cue.id, CueKind.DIALOGUE, CueFields("Who?", "HANA"), HANA)
    assert ((await coverage()).altered_cues, (await coverage()).share) == (2, 1.0)
    await service.insert_cue(script_id, cue.id, CueKind.SFX, CueFields("WIND"), HANA)
    assert (await coverage()).altered_cues == 2
    await service.undo(script_id, HANA)
    await service.undo(script_id, HANA)
    await service.delete_cue(script_id, cue.id, HANA)
    assert (await coverage()).share < 1
    undone = await service.undo(script_id, HANA)
    assert (undone.undone, undone.cue) == ("Deleted cue 2", cue)
    await service.undo(script_id, HANA)
    assert ((await coverage()).altered_cues, (await coverage()).share) == (0, 1.0)


async def test_the_second_of_two_editors_hears_of_the_first(database: Database) -> None:
    """A form that was opened before somebody else's change is refused with the cue as it is; other cues do not matter."""
    script_id = await add_faithful(database)
    first, second, third = (await read(database, script_id)).cues[:3]
    service = EditService(database)
    await service.change_cue(script_id, second.id, digest_cue(second), CueFields("Hana's.", "HANA"), HANA)
    await service.change_cue(script_id, third.id, digest_cue(third), CueFields("Oku's own.", third.speaker), OKU)
    with pytest.raises(EditConflictError, match="Somebody else has changed this cue") as caught:
        await service.change_cue(script_id, second.id, digest_cue(second), CueFields("Oku's.", "HANA"), OKU)
    assert caught.value.cue is not None
    assert caught.value.cue.text == "Hana's."
    await service.delete_cue(script_id, second.id, HANA)
    with pytest.raises(EditConflictError, match="deleted") as caught:
        await service.change_cue(script_id, second.id, digest_cue(second), CueFields("Oku's.", "HANA"), OKU)
    assert caught.value.cue is None
    assert first in (await read(database, script_id)).cues


async def test_changes_of_two_cues_at_the_same_moment_are_both_kept(database: Database) -> None:
    """Neither of two editors overwrites what the other has stored since the script was read."""
    script_id = await add_faithful(database)
    await asyncio.gather(change(database, script_id, 0, "Hana's."), change(database, script_id, 1, "Oku's.", OKU))
    assert [cue.text for cue in (await read(database, script_id)).cues[:2]] == ["Hana's.", "Oku's."]


async def test_an_approved_version_does_not_change_but_can_be_copied(database: Database) -> None:
    """Every edit is refused; a copy is a draft with the next number, its parent and a history of its own."""
    script_id = await add_faithful(database)
    approved, service = await ScriptLibrary(database).approve(script_id, HANA), EditService(database)
    body = approved.body
    with pytest.raises(StateError, match="This version is approved"):
        await change(database, script_id, 1, "Other.")
    for act in (service.undo(script_id, HANA), service.restore(script_id, 0, HANA)):
        with pytest.raises(StateError, match="approved"):
            await act
    copy = await service.copy_version(script_id, OKU)
    assert (copy.state, copy.version, copy.parent_id, copy.body) == (ScriptState.DRAFT, 2, script_id, body)
    await change(database, copy.id, 1, "The lamp went out.", OKU)
    stored, _ = await ScriptLibrary(database).get(script_id)
    assert (stored.body, stored.state) == (body, ScriptState.APPROVED)
    altered = (await read(database, copy.id)).cues[1]
    assert altered.is_altered
    await service.undo(copy.id, OKU)
    assert (await read(database, copy.id)) == Script.from_json(body)
    async with database.read() as tx:
        history = [edit.summary for edit in await tx.script_edits.list(copy.id)]
        approvals = [edit.kind for edit in await tx.script_edits.list(script_id)]
    assert history[0] == "From version 1"
    assert approvals == [EditKind.CREATED, EditKind.APPROVED]
    assert (await list_events(database)).count(SCRIPT_COPIED) == 1


async def test_what_is_unknown_is_said(sqlite: Database) -> None:
    """A script, a cue and an edit that do not exist."""
    script_id, service = await add_faithful(sqlite), EditService(sqlite)
    with pytest.raises(NotFoundError):
        await service.undo("audio_scripts_0000000000000000", HANA)
    with pytest.raises(NotFoundError):
        await service.get_cue(script_id, "nothing")
    with pytest.raises(NotFoundError, match="no such edit"):
        await service.restore(script_id, 7, HANA)
    with pytest.raises(NotFoundError):
        await service.move_cue(script_id, "nothing", 1, HANA)


async def test_the_event_loop_does_not_wait_while_a_source_is_measured(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting the words of a long chapter happens in a thread, once for each edit."""
    script_id = await add_faithful(sqlite)
    threads: list[int] = []

    def note(spans: tuple[Span, ...]) -> tuple[int, ...]:
        threads.append(threading.get_ident())
        return measure_spans(spans)

    monkeypatch.setattr(edit_service, "measure_spans", note)
    monkeypatch.setattr("bot.scripts.coverage.measure_spans", note)
    await change(sqlite, script_id, 1, "The lamp went out.")
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()
