"""Shards of all processes begin their sessions one after the other."""

import pytest

from bot.session_starts import SessionStarts
from storage import Database
from tests.conftest import FakeClock


async def test_sessions_begin_five_seconds_apart(database: Database, clock: FakeClock) -> None:
    """Whichever process asks, and at once where the last session began long enough ago."""
    one, other = SessionStarts(database), SessionStarts(database)
    assert [await one.reserve(0), await other.reserve(1), await one.reserve(2)] == [0, 5, 10]
    clock.advance(seconds=12)
    assert await other.reserve(3) == 3
    clock.advance(minutes=5)
    assert await one.reserve(0) == 0


async def test_large_bots_begin_several_sessions_at_once(sqlite: Database) -> None:
    """As many as Discord allows; shards whose numbers leave the same rest share a turn."""
    starts = SessionStarts(sqlite, at_once=2)
    assert [await starts.reserve(shard) for shard in (0, 1, 2, 3)] == [0, 0, 5, 5]


@pytest.mark.parametrize("shard", [0, 1])
async def test_a_session_begins_although_the_database_is_closed(sqlite: Database, shard: int) -> None:
    """After the usual pause: an outage of the database must not keep the bot away from Discord."""
    await sqlite.close()
    assert await SessionStarts(sqlite).reserve(shard) == 5
