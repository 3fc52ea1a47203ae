"""What ``python -m bot status`` shows."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cli.status import show_status
from bot.exit_codes import ExitCode
from bot.monitoring.figures import FigureReader, StoredFigures
from bot.monitoring.status import build_status, describe_status
from bot.settings import StudioSettings
from storage import Database
from storage.inspection import DatabaseState
from storage.migrate import HEAD
from storage.states import ProcessState
from storage.stores.events import Head
from storage.stores.processes import Process
from storage.stores.queues import LeaseGroup, Queue
from tests.conftest import FakeClock

STATE = DatabaseState("PostgreSQL 18.6", HEAD)


@pytest.fixture
def figures(clock: FakeClock) -> StoredFigures:
    """A gateway that lives, a worker that died, and something of everything."""
    now = clock()
    gateway = Process(
        id="process_1",
        role="gateway",
        state=ProcessState.ACTIVE,
        host="one",
        pid=7,
        version="0.1.0",
        schema_version=HEAD,
        shards="0,1 of 4",
        started_at=now - timedelta(hours=3, minutes=5),
        seen_at=now - timedelta(seconds=1),
    )
    worker = replace(gateway, id="process_2", role="worker", shards="", pid=8, seen_at=now - timedelta(minutes=2))
    lease = LeaseGroup("runs", "runs_7_a", 2, now + timedelta(seconds=8), is_expired=False)
    old = LeaseGroup("deliveries", "deliveries_8_b", 3, now - timedelta(seconds=8), is_expired=True)
    return StoredFigures(
        now=now,
        queues={"runs": Queue(3, now - timedelta(seconds=75), 2), "boards": Queue(0, None, 0)},
        leases=[lease, old],
        states={"runs": {"ready": 3, "done": 1200}, "batches": {}},
        processes=[gateway, worker],
        charges=[],
        head=Head(1234, "ab" * 32),
    )


def test_one_screen_says_who_works_on_what(figures: StoredFigures) -> None:
    """Processes with their heartbeat, queues with their lag, leases with their owner, and the log's end."""
    assert list(describe_status(STATE, figures)) == [
        f"Database    PostgreSQL 18.6, tables of version {HEAD}",
        "Log         1,234 events, head abababababababab…",
        "Processes",
        "  gateway  active    one/7, version 0.1.0, shards 0,1 of 4, up 3 h 05 min, seen 1 s ago",
        "  worker   DEAD      one/8, version 0.1.0, up 3 h 05 min, seen 2 min 00 s ago",
        "Queue           due   waiting for  worked on",
        "  runs            3    1 min 15 s          2",
        "  boards          0             -          0",
        "States",
        "  runs          1,200 done, 3 ready",
        "  batches       none",
        "Leases",
        "  runs            2  8 s left, runs_7_a",
        "  deliveries      3  expired, another process takes over, deliveries_8_b",
    ]


def test_programs_get_the_same_as_json(figures: StoredFigures) -> None:
    """Times are texts with their zone, and nothing is rounded."""
    status = json.loads(json.dumps(build_status(STATE, figures)))
    assert [process["alive"] for process in status["processes"]] == [True, False]
    assert status["queues"]["runs"] == {"due": 3, "lag_seconds": 75.0, "leased": 2}
    assert [lease["expired"] for lease in status["leases"]] == [False, True]
    assert status["chain"] == {"events": 1234, "head": "ab" * 32}
    assert status["processes"][0]["seen_at"].endswith("+00:00")


async def test_the_command_works_beside_a_running_bot(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads only; on SQLite it names the process that uses the file."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = StudioSettings(_env_file=None, database_url=database_url)
    for as_json in (False, True):
        assert await show_status(settings, as_json=as_json) == ExitCode.DONE
    text = capsys.readouterr().out
    assert ("uses the file" in text) == database.exclusive
    assert json.loads(text[text.index("{") :])["chain"]["events"] == 0
    assert (await FigureReader(database).read()).processes == []
