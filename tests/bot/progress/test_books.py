"""How far each book is: chapters by the furthest state of their scripts, on screen and for the public."""

import pytest

from bot.progress.books import BookProgress, load_books
from bot.progress.scope import Scope, resolve_scope
from storage import Database, WriteTransaction
from storage.states import ScriptState
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock


async def add_script(database: Database, ebook_id: str, chapter: int, state: ScriptState, version: int = 1) -> str:
    """Adds a script in this state, with a link, and its book called ``The <id>``; returns the script's id."""

    async def work(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add(ebook_id, f"The {ebook_id}")
        script = NewScript(
            ebook_id=ebook_id,
            chapter_number=chapter,
            version=version,
            title=f"{ebook_id} {chapter}",
            theme="",
            writer="gemini",
            body="{}",
            link="https://example.org",
            state=state,
        )
        return await tx.scripts.add(script)

    return await database.write(work)


async def load(database: Database, scope: Scope | None = None) -> dict[str, BookProgress]:
    """The books of the scope by id, in order."""
    async with database.read() as tx:
        books = await load_books(tx, await resolve_scope(tx, scope or Scope(), "UTC"))
    return {book.ebook_id: book for book in books}


async def test_each_state_is_counted_as_what_it_is(sqlite: Database) -> None:
    """A chapter counts as far as any of its scripts is; a released one is also approved, and every script is drafted."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    await sqlite.write(lambda tx: tx.chapters.save("fox", 9, "", "Text without a script."))
    states = [ScriptState.DRAFT, ScriptState.DRAFT, ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.APPROVED]
    for chapter, state in enumerate([*states, ScriptState.RELEASED], start=1):
        await add_script(sqlite, "fox", chapter, state)
    await add_script(sqlite, "fox", 6, ScriptState.DRAFT, version=2)
    book = (await load(sqlite))["fox"]
    assert list(book.chapters) == [1, 2, 3, 4, 5, 6, 9]
    assert list(book.chapters.values()) == [*states, ScriptState.RELEASED, None]
    assert (book.drafted, book.approved, book.released) == (6, 3, 1)
    assert book.summary == "6 of 7 drafted · 3 approved · 1 released"


async def test_recorded_lines_are_those_of_the_furthest_version(sqlite: Database) -> None:
    """A newer draft does not count; the least share is 1%, and only where no line is left it is 100%."""
    first = await add_script(sqlite, "fox", 1, ScriptState.APPROVED)
    newer = await add_script(sqlite, "fox", 1, ScriptState.DRAFT, version=2)
    second = await add_script(sqlite, "fox", 2, ScriptState.DRAFT)
    await add_script(sqlite, "fox", 3, ScriptState.DRAFT)  # its lines were never counted
    for recorded, summary, chapters in (
        ((0, 0), "3 chapters drafted · 1 approved", []),
        ((1, 0), "3 chapters drafted · 1 approved · 1% recorded", []),
        ((40, 358), "3 chapters drafted · 1 approved · 99% recorded", [1]),
        ((40, 360), "3 chapters drafted · 1 approved · 100% recorded", [1, 2]),
    ):
        for script_id, spoken, count in ((first, 40, recorded[0]), (second, 360, recorded[1]), (newer, 40, 0)):
            await sqlite.write(
                lambda tx, script_id=script_id, spoken=spoken, count=count: tx.takes.set_recorded(  # type: ignore[misc]
                    script_id, spoken, count
                )
            )
        book = (await load(sqlite))["fox"]
        assert (book.summary, book.recorded_chapters) == (summary, chapters)


async def test_total_is_named_only_where_a_chapter_is_to_come(sqlite: Database) -> None:
    """A book whose one known chapter is drafted is not called complete."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    assert (await load(sqlite))["fox"].summary == "no chapters yet"
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    assert (await load(sqlite))["fox"].summary == "1 chapter drafted"


@pytest.mark.parametrize(
    ("planned", "stored", "drafted", "numbers", "summary"),
    [
        (5, [], [1, 2, 3], [1, 2, 3, 4, 5], "3 of 5 drafted"),
        (3, [], [1, 2, 3], [1, 2, 3], "3 of 3 drafted"),
        (3, [], [0, 1], [0, 1, 2], "2 of 3 drafted"),
        (2, [], [1, 2, 3], [1, 2, 3], "3 of 3 drafted"),  # more than was planned
        (3, [], [], [1, 2, 3], "0 of 3 drafted"),
        (None, [1, 2, 4], [1], [1, 2, 4], "1 of 3 drafted"),
        (None, [1], [1], [1], "1 chapter drafted"),  # nobody knows how many will come
        (None, [], [4], [1, 2, 3, 4], "1 of 4 drafted"),
    ],
)
async def test_chapters_to_come_are_those_that_are_planned_else_stored_else_below_the_highest(
    sqlite: Database, planned: int | None, stored: list[int], drafted: list[int], numbers: list[int], summary: str
) -> None:
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    await sqlite.write(lambda tx: tx.ebooks.update("fox", {"planned_chapters": planned}))
    for number in stored:
        await sqlite.write(lambda tx, n=number: tx.chapters.save("fox", n, "", "Text."))  # type: ignore[misc]
    for number in drafted:
        await add_script(sqlite, "fox", number, ScriptState.DRAFT)
    book = (await load(sqlite))["fox"]
    assert (list(book.chapters), book.summary) == (numbers, summary)


async def test_a_whole_book_is_complete_when_all_its_chapters_are_drafted(sqlite: Database) -> None:
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    await sqlite.write(lambda tx: tx.ebooks.update("fox", {"source_digest": "d1"}))
    await sqlite.write(lambda tx: tx.chapters.save("fox", 1, "", "Text."))
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    assert (await load(sqlite))["fox"].summary == "1 of 1 drafted"


async def test_a_removed_book_is_shown_only_to_whoever_asks_for_it(sqlite: Database) -> None:
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT)
    await sqlite.write(lambda tx: tx.ebooks.remove("fox"))
    assert await load(sqlite) == {}
    assert list(await load(sqlite, Scope(ebook="fox"))) == ["fox"]


async def test_books_with_the_newest_scripts_come_first(sqlite: Database, clock: FakeClock) -> None:
    """A book without a script comes last; a scope of one book has that book alone."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("blank", "The blank"))
    for ebook_id in ("fox", "crow"):
        await add_script(sqlite, ebook_id, 1, ScriptState.DRAFT)
        clock.advance(minutes=1)
    assert list(await load(sqlite)) == ["crow", "fox", "blank"]
    last_at = (await load(sqlite))["fox"].last_at
    clock.advance(minutes=1)
    await add_script(sqlite, "fox", 1, ScriptState.DRAFT, version=2)
    books = await load(sqlite)
    assert list(books) == ["fox", "crow", "blank"]
    assert books["blank"].last_at is None
    assert books["fox"].last_at != last_at
    assert list(await load(sqlite, Scope(ebook="the CROW"))) == ["crow"]
