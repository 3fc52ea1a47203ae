"""Wake-ups: from one process to another on PostgreSQL, within one process on SQLite."""

import asyncio
import time

import pytest
from sqlalchemy import text

from storage import Database, Topic, WriteTransaction, notifications
from tests.conftest import FakeClock


async def until_received(received: list[str], *expected: str) -> float:
    """Waits until exactly this was received; returns how many seconds that took."""
    begun = time.monotonic()
    async with asyncio.timeout(5):
        while received != list(expected):  # noqa: ASYNC110 - filled by another connection
            await asyncio.sleep(0.005)
    return time.monotonic() - begun


async def test_a_wake_up_stays_in_the_process_on_sqlite(sqlite: Database) -> None:
    """Whoever subscribed to the topic is called at once, with the payload; other topics are left alone."""
    received: list[str] = []
    sqlite.notifications.subscribe(Topic.RUN_CANCELLED, received.append)
    sqlite.notifications.start()
    sqlite.notifications.publish(Topic.RUN_CANCELLED, "run_1")
    sqlite.notifications.publish(Topic.RUNS)
    assert received == ["run_1"]


async def test_a_transaction_wakes_only_after_its_commit(database: Database) -> None:
    """One that fails wakes nobody, and whoever wakes up sees what was stored; the same wake-up is sent once."""
    received: list[str] = []
    database.notifications.subscribe(Topic.RUN_CANCELLED, received.append)

    async def work(tx: WriteTransaction, *, fails: bool) -> None:
        for _ in range(2):
            tx.wake(Topic.RUN_CANCELLED, "run_1")
        await tx.key_values.put("a", "b")
        assert received == []
        if fails:
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        await database.write(lambda tx: work(tx, fails=True))
    assert received == []
    await database.write(lambda tx: work(tx, fails=False))
    assert received == ["run_1"]


async def test_a_wake_up_reaches_every_process_once(postgres_url: str, clock: FakeClock) -> None:
    """The sender's own callbacks are called once too, and everything arrives in order, also what was sent before listening."""
    here, there = await Database.open(postgres_url, clock), await Database.open(postgres_url, clock)
    own: list[str] = []
    others: list[str] = []
    here.notifications.subscribe(Topic.RUN_CANCELLED, own.append)
    there.notifications.subscribe(Topic.RUN_CANCELLED, others.append)
    there.notifications.start()
    await asyncio.sleep(0.3)  # until the other one listens
    here.notifications.publish(Topic.RUN_CANCELLED, "a")
    here.notifications.start()
    for name in "bc":
        here.notifications.publish(Topic.RUN_CANCELLED, name)
    await until_received(others, "a", "b", "c")
    there.notifications.publish(Topic.RUN_CANCELLED, "d: with a colon")
    await until_received(own, "a", "b", "c", "d: with a colon")
    assert others == ["a", "b", "c", "d: with a colon"]
    await here.close()
    await there.close()


async def test_listening_goes_on_after_the_server_was_away(
    postgres_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process whose connection broke is told so, since it may have missed something, and hears what comes afterwards."""
    monkeypatch.setattr(notifications, "_RECONNECT_SECONDS", 0.01)
    database, other = await Database.open(postgres_url, clock), await Database.open(postgres_url, clock)
    received: list[str] = []
    database.notifications.subscribe(Topic.RUNS, received.append)
    database.notifications.start()
    other.notifications.start()
    await asyncio.sleep(0.3)
    async with other.engines.writer.connect() as connection:
        listeners = "pid <> pg_backend_pid() AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify%')"
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listeners}"))
    await until_received(received, "")
    other.notifications.publish(Topic.RUNS, "news")
    await until_received(received, "", "news")
    await database.close()
    await other.close()


async def test_a_stop_sends_what_still_waits(postgres_url: str, clock: FakeClock) -> None:
    """The last wake-up before a process ends reaches the others."""
    database, other = await Database.open(postgres_url, clock), await Database.open(postgres_url, clock)
    received: list[str] = []
    other.notifications.subscribe(Topic.CONFIG, received.append)
    other.notifications.start()
    database.notifications.start()
    await asyncio.sleep(0.3)
    database.notifications.publish(Topic.CONFIG, "last")
    await database.close()
    await until_received(received, "last")
    await other.close()
