"""Notices that waited for somebody before they had a table of their own still wait."""

from pathlib import Path

from sqlalchemy import text

from storage import Database, migrate
from storage.engine import create_engines, parse_url
from tests.conftest import FakeClock


async def test_kept_notices_are_moved(empty_postgres_url: str, tmp_path: Path, clock: FakeClock) -> None:
    """With their text, once; other values stay where they are."""
    for url in (f"sqlite:///{tmp_path}/studio.db", empty_postgres_url):
        engines = create_engines(parse_url(url))
        async with engines.writer.begin() as connection:
            await connection.run_sync(migrate._upgrade, "0012")
            for name in ("notice:123456789012345678", "notices"):
                row = {"name": name, "value": "Paused."}
                await connection.execute(text("INSERT INTO key_values (name, value) VALUES (:name, :value)"), row)
        await engines.dispose()
        database = await Database.open(url, clock)
        async with database.read() as tx:
            assert await tx.notices.list_servers_with_kept() == {123456789012345678}
            assert await tx.key_values.list_names("notice") == ["notices"]
        assert await database.write(lambda tx: tx.notices.take_kept(123456789012345678)) == ["Paused."]
        await database.close()
