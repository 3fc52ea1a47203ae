"""A process that writes to a database as fast as it can: started by ``bench_writes``, which tells it when to begin.

``python -m tests.bench.writer_process URL KIND AT_ONCE SECONDS`` prints a line of JSON with what it has measured.
"""

import asyncio
import json
import resource
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat

from storage import Database, WriteTransaction
from storage.states import DeliveryState
from storage.stores.broadcasts import NewBroadcast
from storage.stores.delivery_values import Delivery, Target

EVENT = "Chapter audio script generation completed"
DATA = {"ebook_id": "ebook_001", "script_id": "audio_scripts_9f2c04d1a7b3e658", "grant_log_id": "grant_logs_04d1"}
MOST_OUTCOMES = 30_000
"""Prepared for one measurement; it ends earlier where these are used up."""
Work = Callable[[WriteTransaction], Awaitable[object]]


@dataclass(slots=True)
class Measurement:
    """How many writes were committed, how long each took, and what it cost this process."""

    number: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    def to_json(self) -> str:
        """What ``bench_writes`` reads."""
        waits = sorted(self.waits) or [0.0]
        median, late = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
        numbers = {"number": self.number, "seconds": self.seconds, "cpu": self.cpu_seconds}
        return json.dumps(numbers | {"median_ms": median * 1000, "late_ms": late * 1000})


async def report(tx: WriteTransaction) -> None:
    """One event and nothing else."""
    tx.report(EVENT, DATA, ebook_id="ebook_001")


async def claim_deliveries(database: Database, number: int) -> list[Delivery]:
    """So many deliveries of a new broadcast, all of them being sent."""
    name = secrets.token_hex(4)
    targets = [Target(1, "Server", channel, "lore") for channel in range(number)]

    async def add(tx: WriteTransaction) -> None:
        broadcast = await tx.broadcasts.add(NewBroadcast(title=name, message="It is out."))
        for start in range(0, number, 1000):
            await tx.deliveries.add(broadcast.id, targets[start : start + 1000])

    await database.write(add)
    claimed: list[Delivery] = []
    while len(claimed) < number:
        more = await database.write(lambda tx: tx.deliveries.claim(name, 1000))
        if not more:
            break  # the other process has claimed some of ours and left us some of its own
        claimed += more
    return claimed


def record_outcome(delivery: Delivery) -> Work:
    """A write that stores and reports that a delivery has arrived."""

    async def work(tx: WriteTransaction) -> None:
        await tx.deliveries.finish(delivery.id, delivery.lease, DeliveryState.SENT, message_id=1)
        tx.report(EVENT, {"delivery_id": delivery.id, "broadcast_id": delivery.broadcast_id})

    return work


async def measure(database: Database, works: Iterator[Work], at_once: int, seconds: float) -> Measurement:
    """Writes with so many writers at once, for so many seconds."""
    measured = Measurement()
    begin, cpu_begin = time.perf_counter(), _cpu_seconds()

    async def keep_writing() -> None:
        while time.perf_counter() - begin < seconds and (work := next(works, None)) is not None:
            started = time.perf_counter()
            await database.write(work)
            measured.waits.append(time.perf_counter() - started)
            measured.number += 1

    await asyncio.gather(*(keep_writing() for _ in range(at_once)))
    measured.seconds, measured.cpu_seconds = time.perf_counter() - begin, _cpu_seconds() - cpu_begin
    return measured


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(url: str, kind: str, at_once: int, seconds: float) -> None:
    """Prepares, waits for a line on standard input, measures and prints."""
    database = await Database.open(url)
    works: Iterator[Work] = repeat(report)
    if kind == "outcomes":
        number = min(MOST_OUTCOMES, int(seconds * 100 * at_once))
        works = map(record_outcome, await claim_deliveries(database, number))
    await measure(database, repeat(report), at_once, 0.3)  # so that connections are open and statements are known
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print((await measure(database, works, at_once, seconds)).to_json(), flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
