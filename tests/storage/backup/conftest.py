"""A studio with something in it, on either database, and PostgreSQL's programs where the product looks for them."""

import os
from pathlib import Path

import pytest

from storage import Database, WriteTransaction
from tests import postgres
from tests.conftest import FakeClock


@pytest.fixture(autouse=True)
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the tests' own server come first in PATH: others on the machine may be too old for it."""
    monkeypatch.setenv("PATH", f"{postgres.find_programs()}{os.pathsep}{os.environ['PATH']}")


async def fill(url: str, clock: FakeClock) -> None:
    """A book with odd characters in its title, a chapter, and three events."""

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_001", "The\tFox\\of\n\x0b月 \\N")
        await tx.chapters.save("ebook_001", 1, "One", "The well opens.")
        for number in range(3):
            tx.report("Take", {"text": f"back\\slash\ttab\nline\r {number}"})

    database = await Database.open(url, clock)
    await database.write(work)
    await database.close()


@pytest.fixture
async def filled_url(database_url: str, clock: FakeClock) -> str:
    """The address of a database of either kind with a book and three events."""
    await fill(database_url, clock)
    return database_url


@pytest.fixture
async def filled_sqlite_url(sqlite_url: str, clock: FakeClock) -> str:
    """The same on SQLite alone."""
    await fill(sqlite_url, clock)
    return sqlite_url


def names_in(folder: Path) -> list[str]:
    """What is in the folder, in order."""
    return sorted(path.name for path in folder.iterdir())
