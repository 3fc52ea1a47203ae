"""Draft scripts, the only ones that can change."""

import pytest

from storage import Database, StaleStateError
from storage.stores.scripts import NewScript
from tests.storage.stores.test_ebooks import add_ebook


async def test_only_a_draft_can_be_changed(database: Database) -> None:
    """An approved script keeps its body, and only drafts of the book are listed."""
    await add_ebook(database)
    ids = []
    for chapter in (1, 2):
        script = NewScript(
            ebook_id="ebook_001", chapter_number=chapter, version=1, title="T", theme="", writer="gemini", body="{}"
        )
        ids.append(await database.write(lambda tx, new=script: tx.scripts.add(new)))  # type: ignore[misc]
    await database.write(lambda tx: tx.scripts.approve(ids[0]))
    await database.write(lambda tx: tx.drafts.change(ids[1], '{"a": 1}', seconds=0, spoken_cues=0))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.drafts.change(ids[0], '{"a": 1}', seconds=0, spoken_cues=0))
    async with database.read() as tx:
        assert [(draft.id, draft.body) for draft in await tx.drafts.list("ebook_001")] == [(ids[1], '{"a": 1}')]
        assert (await tx.scripts.get(ids[0])).body == "{}"
        assert await tx.drafts.list("ebook_002") == []
