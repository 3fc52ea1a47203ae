"""Scripts are found by what people remember of them."""

import pytest

from storage import Database, WriteTransaction
from storage.stores.scripts import NewScript


async def fill(tx: WriteTransaction) -> None:
    """Three versions in two chapters of a book."""
    await tx.ebooks.get_or_add("fox", "The Fox")
    for chapter, version, title in ((3, 1, "The Lantern"), (3, 2, "The Lantern"), (13, 1, "100% of Chapter 3")):
        new = NewScript(
            ebook_id="fox", chapter_number=chapter, version=version, title=title, theme="", writer="gemini", body=""
        )
        await tx.scripts.add(new)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(13, 1), (3, 2), (3, 1)]),
        ("lantern FOX", [(3, 2), (3, 1)]),
        ("ch 3 lantern", [(3, 2), (3, 1)]),
        ("Chapter 3", [(13, 1), (3, 2), (3, 1)]),
        ("fox v2", [(3, 2)]),
        ("ch.13", [(13, 1)]),
        ("100%", [(13, 1)]),
        ("l%n", []),
        ("lantern owl", []),
    ],
)
async def test_a_script_is_found_by_words_chapter_and_version(
    database: Database, text: str, found: list[tuple[int, int]]
) -> None:
    """Words count in any order, ``ch 3`` and ``v2`` as numbers too, and marks for themselves; the newest come first."""
    await database.write(fill)
    async with database.read() as tx:
        scripts = await tx.script_search.find(text, 10)
    assert [(script.chapter_number, script.version) for script in scripts] == found
