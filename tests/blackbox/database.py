"""Looks into the SQLite file of a bot in another process, past the product's own code."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


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
