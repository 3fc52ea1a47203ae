"""Looks into the database of a bot in another process, past the product's own code."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg


def database_path(folder: Path) -> Path:
    """The file that a bot started in this folder uses by default."""
    return folder / "data" / "studio.db"


def select(path: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def dump(path: Path) -> str:
    """All text in all tables."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def query_url(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Runs the statements in one transaction on the database with this address, and returns the rows of the last one."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            return [connection.execute(statement).fetchall() for statement in statements][-1]
    with ThreadPoolExecutor(1) as pool:  # a test's loop runs already
        return pool.submit(asyncio.run, _query_postgres(url, statements)).result()


async def _query_postgres(url: str, statements: tuple[str, ...]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            found = [await connection.fetch(statement) for statement in statements]
    finally:
        await connection.close()
    return [tuple(row) for row in found[-1]]
