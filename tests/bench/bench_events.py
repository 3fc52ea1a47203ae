"""What an event costs: ours, beside the predecessor's way (the whole file again for each) and beside bare aiosqlite."""

import json
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiosqlite
import pytest

from bot.clock import utcnow
from bot.progress.scope import Period
from storage import Database, WriteTransaction
from storage.states import ScriptState
from storage.stores.events import NewEvent, verify_chain
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock, SampleActor
from tests.stage import open_stage

SIZES = (10_000, 100_000, 1_000_000)
EVENT = "Chapter audio script generation completed"
DATA = {"ebook_id": "ebook_001", "script_id": "audio_scripts_9f2c04d1a7b3e658", "grant_log_id": "grant_logs_04d1"}


async def rate(number: int, act: Callable[[], Awaitable[object]]) -> float:
    """How many times a second."""
    begin = time.perf_counter()
    for _ in range(number):
        await act()
    return number / (time.perf_counter() - begin)


async def fill(database: Database, clock: FakeClock, until: int) -> None:
    """The chain has so many events afterwards, spread over a year."""

    async def people(tx: WriteTransaction) -> list[str]:
        return [await tx.members.remember(SampleActor(1000 + number, f"Member {number}")) for number in range(7)]

    members = await database.write(people)
    async with database.read() as tx:
        have = (await tx.events.get_head()).seq
    while have < until:
        batch = min(5_000, until - have)

        async def work(tx: WriteTransaction, batch: int = batch) -> None:
            news = [NewEvent(EVENT, DATA, members[number % 7], f"ebook_{number % 20:03}") for number in range(batch)]
            await tx.events.append(news, timedelta(minutes=30))

        await database.write(work)
        clock.advance(hours=8_760 * batch / SIZES[-1])
        have += batch


async def ours(database: Database, number: int) -> float:
    """Events a second, each in a transaction of its own, hashed and chained."""

    async def one() -> None:
        async def work(tx: WriteTransaction) -> None:
            tx.report(EVENT, DATA, ebook_id="ebook_001")

        await database.write(work)

    return await rate(number, one)


async def bare(path: Path, size: int, number: int) -> float:
    """The same rows by aiosqlite alone, committed one by one; no hash, no chain, no session, no index but the key."""
    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=NORMAL")
        await connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, timestamp TEXT, event TEXT, data TEXT)")
        row = (utcnow().isoformat(), EVENT, json.dumps(DATA))
        insert = "INSERT INTO events (timestamp, event, data) VALUES (?, ?, ?)"
        await connection.executemany(insert, [row] * size)
        await connection.commit()

        async def one() -> None:
            await connection.execute(insert, row)
            await connection.commit()

        return await rate(number, one)


async def seeds(path: Path, size: int, number: int) -> float:
    """The predecessor's way: the list grows by one and the whole file is written again."""
    entries = [{"timestamp": utcnow().isoformat(), "event": EVENT, "data": DATA} for _ in range(size)]

    async def one() -> None:
        entries.append({"timestamp": utcnow().isoformat(), "event": EVENT, "data": DATA})
        with path.open("w") as file:
            json.dump(entries, file, indent=2)

    return await rate(number, one)


async def test_events(tmp_path: Path) -> None:
    """Appending to a long history costs what appending to a short one does."""
    clock = FakeClock()
    database = await Database.open(f"sqlite:///{tmp_path}/studio.db", clock)
    rows: list[tuple[int, float, float, float]] = []
    for size in SIZES:
        await fill(database, clock, size)
        mine = await ours(database, 2_000)
        raw = await bare(tmp_path / f"bare{size}.db", size, 2_000)
        old = await seeds(tmp_path / "session_progress.json", size, max(2, 100_000 // size))
        rows.append((size, mine, raw, old))
    begin = time.perf_counter()
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
    seconds = time.perf_counter() - begin
    await database.close()
    print(f"\n{'events before':>14} {'ours':>10} {'bare aiosqlite':>16} {'whole file':>12}   (events a second)")
    for size, mine, raw, old in rows:
        print(f"{size:14,} {mine:10,.0f} {raw:16,.0f} {old:12,.2f}   ours : file {mine / old:,.0f}")
    print(f"  verified at {SIZES[-1] / seconds:,.0f} events a second")
    assert rows[-1][1] > rows[0][1] / 3


async def library(database: Database, books: int, chapters: int, versions: int) -> None:
    """Books with scripts as long as real ones."""
    dice = random.Random(1)
    body = "x" * 20_000

    async def work(tx: WriteTransaction) -> None:
        for book in range(books):
            ebook_id = f"ebook_{book:03}"
            await tx.ebooks.get_or_add(ebook_id, f"The Book of the {book}th Bell")
            for chapter in range(1, chapters + 1):
                for version in range(1, versions + 1):
                    await tx.scripts.add(
                        NewScript(
                            ebook_id=ebook_id,
                            chapter_number=chapter,
                            version=version,
                            title=f"Chapter {chapter}",
                            theme="horror",
                            writer=dice.choice(("gemini", "gemini", "template")),
                            body=body,
                            state=dice.choice(list(ScriptState)),
                        )
                    )

    await database.write(work)


@pytest.mark.parametrize("period", [Period.WEEK, Period.ALL])
async def test_progress(tmp_path: Path, period: Period) -> None:
    """/progress over 100,000 events: the words within 300 ms, the picture within 2 s, through the whole bot."""
    url = f"sqlite:///{tmp_path}/studio.db"
    clock = FakeClock()
    clock.now = utcnow() - timedelta(hours=8_760 * 100_000 / SIZES[-1])
    database = await Database.open(url, clock)
    await library(database, 20, 60, 2)
    await fill(database, clock, 100_000)
    await database.close()
    words, pictures = [], []
    async with open_stage(url) as stage:
        for _ in range(5):
            begin = time.perf_counter()
            log = await stage.hana.slash("progress", period=period.value)
            await stage.discord.wait_until(lambda log=log: "Progress" in log.text)  # type: ignore[misc]
            words.append(time.perf_counter() - begin)
            await stage.discord.wait_until(lambda log=log: log.message.attachments)  # type: ignore[misc]
            pictures.append(time.perf_counter() - begin)
    print(
        f"\n/progress, {period.words}, 100,000 events: slowest of 5 with its words after {max(words) * 1000:.0f} ms, ",
        end="",
    )
    print(f"with its picture after {max(pictures) * 1000:.0f} ms")
    assert max(words) < 0.3
    assert max(pictures) < 2
