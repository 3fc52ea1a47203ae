"""When a process counts as healthy."""

import asyncio
import math
from dataclasses import dataclass

import pytest

from bot.monitoring.health import OLD_HEARTBEAT_SECONDS, OLD_TURN_SECONDS, Health
from storage import Database


@dataclass
class Worker:
    """A worker that looked for work at this moment of the event loop's clock."""

    turned_at: float | None


def make(database: Database, *, ready: bool = True, heartbeat: float | None = 1.0, turn: float | None = 1.0) -> Health:
    """A process that is well, apart from what is given; ``heartbeat`` and ``turn`` are seconds ago."""
    worker = Worker(None if turn is None else asyncio.get_running_loop().time() - turn)
    return Health(database, {"runs": worker}, lambda: ready, lambda: heartbeat)


@pytest.mark.parametrize("heartbeat", [1.0, None])
@pytest.mark.parametrize("turn", [1.0, None])
async def test_a_process_that_works_has_no_troubles(
    sqlite: Database, heartbeat: float | None, turn: float | None
) -> None:
    """A process without a gateway needs no heartbeat, and one without workers none that turns."""
    assert await make(sqlite, heartbeat=heartbeat, turn=turn).find_troubles() == []


async def test_a_standby_is_healthy_while_it_waits(sqlite: Database) -> None:
    """It is not connected and does not work yet, but it can take over as long as it reaches the database."""
    health = Health(sqlite, {}, lambda: False, lambda: math.inf, is_standby=lambda: True)
    assert await health.find_troubles() == []
    await sqlite.close()
    assert await health.find_troubles() == ["The database does not answer."]


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ({"ready": False}, "starting or stopping"),
        ({"heartbeat": OLD_HEARTBEAT_SECONDS + 1}, "gateway is not alive"),
        ({"heartbeat": math.inf}, "gateway is not alive"),
        ({"turn": OLD_TURN_SECONDS + 1}, "worker for runs has not looked for work for 61 s"),
    ],
)
async def test_what_is_wrong_is_named(sqlite: Database, health: dict[str, float], words: str) -> None:
    """Each thing that keeps the process from its work is one sentence."""
    (trouble,) = await make(sqlite, **health).find_troubles()  # type: ignore[arg-type]
    assert words in trouble


async def test_a_database_that_does_not_answer_is_asked_once(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent database costs three seconds each time and never more than one connection."""
    asked = 0
    silent = asyncio.Event()

    async def wait_for_ever(*_: object) -> None:
        nonlocal asked
        asked += 1
        await silent.wait()

    monkeypatch.setattr(Database, "read_shielded", wait_for_ever)
    monkeypatch.setattr("bot.monitoring.health._DATABASE_SECONDS", 0.01)
    health = make(sqlite)
    for _ in range(3):
        assert await health.find_troubles() == ["The database does not answer."]
        await asyncio.sleep(0)
    assert asked == 1
    silent.set()
    await asyncio.sleep(0)
    assert await health.has_database()  # answered meanwhile
    await health.stop()


async def test_no_question_is_left_open_at_the_end(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is silent does not keep the process from ending, and a process that asked nothing ends as well."""
    monkeypatch.setattr(Database, "read_shielded", lambda *_: asyncio.Event().wait())
    monkeypatch.setattr("bot.monitoring.health._DATABASE_SECONDS", 0.01)
    before = asyncio.all_tasks()
    health = make(sqlite)
    await health.stop()
    assert not await health.has_database()
    assert asyncio.all_tasks() != before
    await health.stop()
    assert asyncio.all_tasks() == before


async def test_a_closed_database_is_a_trouble(sqlite: Database) -> None:
    """While the process stops, it is not healthy, and looking raises nothing."""
    health = make(sqlite)
    await sqlite.close()
    assert await health.find_troubles() == ["The database does not answer."]
