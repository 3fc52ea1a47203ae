"""What Prometheus gets to read, from a running bot."""

import socket
from pathlib import Path
from unittest.mock import AsyncMock

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import ConfigError
from bot.generation.gemini.availability import GeminiAvailability
from bot.jobs.limit_states import SharedStates
from bot.monitoring.figures import FigureReader
from bot.monitoring.health import Health
from bot.monitoring.health_file import read_troubles
from bot.monitoring.http_server import MonitoringServer
from storage import Database
from tests.stage import open_stage


def find_free_port() -> int:
    """A port of this machine that nobody uses at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    """The status and the text of an answer."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/{path}") as response:
        return response.status, await response.text()


def parse(text: str) -> dict[tuple[str, ...], float]:
    """Every value by its name and its labels' values, in the order of the labels' names."""
    return {
        (
            sample.name.removeprefix("midnight_myth_"),
            *(sample.labels[name] for name in sorted(sample.labels)),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_running_bot_tells_how_it_is(database_url: str, tmp_path: Path) -> None:
    """Counts come from the database, heartbeats and workers from the process; while it stops, it is no longer ready."""
    port, file = find_free_port(), tmp_path / "health.json"
    async with open_stage(database_url, metrics_port=port, health_file=file) as stage:
        await stage.run_script()
        await stage.wait_for_finished_script()
        assert await get(port, "readyz") == (200, "ok\n")
        status, text = await get(port, "metrics")
        async with stage.bot.services.database.read() as tx:
            head = await tx.events.get_head()
        values = parse(text)
        assert status == 200
        assert values["rows", "draft", "scripts"] == values["rows", "done", "runs"] == 1
        assert values["events_total",] == head.seq
        assert values["jobs_due", "runs"] == values["oldest_due_seconds", "runs"] == 0
        assert values["ready",] == values["database_up",] == 1
        assert values["gateway_heartbeat_age_seconds",] < 60
        assert {values["worker_turn_age_seconds", kind] < 60 for kind in ("runs", "deliveries", "boards")} == {True}
        assert values["process_start_time_seconds",] > 0
        stage.bot._is_closing = True
        assert await get(port, "readyz") == (503, "The process is starting or stopping.\n")
        assert (await get(port, "healthz"))[0] == 200
        stage.bot._is_closing = False
    assert "There is no" in read_troubles(file)[0]
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(port, "healthz")


async def test_metrics_come_without_the_database_too(sqlite: Database) -> None:
    """Where the database does not answer, that is a metric, and what the process knows itself is still there."""
    health = Health(sqlite, {}, lambda: True, lambda: None)
    availability = GeminiAvailability(states=SharedStates(sqlite))
    server = MonitoringServer(health, FigureReader(sqlite), availability.is_resting)
    port = find_free_port()
    await server.start("127.0.0.1", port)
    await sqlite.close()
    values = parse((await get(port, "metrics"))[1])
    await server.stop()
    await health.stop()
    assert values["database_up",] == 0
    assert values["ready",] == 1
    assert ("events_total",) not in values


async def test_a_port_that_is_taken_is_named(sqlite: Database) -> None:
    """The start fails with a sentence that names the setting."""
    health = Health(sqlite, {}, lambda: True, lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = MonitoringServer(health, FigureReader(sqlite), is_gemini_resting=AsyncMock(return_value=False))
        with pytest.raises(ConfigError, match=r"METRICS_PORT \d+ at 127.0.0.1 cannot be used"):
            await server.start("127.0.0.1", taken.getsockname()[1])
