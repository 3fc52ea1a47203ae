"""How many writes a second PostgreSQL takes from one process and from two, with every commit safe on the disk."""

import asyncio
import json
import os
import statistics
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from storage import Database
from storage.stores.events import verify_chain
from tests.postgres import DURABLE, Server, running_server

SECONDS = 4.0
ROUNDS = 3
AT_ONCE: Final = 50
LEAST_RATE: Final = 1_000
"""Events a second over two processes with fifty writers each."""


class Case(NamedTuple):
    """What is written, by how many processes, and with how many writers in each."""

    kind: str
    processes: int
    at_once: int


CASES: Final = [
    Case("events", 1, 1),
    Case("events", 1, AT_ONCE),
    Case("events", 2, AT_ONCE),
    Case("outcomes", 1, 1),
    Case("outcomes", 1, AT_ONCE),
    Case("outcomes", 2, AT_ONCE),
]


async def _start(url: str, case: Case) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    arguments = ["-m", "tests.bench.writer_process", url, case.kind, str(case.at_once), str(SECONDS)]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe)


async def _measure(server: Server, url: str, case: Case) -> list[dict[str, float]]:
    """What each process has measured, all at the same time, with its share of the server's CPU time."""
    children = [await _start(url, case) for _ in range(case.processes)]
    for child in children:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
    begin = get_cpu_seconds(server)
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"go\n")
    outputs = [(await child.communicate())[0] for child in children]
    server_share = (get_cpu_seconds(server) - begin) / case.processes
    return [json.loads(output) | {"server_cpu": server_share} for output in outputs]


def get_cpu_seconds(server: Server) -> float:
    """What the server and its processes have used, those that have ended included."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            is_main = folder.name == str(server.pid)
            if is_main or fields[1] == str(server.pid):
                ticks += sum(map(int, fields[11 : 15 if is_main else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


async def _count_events(url: str) -> int:
    """How many events there are; their chain is intact."""
    database = await Database.open(url)
    async with database.read() as tx:
        verified = await verify_chain(tx.events)
    await database.close()
    assert verified.is_intact
    return verified.event_count


async def _run(server: Server, case: Case) -> float:
    """The median rate of the rounds, all processes together."""
    rates: list[float] = []
    rows: list[dict[str, float]] = []
    for number in range(ROUNDS):
        name = f"{case.kind}_{case.processes}_{case.at_once}_{number}"
        url = await server.create_database(name)
        await (await Database.open(url)).close()
        measured = await _measure(server, url, case)
        assert await _count_events(url) >= sum(each["number"] for each in measured)
        rates.append(sum(each["number"] / each["seconds"] for each in measured))
        rows += measured
        await server.drop_database(name)
    median_ms, late_ms = (statistics.median(row[name] for row in rows) for name in ("median_ms", "late_ms"))
    ours, servers = (
        1000 * sum(row[name] for row in rows) / sum(row["number"] for row in rows) for name in ("cpu", "server_cpu")
    )
    print(
        f"  {case.kind:9}{case.processes:2} x {case.at_once:2}{statistics.median(rates):9,.0f} /s"
        f"  ({min(rates):,.0f} to {max(rates):,.0f})".ljust(55)
        + f"{median_ms:7.1f} ms, 99 in 100 within {late_ms:7.1f} ms   CPU {ours:5.2f} + {servers:5.2f} ms each"
        f"   load {os.getloadavg()[0]:.1f}"
    )
    return statistics.median(rates)


async def test_writes_on_postgres() -> None:
    """Two processes with fifty writers each store at least a thousand events a second in one chain."""
    print("\nwrites a second on PostgreSQL, fsync and synchronous_commit on; CPU of the program and of the server")
    with running_server(DURABLE) as server:
        rates = {case: await _run(server, case) for case in CASES}
    assert rates[Case("events", 2, AT_ONCE)] >= LEAST_RATE
