"""Resolving what the script check finds in a draft script."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.ebooks.cast_service import CastService, CharacterNotes
from bot.errors import NotFoundError, StateError
from bot.event_names import FINDING_RESOLVED
from bot.scripts.labels import SpanLabel
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import CastMember, CueKind, RunningTime
from storage import Database
from storage.stores.events import EventFilter
from tests.bot.ebooks.checked_draft import SPANS, CheckedDraft, store_draft
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.bot.scripts.checks.scripts import build_script, make_script, sound


@pytest.fixture
async def draft(sqlite: Database) -> CheckedDraft:
    """Nita's line is ANNA's, the narrator speaks Anna's, the rain never ends, and a direction says too much."""
    script = build_script(SPANS, {2: "ANNA"}, {2: sound("RAIN – ESTABLISH")}, directions={2: "turns out to be dead"})
    return await store_draft(sqlite, script)


async def test_each_finding_is_resolved_in_the_draft(draft: CheckedDraft) -> None:
    """A line changes its speaker, a direction goes, a sound ends: no word is lost, and every change has its event."""
    service, script_id = draft.service, draft.script_id
    rain, line, spoiler, narrated = await draft.list_open()
    assert [rain[0], line[0], spoiler[0], narrated[0]] == ["endless_sound", "speaker", "spoiler", "narrated_line"]
    await service.give_line(script_id, line[1], "NITA", ACTOR)
    await service.give_line(script_id, narrated[1], "ANNA", ACTOR)
    (_, key, _) = next(each for each in await draft.list_open() if each[0] == "spoiler")
    await service.clear_direction(script_id, key, ACTOR)
    await service.end_sound(script_id, rain[1], ACTOR)
    assert await draft.list_open() == []
    assert await draft.list_lines() == [
        ("NARRATOR", "Anna heard the rain."),
        ("NITA", "I came back,"),
        ("NARRATOR", "said Nita."),
        ("NARRATOR", "She closed the door."),
        ("NARRATOR", "He said nothing."),
        ("ANNA", "Open the door,"),
        ("NARRATOR", "said Anna."),
        ("NARRATOR", "Nobody did."),
    ]
    script = (await service.read(script_id)).script
    assert [cue.n for cue in script.cues] == list(range(1, len(script.cues) + 1))
    assert (script.cues[-1].kind, script.cues[-1].text) == (CueKind.SFX, "RAIN – FADE OUT")
    assert script.running_time.high > 0
    async with draft.database.read() as tx:
        events = [event async for event in tx.events.stream(EventFilter()) if event.event == FINDING_RESOLVED]
    data = [dict(event.to_entry()["data"]) for event in events]
    assert [each["how"] for each in data] == ["given", "given", "direction_cleared", "sound_ended"]
    assert {each["script_id"] for each in data} == {script_id}


async def test_findings_that_are_resolved_at_the_same_moment_are_all_resolved(database: Database) -> None:
    """Neither change of the text overwrites the other."""
    script = build_script(SPANS, {}, {2: sound("RAIN – ESTABLISH")}, directions={2: "turns out to be dead"})
    draft = await store_draft(database, script)
    keys = {kind: key for kind, key, _ in await draft.list_open()}
    await asyncio.gather(
        draft.service.end_sound(draft.script_id, keys["endless_sound"], ACTOR),
        draft.service.clear_direction(draft.script_id, keys["spoiler"], ACTOR),
    )
    assert not {kind for kind, _, _ in await draft.list_open()} & {"endless_sound", "spoiler"}


async def test_a_line_inside_a_long_narration_is_taken_out_of_it(sqlite: Database) -> None:
    """What stands before and behind it stays the narrator's."""
    draft = await store_draft(sqlite, make_script(SPANS, [SpanLabel(first=1, last=8)]))
    for speaker in ("NITA", "ANNA"):
        (kind, key, _) = (await draft.list_open())[0]
        assert kind == "narrated_line"
        await draft.service.give_line(draft.script_id, key, speaker, ACTOR)
    assert await draft.list_open() == []
    assert [speaker for speaker, _ in await draft.list_lines()] == ["NARRATOR", "NITA", "NARRATOR", "ANNA", "NARRATOR"]
    assert "".join(text for _, text in await draft.list_lines()).count("I came back") == 1


async def test_what_is_fine_is_not_asked_again(draft: CheckedDraft) -> None:
    """It stays fine when the script changes elsewhere; a second press says that it is resolved."""
    (_, rain, _), (_, line, _), *_ = await draft.list_open()
    await draft.service.accept(draft.script_id, line, ACTOR)
    await draft.service.end_sound(draft.script_id, rain, ACTOR)
    assert line not in {key for _, key, _ in await draft.list_open()}
    with pytest.raises(StateError, match="resolved"):
        await draft.service.accept(draft.script_id, line, ACTOR)


async def test_an_approved_script_has_no_findings_and_does_not_change(draft: CheckedDraft) -> None:
    """Every way to resolve is refused with a sentence that says so."""
    (_, key, _), *_ = await draft.list_open()
    await ScriptLibrary(draft.database).approve(draft.script_id, ACTOR)
    before = await draft.service.read(draft.script_id)
    assert before.findings == ()
    service, script_id = draft.service, draft.script_id
    acts: list[Callable[[], Awaitable[None]]] = [
        lambda: service.accept(script_id, key, ACTOR),
        lambda: service.give_line(script_id, key, "NITA", ACTOR),
        lambda: service.clear_direction(script_id, key, ACTOR),
        lambda: service.end_sound(script_id, key, ACTOR),
    ]
    for act in acts:
        with pytest.raises(StateError, match="approved"):
            await act()
    assert await service.read(script_id) == before
    with pytest.raises(NotFoundError):
        await service.read("audio_scripts_0000000000000000")


async def test_a_new_speaker_has_the_voice_of_the_books_cast(draft: CheckedDraft) -> None:
    """Whoever does not speak any more is not in the script's cast."""
    await CastService(draft.database).add_member("ebook_001", "Nita", CharacterNotes(voice="dry"), ACTOR)
    _, (_, line, _), *_ = await draft.list_open()
    await draft.service.give_line(draft.script_id, line, "NITA", ACTOR)
    script = (await draft.service.read(draft.script_id)).script
    assert script.cast == (CastMember(name="NARRATOR"), CastMember(name="NITA", voice="dry"))


async def test_a_speaker_is_looked_for_in_the_other_chapters(sqlite: Database) -> None:
    """And is named once: where the cast check asks already, the script check does not."""
    draft = await store_draft(sqlite, build_script(SPANS, {2: "NITA", 6: "SMUGGLER"}))
    kinds = [kind for kind, _, _ in await draft.list_open()]
    assert kinds == ["speaker", "unknown_speaker"]
    await sqlite.write(lambda tx: tx.chapters.save("ebook_001", 2, "Two", "The smuggler came."))
    assert [kind for kind, _, _ in await draft.list_open()] == ["speaker"]
    await sqlite.write(lambda tx: tx.chapters.save("ebook_001", 2, "Two", "Nobody came."))
    await CastService(sqlite).add_member("ebook_001", "Anna", CharacterNotes(), ACTOR)
    assert [kind for kind, _, _ in await draft.list_open()] == ["speaker"]


async def test_the_running_time_is_compared_with_the_books_target_length(sqlite: Database) -> None:
    """A book without a target has no such finding."""
    script = build_script(SPANS, {2: "NITA", 6: "ANNA"})
    draft = await store_draft(sqlite, script.model_copy(update={"running_time": RunningTime(low=600, high=700)}))
    assert await draft.list_open() == []
    await sqlite.write(lambda tx: tx.ebooks.update("ebook_001", {"target_minutes": 5}))
    assert [kind for kind, _, _ in await draft.list_open()] == ["length"]
