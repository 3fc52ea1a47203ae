"""What was imported before the imports took less space is still recognised."""

from sqlalchemy import text

from storage import Database, migrate
from storage.engine import create_engines, parse_url
from storage.stores.imports import ImportRecord
from tests.conftest import FakeClock

DIGEST = "0123456789abcdef" * 4


async def test_earlier_imports_are_recognised(empty_postgres_url: str, tmp_path: object, clock: FakeClock) -> None:
    """Sources and digests are the same after the migration, on both kinds of database."""
    for url in (f"sqlite:///{tmp_path}/studio.db", empty_postgres_url):
        engines = create_engines(parse_url(url))
        async with engines.writer.begin() as connection:
            await connection.run_sync(migrate._upgrade, "0005")
            for source in (f"session_progress.json/{DIGEST}/1", "audio_scripts.json/=a"):
                row = {"source": source, "digest": DIGEST}
                insert = "INSERT INTO imports VALUES (:source, 'target', :digest, '2026-01-01 00:00:00')"
                await connection.execute(text(insert), row)
        await engines.dispose()
        database = await Database.open(url, clock)
        sources = [f"session_progress.json/{DIGEST}/1", "audio_scripts.json/=a"]
        async with database.read() as tx:
            found = await tx.imports.get_by_source(sources)
        assert found == {
            sources[0]: ImportRecord(sources[0], "", DIGEST),
            sources[1]: ImportRecord(sources[1], "target", DIGEST),
        }
        await database.close()
