"""The processes on one database: known while they live, dead when their heartbeat stops."""

import asyncio

import pytest

from bot.clock import wait_plainly
from bot.jobs import heartbeat as heartbeat_module
from bot.jobs.heartbeat import Heartbeat
from storage import Database, DatabaseNewerError, WriteTransaction
from storage.migrate import HEAD
from storage.states import ProcessState
from storage.stores.processes import DEAD_AFTER, NewProcess, Process
from tests.conftest import FakeClock


async def list_processes(database: Database) -> list[Process]:
    """All of them."""
    async with database.read() as tx:
        return await tx.processes.list_all()


async def test_a_process_counts_as_dead_when_its_heartbeat_stops(database: Database, clock: FakeClock) -> None:
    """Until then it is alive, with its role, host, version and shards; a day later it is forgotten."""
    new = NewProcess("process_1", "gateway", ProcessState.STANDBY, "host", 7, "1.0", HEAD, "0,1 of 4")
    await database.write(lambda tx: tx.processes.register(new))
    clock.advance(seconds=DEAD_AFTER.total_seconds())
    (process,) = await list_processes(database)
    assert (process.role, process.state, process.shards, process.pid) == (
        "gateway",
        ProcessState.STANDBY,
        "0,1 of 4",
        7,
    )
    assert process.is_alive(clock.now)
    assert await database.write(lambda tx: tx.processes.record_heartbeat("process_1", ProcessState.ACTIVE))
    clock.advance(seconds=DEAD_AFTER.total_seconds() + 1)
    (process,) = await list_processes(database)
    assert (process.state, process.is_alive(clock.now)) == (ProcessState.ACTIVE, False)
    clock.advance(seconds=86_400)
    other = NewProcess("process_2", "worker", ProcessState.ACTIVE, "host", 8, "1.0", HEAD)
    await database.write(lambda tx: tx.processes.register(other))
    assert [process.id for process in await list_processes(database)] == ["process_2"]
    assert not await database.write(lambda tx: tx.processes.record_heartbeat("process_1", ProcessState.ACTIVE))


async def test_a_process_is_listed_while_it_runs(
    postgres_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its start to its orderly end, also when its row was removed meanwhile; each heartbeat calls what goes with it."""
    monkeypatch.setattr(heartbeat_module, "BEAT_SECONDS", 0.01)
    database = await Database.open(postgres_url, clock)
    beats: list[int] = []

    async def count() -> None:
        beats.append(len(beats))

    async def remove(tx: WriteTransaction) -> None:
        await tx.processes.remove(heartbeat.process_id)

    heartbeat = Heartbeat(database, wait_plainly, "worker", on_beat=count)
    await heartbeat.start()
    (process,) = await list_processes(database)
    assert (process.id, process.role, process.state) == (heartbeat.process_id, "worker", ProcessState.ACTIVE)
    await database.write(remove)
    await heartbeat.change_state(ProcessState.STOPPING)
    (process,) = await list_processes(database)
    assert process.state is ProcessState.STOPPING
    while len(beats) < 2:
        await wait_plainly(asyncio.sleep(0.01), "beats")
    await heartbeat.stop()
    assert await list_processes(database) == []
    await database.close()


async def test_a_process_of_an_older_program_is_refused(database: Database) -> None:
    """It has opened the database before a newer program migrated it, and must not work on it."""
    old = NewProcess("process_1", "worker", ProcessState.ACTIVE, "host", 7, "1.0", "0001")
    with pytest.raises(DatabaseNewerError, match="Update the program"):
        await database.write(lambda tx: tx.processes.register(old))
    assert await list_processes(database) == []
