"""What an event costs, compared with the predecessor (which rewrote a whole file) and with plain aiosqlite."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
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
AT_ONCE = 50
LEAST_RATE = 700
LEAST_RATE_AT_ONCE = 3_000


async def measure_rate(number: int, act: Callable[[], Awaitable[object]]) -> float:
    """How many times a second ``act`` can be done, measured over ``number`` times."""
    begin = time.perf_counter()
    for _ in range(number):
        await act()
    return number / (time.perf_counter() - begin)


async def append_until(database: Database, clock: FakeClock, until: int) -> None:
    """Appends events until the chain has ``until`` of them; a million events would be spread over a year."""

    async def remember_members(tx: WriteTransaction) -> list[str]:
        return [await tx.members.remember(SampleActor(1000 + number, f"Member {number}")) for number in range(7)]

    members = await database.write(remember_members)
    async with database.read() as tx:
        count = (await tx.events.get_head()).seq
    while count < until:
        batch = min(5_000, until - count)

        async def work(tx: WriteTransaction, batch: int = batch) -> None:
            new_events = [
                NewEvent(EVENT, DATA, members[number % 7], f"ebook_{number % 20:03}") for number in range(batch)
            ]
            await tx.events.append(new_events, timedelta(minutes=30))

        await database.write(work)
        clock.advance(hours=8_760 * batch / SIZES[-1])
        count += batch


async def measure_ours(database: Database, number: int) -> float:
    """Events a second through the database, one after the other, each in its own transaction, hashed and chained."""
    return await measure_rate(number, partial(database.write, _report))


async def measure_ours_at_once(database: Database, number: int) -> float:
    """Events a second where fifty are reported at the same time."""

    async def append_fifty() -> None:
        await asyncio.gather(*(database.write(_report) for _ in range(AT_ONCE)))

    return AT_ONCE * await measure_rate(number // AT_ONCE, append_fifty)


async def _report(tx: WriteTransaction) -> None:
    tx.report(EVENT, DATA, ebook_id="ebook_001")


async def measure_aiosqlite(path: Path, size: int, number: int) -> float:
    """Events a second with aiosqlite alone: the same rows without hash, chain, session and indexes."""
    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, timestamp TEXT, event TEXT, data TEXT)")
        row = (utcnow().isoformat(), EVENT, json.dumps(DATA))
        insert = "INSERT INTO events (timestamp, event, data) VALUES (?, ?, ?)"
        await connection.executemany(insert, [row] * size)
        await connection.commit()

        async def append() -> None:
            await connection.execute(insert, row)
            await connection.commit()

        return await measure_rate(number, append)


async def measure_whole_file(path: Path, size: int, number: int) -> float:
    """Events a second as the predecessor did it: each event writes the whole file again."""
    entries = [{"timestamp": utcnow().isoformat(), "event": EVENT, "data": DATA} for _ in range(size)]

    async def append() -> None:
        entries.append({"timestamp": utcnow().isoformat(), "event": EVENT, "data": DATA})
        with path.open("w") as file:
            json.dump(entries, file, indent=2)

    return await measure_rate(number, append)


async def test_events(tmp_path: Path) -> None:
    """Appending to a long history is about as fast as appending to a short one."""
    clock = FakeClock()
    database = await Database.open(f"sqlite:///{tmp_path}/studio.db", clock)
    rows: list[tuple[int, float, float, float, float]] = []
    for size in SIZES:
        await append_until(database, clock, size)
        our_rate = await measure_ours(database, 2_000)
        at_once_rate = await measure_ours_at_once(database, 10_000)
        aiosqlite_rate = await measure_aiosqlite(tmp_path / f"bare{size}.db", size, 2_000)
        file_rate = await measure_whole_file(tmp_path / "session_progress.json", size, max(2, 100_000 // size))
        rows.append((size, our_rate, at_once_rate, aiosqlite_rate, file_rate))
    begin = time.perf_counter()
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
    seconds = time.perf_counter() - begin
    await database.close()
    head = f"{'events before':>14} {'ours':>10} {'fifty at once':>14} {'only aiosqlite':>16} {'whole file':>12}"
    print(f"\n{head}   (events a second)")
    for size, our_rate, at_once_rate, aiosqlite_rate, file_rate in rows:
        print(
            f"{size:14,} {our_rate:10,.0f} {at_once_rate:14,.0f} {aiosqlite_rate:16,.0f} {file_rate:12,.2f}"
            f"   ours : file {our_rate / file_rate:,.0f}"
        )
    print(f"  verified at {SIZES[-1] / seconds:,.0f} events a second")
    assert rows[-1][1] > rows[0][1] / 3
    assert rows[0][1] > LEAST_RATE
    assert rows[0][2] > LEAST_RATE_AT_ONCE


async def add_library(database: Database, books: int, chapters: int, versions: int) -> None:
    """Adds books with scripts as long as real ones."""
    generator = random.Random(1)
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
                            writer=generator.choice(("gemini", "gemini", "template")),
                            body=body,
                            state=generator.choice(list(ScriptState)),
                        )
                    )

    await database.write(work)


@pytest.mark.parametrize("period", [Period.WEEK, Period.ALL])
async def test_progress(tmp_path: Path, period: Period) -> None:
    """/progress over 100,000 events shows its text within 300 ms and its picture within 2 s, measured through the whole bot."""
    url = f"sqlite:///{tmp_path}/studio.db"
    clock = FakeClock()
    clock.now = utcnow() - timedelta(hours=8_760 * 100_000 / SIZES[-1])
    database = await Database.open(url, clock)
    await add_library(database, 20, 60, 2)
    await append_until(database, clock, 100_000)
    await database.close()
    text_seconds, picture_seconds = [], []
    async with open_stage(url) as stage:
        for _ in range(5):
            begin = time.perf_counter()
            log = await stage.hana.slash("progress", period=period.value)
            await stage.discord.wait_until(lambda log=log: "Progress" in log.text)  # type: ignore[misc]
            text_seconds.append(time.perf_counter() - begin)
            await stage.discord.wait_until(lambda log=log: log.message.attachments)  # type: ignore[misc]
            picture_seconds.append(time.perf_counter() - begin)
    print(
        f"\n/progress, {period.label}, 100,000 events: slowest of 5: its text after {max(text_seconds) * 1000:.0f} ms, ",
        end="",
    )
    print(f"its picture after {max(picture_seconds) * 1000:.0f} ms")
    assert max(text_seconds) < 0.3
    assert max(picture_seconds) < 2
