"""Documents of callers of the façade."""

import re

import pytest

from storage import Database


async def test_a_document_is_stored_unchanged(database: Database) -> None:
    """A document is stored as it was given, under an id that begins with its collection."""
    document = {"z": 2**60, "a": [1.0, None, True], "text": 'a "b" 月\n', "empty": {}}
    document_id = await database.write(lambda tx: tx.documents.add("voice_notes", document))
    assert re.fullmatch(r"voice_notes_[0-9a-f]{16}", document_id)
    async with database.read() as tx:
        stored = await tx.documents.find(document_id)
        assert await tx.documents.find("voice_notes_0") is None
    assert stored == document
    assert list(stored) == ["z", "a", "text", "empty"]


async def test_a_document_that_is_not_json_is_refused(database: Database) -> None:
    """A document with NaN is refused."""
    with pytest.raises(ValueError, match="JSON"):
        await database.write(lambda tx: tx.documents.add("notes", {"x": float("nan")}))
