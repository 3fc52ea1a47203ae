"""Live boards in one process beside others; ``tests/cogs/messages/test_board_messages.py`` has them on a stage."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

import pytest

from bot.actor import Actor
from bot.charts.snapshot import Snapshot
from bot.errors import DeliveryError
from bot.live_boards import LiveBoardWorker
from bot.ports import NoDiscord
from bot.progress.scope import Scope
from storage import Database
from tests.conftest import FakeClock

T = TypeVar("T")


class Pauses:
    """A ``Wait`` whose pauses end when the test lets them."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.turns = asyncio.Semaphore(0)

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        assert why == "renewing the lease of a new board"
        cast("Any", awaitable).close()
        self.begun.set()
        await self.turns.acquire()
        return cast("T", None)

    async def end_one(self) -> None:
        """One pause ends, and the next one has begun when this returns."""
        await self.begun.wait()
        self.begun.clear()
        self.turns.release()
        await self.begun.wait()


async def test_nobody_takes_a_new_board_over_while_it_is_being_posted(database: Database, clock: FakeClock) -> None:
    """However long Discord takes: the board would be posted twice."""
    pauses, free_boards = Pauses(), []

    async def take_snapshot(_scope: Scope) -> Snapshot:
        for _ in range(3):
            clock.advance(seconds=6)
            await pauses.end_one()
            async with database.read() as tx:
                free_boards.append(await tx.boards.get_next_due())
        raise LookupError

    nobody = cast("Any", NoDiscord())
    boards = LiveBoardWorker(database, nobody, take_snapshot, pauses, "UTC")
    with pytest.raises(DeliveryError):
        await boards.pin(11, 10, Scope(), Actor(1, "Hana"))
    assert free_boards == [None] * 3
