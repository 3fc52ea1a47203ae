"""A broadcast while its outcomes cannot be stored."""

import asyncio

import pytest

from bot.broadcasts import dispatcher as dispatcher_module
from bot.broadcasts.outcomes import Attempt, record_attempt
from storage import Database, DatabaseUnavailableError, WriteTransaction
from storage.states import DeliveryState
from tests.bot.broadcasts.scripted_sender import SENT, ScriptedSender, add_broadcast, dispatcher, finished, rows
from tests.conftest import FakeClock
from tests.postgres import Server
from tests.storage.breakable_link import open_link


async def test_a_restart_of_the_server_delays_a_broadcast_only_while_it_lasts(
    postgres_url: str, postgres_server: Server, clock: FakeClock
) -> None:
    """Posts that were under way are stored as soon as the server is back: none is sent again, and none waits for its lease."""
    assert str(postgres_server.folder) in postgres_url
    reader = await Database.open(postgres_url, clock)
    async with open_link(postgres_server) as link:
        database = await Database.open(link.url("shared"), clock)
        broadcast_id = await add_broadcast(database, 6)
        sender = ScriptedSender(clock)
        sender.gate = asyncio.Event()
        ended = asyncio.create_task(finished(reader, dispatcher(database, clock, sender), broadcast_id))
        while not sender.names:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        began = clock.now
        link.is_down = True
        link.cut()
        sender.gate.set()
        await asyncio.sleep(0.3)
        link.is_down = False
        await asyncio.wait_for(ended, 20)
        assert [row.state for row in await rows(reader, broadcast_id)] == [DeliveryState.SENT] * 6
        assert sender.names == ["send"] * 6
        assert (clock.now - began).total_seconds() < 30
        await database.close()
    await reader.close()


async def test_a_broadcast_goes_on_within_seconds_once_the_disk_has_room(
    sqlite: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was posted while the disk was full is stored when there is room again, and neither sent again nor searched."""
    began, room_at = clock.now, 20
    refused: list[str] = []

    async def record_if_there_is_room(tx: WriteTransaction, attempt: Attempt) -> None:
        if (clock.now - began).total_seconds() < room_at:
            refused.append(attempt.delivery.id)
            raise DatabaseUnavailableError("its disk is full", is_passing=False)
        await record_attempt(tx, attempt)

    monkeypatch.setattr(dispatcher_module, "record_attempt", record_if_there_is_room)
    broadcast_id, sender = await add_broadcast(sqlite, 3), ScriptedSender(clock, SENT)
    found = await finished(sqlite, dispatcher(sqlite, clock, sender), broadcast_id)
    assert [row.state for row in found] == [DeliveryState.SENT] * 3
    assert len(set(refused)) == 3
    assert sender.names == ["send"] * 3
    assert (clock.now - began).total_seconds() < room_at + 10
