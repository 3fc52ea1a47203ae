"""Edits of one card by several processes, each process being a database of its own on the same server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot import card_turns
from bot.card_turns import CardTurns
from bot.jobs.sole_turn import SoleTurn
from storage import Database
from storage.stores.turns import StoredTurn
from tests.conftest import FakeClock

NOW = datetime.fromisoformat("2026-11-24T20:00:00+00:00")


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[list[CardTurns]]:
    """The turns of two processes that hear of each other."""
    databases = [await Database.open(postgres_url) for _ in range(2)]
    turns = [CardTurns(database) for database in databases]
    for each in turns:
        each.database.notifications.start()
        each.start()
    yield turns
    for database in databases:
        await database.close()


async def edit(turns: CardTurns, shown: list[str], text: str, read_at: datetime | None, seconds: float = 0.0) -> None:
    """An edit that takes so long to be answered."""
    async with turns.hold("message/1", read_at) as turn:
        if not turn.is_outdated:
            await asyncio.sleep(seconds)
            shown.append(text)
            turn.is_shown = True


async def test_the_last_edit_shows_the_newest_state(processes: list[CardTurns]) -> None:
    """Where a slow edit of one process shows a newer state than the next one of the other, the older one is left out."""
    one, other = processes
    shown: list[str] = []
    slow = asyncio.create_task(edit(one, shown, "the end", NOW + timedelta(seconds=1), 0.3))
    await asyncio.sleep(0.1)
    await edit(other, shown, "half", NOW)
    await slow
    assert shown == ["the end"]
    await edit(other, shown, "recalled", NOW + timedelta(seconds=2))
    assert shown == ["the end", "recalled"]


async def test_one_process_at_a_time_edits_a_card(processes: list[CardTurns]) -> None:
    """Edits that show the present wait for each other; those of another card do not."""
    under_way = most = 0

    async def hold(turns: CardTurns, name: str) -> None:
        nonlocal under_way, most
        async with turns.hold(name, None) as turn:
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.05)
            under_way -= 1
            turn.is_shown = True

    await asyncio.gather(*(hold(processes[number % 2], "message/1") for number in range(6)))
    assert most == 1
    await asyncio.gather(*(hold(processes[number % 2], f"message/{number}") for number in range(4)))
    assert most > 1


async def test_an_edit_that_failed_is_not_taken_for_shown(processes: list[CardTurns]) -> None:
    """After Discord has refused the newest edit, an older one is better than none."""
    one, other = processes
    shown: list[str] = []
    with pytest.raises(OSError, match="reset"):
        async with one.hold("message/1", NOW + timedelta(seconds=5)):
            raise OSError("reset")
    await edit(other, shown, "half", NOW)
    assert shown == ["half"]


async def test_the_turn_of_a_dead_process_ends_by_itself(postgres_url: str, clock: FakeClock) -> None:
    """After ten seconds without a sign of life another process may edit the card."""
    database = await Database.open(postgres_url, clock)
    assert await database.write(lambda tx: tx.turns.take("message/1", "dead")) is not None
    clock.advance(seconds=9)
    assert await database.write(lambda tx: tx.turns.take("message/1", "alive")) is None
    clock.advance(seconds=2)
    turn = await database.write(lambda tx: tx.turns.take("message/1", "alive"))
    assert turn is not None
    assert await database.write(lambda tx: tx.turns.end(turn, NOW))
    assert not await database.write(lambda tx: tx.turns.end(turn, NOW))
    await database.close()


async def test_a_single_process_never_waits_for_a_turn(sqlite: Database) -> None:
    """On SQLite nothing is stored: the process itself keeps the order of its edits."""
    turns = CardTurns(sqlite)
    async with turns.hold("message/1", NOW) as first, turns.hold("message/1", NOW) as second:
        assert not first.is_outdated
        assert not second.is_outdated


async def test_work_for_all_is_done_by_one_process(postgres_url: str, clock: FakeClock) -> None:
    """Another takes over at once when that one stops, and within ten seconds when it dies; a single process always has it."""
    databases = [await Database.open(postgres_url, clock) for _ in range(2)]
    one, other = (SoleTurn(database, "batch cards") for database in databases)
    assert [await one.has_turn(), await other.has_turn(), await one.has_turn()] == [True, False, True]
    await one.end()
    assert [await other.has_turn(), await one.has_turn()] == [True, False]
    clock.advance(seconds=11)
    assert [await one.has_turn(), await other.has_turn(), await other.has_turn()] == [True, False, False]
    for database in databases:
        await database.close()


async def test_the_only_process_has_every_turn(sqlite: Database) -> None:
    turns = SoleTurn(sqlite, "batch cards")
    assert await turns.has_turn()
    await turns.end()


async def test_a_second_edit_of_the_same_moment_is_made(processes: list[CardTurns]) -> None:
    """Two views of one moment are equally new; the later request wins."""
    shown: list[str] = []
    for text in ("first", "second"):
        await edit(processes[0], shown, text, NOW)
    assert shown == ["first", "second"]


async def test_a_slow_edit_keeps_its_turn(processes: list[CardTurns], monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn is renewed for as long as Discord does not answer."""
    monkeypatch.setattr(card_turns, "_RENEW_SECONDS", 0.01)
    renewed: list[str] = []
    renew = CardTurns._renew

    async def record(self: CardTurns, taken: StoredTurn) -> None:
        await renew(self, taken)
        renewed.append(taken.name)

    monkeypatch.setattr(CardTurns, "_renew", record)
    async with asyncio.timeout(5), processes[0].hold("message/1", None):
        while len(renewed) < 2:  # noqa: ASYNC110 - recorded by another task
            await asyncio.sleep(0.01)
    assert set(renewed) == {"message/1"}
