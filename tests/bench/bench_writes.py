"""How many writes a second PostgreSQL takes from one process and from two, with every commit safe on the disk."""

import asyncio
import json
import os
import statistics
import sys
from typing import Any

import pytest

from storage import Database
from storage.stores.events import verify_chain
from tests.postgres import DURABLE, Server, running_server

SECONDS = 4.0
ROUNDS = 3
AT_ONCE = 50
LEAST_RATE = 1_000
"""Writes with an event, a second, over two processes with fifty writers each."""
CASES = [("events", 1, 1), ("events", 1, AT_ONCE), ("events", 2, AT_ONCE), ("outcomes", 1, 1), ("outcomes", 2, AT_ONCE)]


async def _start(url: str, kind: str, at_once: int) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    arguments = [url, kind, str(at_once), str(SECONDS)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.writer_process", *arguments, stdin=pipe, stdout=pipe
    )


async def _measure(url: str, kind: str, processes: int, at_once: int) -> list[dict[str, Any]]:
    """What each process has measured, all at the same time."""
    children = [await _start(url, kind, at_once) for _ in range(processes)]
    for child in children:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"go\n")
    return [json.loads((await child.communicate())[0]) for child in children]


async def _check(url: str) -> int:
    """How many events there are; their chain is intact."""
    database = await Database.open(url)
    async with database.read() as tx:
        verified = await verify_chain(tx.events)
    await database.close()
    assert verified.is_intact
    return verified.event_count


async def _run_case(server: Server, case: tuple[str, int, int]) -> float:
    kind, processes, at_once = case
    rates, rows = [], []
    for number in range(ROUNDS):
        name = f"bench_{kind}_{processes}_{at_once}_{number}"
        url = await server.create_database(name)
        await (await Database.open(url)).close()
        measured = await _measure(url, kind, processes, at_once)
        assert await _check(url) >= sum(each["number"] for each in measured)
        rates.append(sum(each["number"] / each["seconds"] for each in measured))
        rows += measured
        await server.drop_database(name)
    middle = {name: statistics.median(row[name] for row in rows) for name in ("median_ms", "p99_ms", "cpu", "seconds")}
    print(
        f"  {kind:9} {processes} x {at_once:2} writers {statistics.median(rates):8,.0f}/s  ({min(rates):,.0f} to {max(rates):,.0f})"
        f"   {middle['median_ms']:6.1f} ms, 99 % within {middle['p99_ms']:6.1f} ms"
        f"   {middle['cpu'] / middle['seconds'] * 100:3.0f} % CPU each   load {os.getloadavg()[0]:.1f}"
    )
    return statistics.median(rates)


async def test_writes_on_postgres() -> None:
    """Two processes with fifty writers each store at least a thousand events a second in one chain."""
    print("\nwrites a second on PostgreSQL with fsync and synchronous_commit on, median of the rounds")
    with running_server(DURABLE) as server:
        rates = {case: await _run_case(server, case) for case in CASES}
    assert rates["events", 2, AT_ONCE] >= LEAST_RATE
    assert rates["outcomes", 2, AT_ONCE] >= LEAST_RATE
