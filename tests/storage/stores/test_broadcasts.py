"""Announcements as they are kept: composed, confirmed once, ended once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Target
from storage.stores.events import EventFilter
from tests.conftest import FakeClock, SampleActor


@pytest.fixture
async def peers(database: Database, database_url: str, clock: FakeClock) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' databases where there may be two; on SQLite the one twice."""
    if database.exclusive:
        yield database, database
        return
    other = await Database.open(database_url, clock)
    yield database, other
    await other.close()


async def drafted(database: Database, **values: Any) -> Broadcast:
    """A draft."""
    return await database.write(lambda tx: tx.broadcasts.add(title="New Lore", message="Share it.", **values))


async def test_a_draft_comes_back_as_it_was_made(database: Database, clock: FakeClock) -> None:
    """A draft keeps its texts and its metadata, order and odd signs included, and pings nobody."""
    metadata = {"z": 1, "a": ["月", "“"], "nested": {"b": None}}
    made = await drafted(database, metadata=metadata, hook="Tell the fox.", ebook_id="ebook_001")
    async with database.read() as tx:
        kept = await tx.broadcasts.get(made.id)
    assert kept == made
    assert list(kept.metadata) == ["z", "a", "nested"]
    assert (kept.state, kept.ping_roles, kept.created_at) == (BroadcastState.DRAFT, False, clock.now)
    assert kept.id.startswith("notifications_")


async def test_a_draft_can_be_edited_until_it_is_confirmed(database: Database) -> None:
    """Edits change a draft; what was confirmed is never changed any more."""
    made = await drafted(database)
    edited = await database.write(lambda tx: tx.broadcasts.edit(made.id, title="Sooner"))
    assert (edited.title, edited.message) == ("Sooner", "Share it.")
    await database.write(lambda tx: tx.broadcasts.confirm(made.id, None))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.broadcasts.edit(made.id, title="Too late"))
    async with database.read() as tx:
        kept = await tx.broadcasts.get(made.id)
    assert (kept.title, kept.state) == ("Sooner", BroadcastState.SENDING)


MOVES: dict[str, Callable[[WriteTransaction, str], Any]] = {
    "confirm": lambda tx, broadcast_id: tx.broadcasts.confirm(broadcast_id, None),
    "discard": lambda tx, broadcast_id: tx.broadcasts.discard(broadcast_id),
    "finish": lambda tx, broadcast_id: tx.broadcasts.finish(broadcast_id, BroadcastState.DONE),
}


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ((), {"finish"}),
        (("confirm",), {"confirm", "discard"}),
        (("discard",), {"confirm", "discard", "finish"}),
        (("confirm", "finish"), {"confirm", "discard", "finish"}),
    ],
)
async def test_a_life_goes_one_way(database: Database, path: tuple[str, ...], refused: set[str]) -> None:
    """A broadcast goes from draft to sending to done, or from draft to cancelled, and never back."""
    made = await drafted(database)
    for step in path:
        await database.write(lambda tx, act=step: MOVES[act](tx, made.id))  # type: ignore[misc]
    for late in sorted(refused):
        with pytest.raises(StaleStateError):
            await database.write(lambda tx, act=late: MOVES[act](tx, made.id))  # type: ignore[misc]


async def test_many_confirmations_are_one(peers: tuple[Database, Database]) -> None:
    """Of many confirmations at once exactly one holds: one set of posts and one event; the others are told."""
    made = await drafted(peers[0])

    async def confirm(tx: WriteTransaction) -> None:
        await tx.broadcasts.confirm(made.id, "members_1")
        await tx.deliveries.add(made.id, [Target(n, "G", n, "c") for n in (1, 2, 3)])
        tx.report("Broadcast sent", {})

    results = await asyncio.gather(*(peers[n % 2].write(confirm) for n in range(6)), return_exceptions=True)
    assert sum(isinstance(result, StaleStateError) for result in results) == 5
    async with peers[0].read() as tx:
        assert sum((await tx.deliveries.counts(made.id)).values()) == 3
        assert await tx.events.count(EventFilter(event="Broadcast sent")) == 1
        kept = await tx.broadcasts.get(made.id)
    assert kept.state is BroadcastState.SENDING


async def test_confirming_and_discarding_at_once(peers: tuple[Database, Database]) -> None:
    """A broadcast that one confirms while another discards it is either sent or gone, never both."""
    for _ in range(5):
        made = await drafted(peers[0])
        results = await asyncio.gather(
            peers[0].write(lambda tx, which=made.id: tx.broadcasts.confirm(which, None)),  # type: ignore[misc]
            peers[1].write(lambda tx, which=made.id: tx.broadcasts.discard(which)),  # type: ignore[misc]
            return_exceptions=True,
        )
        assert sum(isinstance(result, StaleStateError) for result in results) == 1


async def test_broadcasts_are_found_by_state(database: Database, clock: FakeClock) -> None:
    """Broadcasts of some states are listed newest first, and one remembers where its card stands."""
    made = []
    for _ in range(3):
        made.append(await drafted(database))
        clock.advance(seconds=1)
    await database.write(lambda tx: tx.broadcasts.confirm(made[1].id, None))
    await database.write(lambda tx: tx.broadcasts.set_card(made[1].id, 7, 2**63 - 1))
    async with database.read() as tx:
        drafts = await tx.broadcasts.in_states(BroadcastState.DRAFT)
        assert [one.id for one in drafts] == [made[2].id, made[0].id]
        assert len(await tx.broadcasts.in_states(*BroadcastState, limit=2)) == 2
        kept = await tx.broadcasts.get(made[1].id)
    assert (kept.channel_id, kept.card_id) == (7, 2**63 - 1)


async def test_an_unknown_broadcast_is_a_key_error(database: Database) -> None:
    """Asking for a broadcast that does not exist is told apart from one in another state."""
    async with database.read() as tx:
        with pytest.raises(KeyError):
            await tx.broadcasts.get("notifications_0")


async def test_a_share_counts_once(database: Database) -> None:
    """A member's share of a broadcast counts once, each broadcast for itself."""
    one, two = await drafted(database), await drafted(database)

    async def share(broadcast: Broadcast) -> bool:
        async def work(tx: WriteTransaction) -> bool:
            member = await tx.members.remember(SampleActor(7, "Hana"))
            return await tx.broadcasts.share(broadcast.id, member, "0123456789abcdef")

        return await database.write(work)

    assert [await share(one), await share(one), await share(two)] == [True, False, True]
    async with database.read() as tx:
        member = await tx.members.find_id(7)
        assert member is not None
        assert await tx.broadcasts.shares_of(member) == 2
        assert await tx.broadcasts.shares_of("members_of_nowhere") == 0


async def test_shares_at_once_count_once(peers: tuple[Database, Database]) -> None:
    """A button that is pressed many times at once counts once and fails for nobody."""
    made = await drafted(peers[0])
    member = await peers[0].write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    results = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.broadcasts.share(made.id, member, "0123456789abcdef")) for n in range(6))
    )
    assert sorted(results) == [False] * 5 + [True]
