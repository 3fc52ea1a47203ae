"""The versions of a chapter: where they came from, who approved them, and how their texts differ."""

import pytest

from bot.actor import Actor
from bot.errors import NotFoundError
from bot.progress.script_versions import EDITS_PER_PAGE, NOW, SOURCE, TextState, VersionService
from bot.scripts.diff import ChangeKind
from bot.scripts.edit_service import EditService
from bot.scripts.editing import CueFields
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import CueKind
from storage import Database, WriteTransaction
from storage.states import EditKind, ScriptState
from storage.stores.scripts import NewScript
from tests.bot.generation.run_stage import HANA
from tests.bot.scripts.test_edit_service import OKU, add_faithful, change, read


async def list_differences(database: Database, old: TextState, new: TextState) -> list[tuple[ChangeKind, str]]:
    """Kind and text of every cue that differs."""
    comparison = await VersionService(database).compare(old, new)
    return [(each.kind, each.cue.text) for each in comparison.changes if each.kind is not ChangeKind.SAME]


async def test_who_approved_and_withdrew_stays_in_the_history(database: Database) -> None:
    """The version names whoever approved it; after the withdrawal its history still has both, with their names."""
    script_id = await add_faithful(database)
    library, versions = ScriptLibrary(database), VersionService(database)
    await library.approve(script_id, OKU)
    page = await versions.list_versions(script_id, 0)
    (line,) = page.lines
    assert line.version.state is ScriptState.APPROVED
    assert page.names[line.version.approved_by or ""] == "Oku"
    await library.withdraw(script_id, HANA)
    history = await versions.read_history(script_id, 0)
    found = [(edit.kind, history.names[edit.member_id or ""]) for edit in history.edits]
    assert found == [(EditKind.WITHDRAWN, "Hana"), (EditKind.APPROVED, "Oku"), (EditKind.CREATED, "Hana")]
    assert history.line.decision == history.edits[0]
    assert history.line.edit_count == 0


async def test_a_copy_says_from_which_version_it_is(database: Database) -> None:
    """Versions come with the newest first; a copy names its parent, and only the edits of its own count."""
    script_id = await add_faithful(database)
    await change(database, script_id, 0, "Edited before.")
    copy = await EditService(database).copy_version(script_id, Actor(9, "Ren", team=True))
    await change(database, copy.id, 1, "Edited after.")
    page = await VersionService(database).list_versions(script_id, 0)
    assert [(line.version.version, line.parent, line.edit_count) for line in page.lines] == [(2, 1, 1), (1, None, 1)]
    assert page.names[page.lines[0].version.member_id or ""] == "Ren"
    text = (await read(database, script_id)).cues[1].text
    comparison = await VersionService(database).compare_in_order(TextState(copy.id), TextState(script_id))
    assert (comparison.old_label, comparison.new_label) == ("version 1", "version 2")
    (changed,) = [each for each in comparison.changes if each.kind is not ChangeKind.SAME]
    assert changed.old is not None
    assert (changed.old.text, changed.cue.text) == (text, "Edited after.")


async def test_edits_of_two_versions_can_be_compared(database: Database) -> None:
    """A comparison offers all other texts of the chapter, and puts the earlier one first."""
    script_id, service = await add_faithful(database), VersionService(database)
    for text in ("One.", "Another."):
        await change(database, script_id, 0, text)
    copy_id = (await EditService(database).copy_version(script_id, Actor(9, "Ren", team=True))).id
    for text in ("Two.", "Three."):
        await change(database, copy_id, 0, text)
    comparison = await service.compare_in_order(TextState(copy_id, 1), TextState(script_id, 1))
    assert (comparison.old, comparison.new) == (TextState(script_id, 1), TextState(copy_id, 1))
    (changed,) = [each for each in comparison.changes if each.kind is not ChangeKind.SAME]
    assert changed.old is not None
    assert (changed.old.text, changed.cue.text) == ("One.", "Two.")
    assert [each.label for each in comparison.others] == [
        *("version 2", "version 1", "version 2 at the beginning", "version 1 at the beginning"),
    ]
    same = await service.compare_in_order(TextState(script_id), TextState(script_id, 1))
    assert same.old == TextState(script_id, 1)


async def test_any_two_states_of_a_text_can_be_compared(database: Database) -> None:
    """One edit with the text before it, two edits, and the beginning with the text as it is now."""
    script_id = await add_faithful(database)
    first = await read(database, script_id)
    for at, text in enumerate(("One.", "Two.")):
        await change(database, script_id, at, text)
    service = VersionService(database)
    assert await list_differences(database, *await service.find_states_of_edit(script_id, 2)) == [
        (ChangeKind.CHANGED, "Two.")
    ]
    both = [(ChangeKind.CHANGED, "One."), (ChangeKind.CHANGED, "Two.")]
    assert await list_differences(database, TextState(script_id, 0), TextState(script_id, NOW)) == both
    assert await list_differences(database, *await service.find_states_of_edit(script_id, 0)) == []
    backwards = [(ChangeKind.CHANGED, cue.text) for cue in first.cues[:2]]
    assert await list_differences(database, TextState(script_id), TextState(script_id, 0)) == backwards


async def test_an_edited_faithful_script_is_compared_with_the_book(database: Database) -> None:
    """Changed words stand against the book's, a deleted line is removed where it was, and a line of somebody's own is added."""
    script_id = await add_faithful(database)
    book, now = TextState(script_id, SOURCE), TextState(script_id, NOW)
    assert await list_differences(database, book, now) == []
    original = (await read(database, script_id)).cues
    await change(database, script_id, 1, "The lamp guttered.")
    editing = EditService(database)
    await editing.delete_cue(script_id, original[2].id, HANA)
    await editing.insert_cue(script_id, original[-1].id, CueKind.NARRATION, CueFields("My own."), OKU)
    comparison = await VersionService(database).compare(book, now)
    changed, removed, added = [each for each in comparison.changes if each.kind is not ChangeKind.SAME]
    assert changed.old is not None
    assert (changed.old.text, changed.cue.text) == ("The lantern guttered.", "The lamp guttered.")
    assert removed.kind is ChangeKind.REMOVED
    assert "You came back" in removed.cue.text
    assert [each.cue.text for each in comparison.changes].index(removed.cue.text) == 2
    assert (added.kind, added.cue.text) == (ChangeKind.ADDED, "My own.")


async def test_a_script_without_a_stored_source_is_not_called_the_same_as_the_book(sqlite: Database) -> None:
    """An imported script has no text to compare with, and says so."""
    script_id = await add_faithful(sqlite)

    async def add_import(tx: WriteTransaction) -> str:
        stored = await tx.scripts.get(script_id)
        new = NewScript(
            ebook_id=stored.ebook_id,
            chapter_number=2,
            version=1,
            title="Imported",
            theme="",
            writer=stored.writer,
            body=stored.body,
        )
        return await tx.scripts.add(new)

    imported = await sqlite.write(add_import)
    with pytest.raises(NotFoundError, match="is not stored"):
        await VersionService(sqlite).compare(TextState(imported, SOURCE), TextState(imported))


async def test_a_long_history_has_pages(sqlite: Database) -> None:
    """The newest edits come first; a page that there is no more is the last one."""
    script_id = await add_faithful(sqlite)
    for number in range(EDITS_PER_PAGE):
        await change(sqlite, script_id, 0, f"Text {number}.")
    service = VersionService(sqlite)
    first, last = await service.read_history(script_id, 0), await service.read_history(script_id, 99)
    assert [edit.number for edit in first.edits] == list(range(EDITS_PER_PAGE, 0, -1))
    assert [edit.number for edit in last.edits] == [0]
    assert first.can_undo


async def test_a_state_that_does_not_exist_gets_a_sentence(sqlite: Database) -> None:
    """An unknown script, an unknown edit, an approval, and a script of another chapter."""
    script_id = await add_faithful(sqlite)
    await ScriptLibrary(sqlite).approve(script_id, OKU)
    service, unknown = VersionService(sqlite), "audio_scripts_0123456789abcdef"
    with pytest.raises(NotFoundError):
        await service.list_versions(unknown, 0)
    for number in (1, 99):
        with pytest.raises(NotFoundError):
            await service.find_states_of_edit(script_id, number)
        with pytest.raises(NotFoundError):
            await service.compare(TextState(script_id, number), TextState(script_id))
    with pytest.raises(NotFoundError):
        await service.compare(TextState(unknown), TextState(script_id))
