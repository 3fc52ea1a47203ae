"""The history of scripts, and the take log."""

import pytest

from storage import Database
from storage.states import EditKind, TakeVerdict
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock
from tests.storage.stores.test_ebooks import add_ebook


async def add_script(database: Database) -> str:
    """A draft of chapter 1."""
    await add_ebook(database)
    script = NewScript(ebook_id="ebook_001", chapter_number=1, version=1, title="T", theme="", writer="x", body="{}")
    return await database.write(lambda tx: tx.scripts.add(script))


async def test_every_edit_is_kept_with_its_text(database: Database) -> None:
    """The history counts from 0; the text after each edit can be read again, and an approval has none."""
    script_id = await add_script(database)
    for kind, body in ((EditKind.CREATED, "狐"), (EditKind.CHANGED, "b"), (EditKind.APPROVED, None)):
        await database.write(
            lambda tx, kind=kind, body=body: tx.script_edits.add(script_id, kind, "why", member_id=None, body=body)  # type: ignore[misc]
        )
    async with database.read() as tx:
        edits = await tx.script_edits.list(script_id)
        assert [(edit.number, edit.kind, edit.has_body) for edit in edits] == [
            (0, EditKind.CREATED, True),
            (1, EditKind.CHANGED, True),
            (2, EditKind.APPROVED, False),
        ]
        assert await tx.script_edits.get_body(script_id, 0) == "狐"
        for number in (2, 3):
            with pytest.raises(KeyError):
                await tx.script_edits.get_body(script_id, number)


async def test_takes_are_listed_by_chapter(database: Database, clock: FakeClock) -> None:
    """Each cue has numbers of its own, and a chapter knows when its newest take was logged."""
    script_id = await add_script(database)
    for cue_id, number in (("a", 1), ("a", 2), ("b", 1)):
        await database.write(
            lambda tx, cue_id=cue_id, number=number: tx.takes.add(  # type: ignore[misc]
                script_id=script_id,
                ebook_id="ebook_001",
                chapter_number=1,
                cue_id=cue_id,
                number=number,
                verdict=TakeVerdict.GOOD,
                note="",
                spoken_digest="0" * 16,
                member_id=None,
            )
        )
    async with database.read() as tx:
        for ebook_id in (None, "ebook_001"):
            assert await tx.takes.list_last_times(ebook_id) == {("ebook_001", 1): clock.now}
        assert await tx.takes.list_last_times("ebook_002") == {}
        assert list(await tx.takes.list_texts("ebook_001", 1)) == [script_id]
        with pytest.raises(KeyError):
            await tx.takes.get("takes_0000000000000000")
        logged = {(take.cue_id, take.number) for take in await tx.takes.list("ebook_001", 1)}
        assert logged == {("a", 1), ("a", 2), ("b", 1)}
