"""What was stored before there was a search is found by its words, after a quick start."""

from pathlib import Path

from sqlalchemy import text

from bot.scripts.text_search import TextSearchService
from storage import Database, migrate
from storage.copying import copy_database
from storage.engine import create_engines, parse_url
from storage.search_text import parse_query
from storage.stores.text_search import FoundText
from tests.conftest import FakeClock

NOW = "'2026-11-22 20:00:00.000000'"
OLD_ROWS = (
    f"INSERT INTO ebooks (id, title, created_at) VALUES ('fox', 'The Vixen', {NOW})",
    f"INSERT INTO ebooks (id, title, created_at, removed_at) VALUES ('owl', 'The Barn', {NOW}, {NOW})",
    *(
        "INSERT INTO scripts (id, state, ebook_id, chapter_number, version, title, theme, writer, body, created_at)"
        f" VALUES ('audio_scripts_{number}', 'draft', 'fox', {number}, 1, 'T', 'T', 'gemini', '{body}', {NOW})"
        for number, body in enumerate(['{"cues"\\: [{"text"\\: "A café"}]}'] * 25 + ["no script"], 1)
    ),
    *(
        f"INSERT INTO chapters (ebook_id, number, title, content, updated_at) VALUES ('fox', {number}, 'T', '銀河鉄道', {NOW})"
        for number in range(25)
    ),
)


async def fill_version_0009(url: str) -> None:
    """Migrates an empty database as far as the program did before, and stores scripts, chapters and books."""
    engines = create_engines(parse_url(url))
    async with engines.writer.begin() as connection:
        await connection.run_sync(migrate._upgrade, "0009")
        for statement in OLD_ROWS:
            await connection.execute(text(statement))
    await engines.dispose()


async def find(database: Database, query: str) -> list[FoundText]:
    """What is found for what a person typed."""
    async with database.read() as tx:
        return await tx.text_search.find(parse_query(query), 100)


async def index_everything(database: Database) -> None:
    """Waits until nothing stored is missing in the index."""
    service = TextSearchService(database)
    await service.start()
    await service.finish()


async def test_what_was_stored_before_is_found_after_the_update(
    empty_postgres_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    """The start indexes nothing; the background work indexes all of it, on both databases, and a copy can be searched."""
    sqlite_url = f"sqlite:///{tmp_path}/studio.db"
    for url in (sqlite_url, empty_postgres_url):
        await fill_version_0009(url)
        database = await Database.open(url, clock)
        assert await find(database, "cafe") == []
        await index_everything(database)
        assert {found.script_id for found in await find(database, "cafe")} == {
            f"audio_scripts_{n}" for n in range(1, 26)
        }
        assert len(await find(database, "鉄道")) == 25
        assert await find(database, "vixen") == [FoundText(None, "fox", None)]
        assert await find(database, "barn") == []
        await database.close()


async def test_an_index_with_a_word_that_everything_contained_is_built_anew(
    empty_postgres_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Version 0013 and earlier had a word between two cues that a person could search for."""
    for url in (f"sqlite:///{tmp_path}/studio.db", empty_postgres_url):
        await fill_version_0009(url)
        engines = create_engines(parse_url(url))
        async with engines.writer.begin() as connection:
            await connection.run_sync(migrate._upgrade, "0013")
            await connection.execute(
                text(
                    "INSERT INTO search_documents (id, ebook_id, chapter_number, heading, body)"
                    " VALUES (1, 'fox', 1, 't', 'heron 0x0')"
                )
            )
        await engines.dispose()
        database = await Database.open(url, clock)
        assert await find(database, "heron") == []
        await index_everything(database)
        assert await find(database, "0x0") == []
        assert len(await find(database, "鉄道")) == 25
        await database.close()


async def test_a_copy_can_be_searched(sqlite_url: str, postgres_url: str, clock: FakeClock) -> None:
    """A copy in the other kind of database finds what was stored before, and what is stored in it later."""
    database = await Database.open(sqlite_url, clock)
    await database.write(lambda tx: tx.ebooks.get_or_add("fox", "The Vixen"))
    await database.write(lambda tx: tx.chapters.save("fox", 1, "One", "銀河鉄道"))
    await database.close()
    await copy_database(sqlite_url, postgres_url)
    back_url = sqlite_url.replace("studio.db", "back.db")
    await copy_database(postgres_url, back_url)
    for url in (postgres_url, back_url):
        copy = await Database.open(url, clock)
        assert await find(copy, "鉄道") == [FoundText(None, "fox", 1)]
        await copy.write(lambda tx: tx.chapters.save("fox", 2, "Two", "A heron"))
        assert await find(copy, "heron vix") == []
        assert await find(copy, "heron") == [FoundText(None, "fox", 2)]
        await copy.close()
