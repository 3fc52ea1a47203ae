"""How the ends of broadcasts are announced: once in the audit channel, and on the card until it shows them."""

import asyncio

from bot.broadcasts.announcer import EndAnnouncer
from bot.broadcasts.post import BroadcastStatus
from storage import Database
from storage.states import BroadcastState
from storage.stores.broadcasts import BroadcastChanges
from tests.bot.broadcasts.scripted_sender import HangingCards, RecordingCards
from tests.bot.broadcasts.single_attempts import add_sending
from tests.bot.servers.stored_notices import list_audit_notices


class SlowCards(RecordingCards):
    """Cards that cannot be brought up to date the first ``failures`` times."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self._failures = failures

    async def update_card(self, account: BroadcastStatus) -> bool:
        """Whether it is shown now."""
        await super().update_card(account)
        self._failures -= 1
        return self._failures < 0


async def end_broadcast(database: Database) -> str:
    """A broadcast that has just ended without any channel."""
    broadcast_id = await add_sending(database, 0)
    await database.write(lambda tx: tx.broadcasts.finish(broadcast_id, BroadcastState.DONE))
    return broadcast_id


async def is_announced(database: Database, broadcast_id: str) -> bool:
    """Whether its end counts as announced."""
    async with database.read() as tx:
        return (await tx.broadcasts.get(broadcast_id)).announced


async def announce(announcer: EndAnnouncer) -> None:
    """One round, up to its end."""
    announcer.start()
    await announcer.stop(10)


def shown(cards: RecordingCards) -> list[str]:
    """The broadcasts whose cards were updated, in order."""
    return [account.broadcast.id for account in cards.accounts]


async def test_every_end_is_announced_once(sqlite: Database) -> None:
    cards = RecordingCards()
    announcer = EndAnnouncer(sqlite, cards)
    ended = {await end_broadcast(sqlite), await end_broadcast(sqlite)}
    await add_sending(sqlite)
    for _ in range(2):
        await announce(announcer)
    assert sorted(shown(cards)) == sorted(ended)
    assert len(await list_audit_notices(sqlite)) == 2
    assert all([await is_announced(sqlite, broadcast_id) for broadcast_id in ended])


async def test_two_processes_audit_an_end_once(database: Database) -> None:
    """Both find it at the same moment, and whoever marks it says so."""
    broadcast_id = await end_broadcast(database)
    await asyncio.gather(*(announce(EndAnnouncer(database, RecordingCards())) for _ in range(2)))
    assert len(await list_audit_notices(database)) == 1
    assert await is_announced(database, broadcast_id)


async def test_a_card_that_cannot_be_shown_is_tried_again_and_the_audit_channel_is_not(sqlite: Database) -> None:
    """Once in each round, until the card shows the end."""
    cards = SlowCards(failures=2)
    announcer = EndAnnouncer(sqlite, cards)
    broadcast_id = await end_broadcast(sqlite)
    announced = []
    for _ in range(4):
        await announce(announcer)
        announced.append(await is_announced(sqlite, broadcast_id))
    assert announced == [False, False, True, True]
    assert shown(cards) == [broadcast_id] * 3
    assert len(await list_audit_notices(sqlite)) == 1


async def test_an_error_leaves_the_end_for_the_next_round(sqlite: Database) -> None:
    broadcast_id = await end_broadcast(sqlite)
    failing = EndAnnouncer(sqlite, RecordingCards(RuntimeError("broken")))
    await announce(failing)
    assert not await is_announced(sqlite, broadcast_id)
    failing.card = RecordingCards()
    await announce(failing)
    assert await is_announced(sqlite, broadcast_id)


async def test_a_later_end_of_the_same_broadcast_is_audited_too(sqlite: Database) -> None:
    announcer = EndAnnouncer(sqlite, RecordingCards())
    broadcast_id = await end_broadcast(sqlite)
    await announce(announcer)
    await sqlite.write(lambda tx: tx.broadcasts.reopen(broadcast_id, BroadcastChanges()))
    await sqlite.write(lambda tx: tx.broadcasts.finish(broadcast_id, BroadcastState.STOPPED, "it failed"))
    await announce(announcer)
    audited = await list_audit_notices(sqlite)
    assert len(audited) == 2
    assert sum(text.endswith("It was stopped because it failed.") for text in audited) == 1


async def test_one_round_at_a_time(sqlite: Database) -> None:
    """While a card hangs, another start begins nothing; a stop gives up after its seconds and leaves the end for later."""
    cards = HangingCards()
    announcer = EndAnnouncer(sqlite, cards)
    await announcer.stop(0)  # before any start
    broadcast_id = await end_broadcast(sqlite)
    announcer.start()
    await cards.asked.wait()
    cards.asked.clear()
    announcer.start()
    for _ in range(20):
        await asyncio.sleep(0)
    await announcer.stop(0.01)
    assert not cards.asked.is_set()
    assert (cards.accounts, await list_audit_notices(sqlite)) == ([], [])
    assert not await is_announced(sqlite, broadcast_id)
