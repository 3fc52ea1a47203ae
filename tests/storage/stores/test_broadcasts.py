"""Stored broadcasts: every transition happens once and in the right order, and shares are counted once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast, BroadcastChanges, NewBroadcast
from storage.stores.delivery_values import Target
from storage.stores.events import EventFilter
from tests.conftest import FakeClock, SampleActor

NEW = NewBroadcast("New Lore", "Share it.")
DELIVERY_ID = "0123456789abcdef"


async def add_draft(database: Database, new: NewBroadcast = NEW) -> Broadcast:
    """Stores a draft."""
    return await database.write(lambda tx: tx.broadcasts.add(new))


async def get_broadcast(database: Database, broadcast_id: str) -> Broadcast:
    """The broadcast as it is stored now."""
    async with database.read() as tx:
        return await tx.broadcasts.get(broadcast_id)


async def test_a_draft_is_stored_unchanged(database: Database, clock: FakeClock) -> None:
    """A draft keeps its texts and its metadata, including key order and unusual characters, and pings nobody."""
    metadata = {"z": 1, "a": ["月", "“"], "nested": {"b": None}}
    new = NewBroadcast("New Lore", "Share it.", "Tell the fox.", ebook_id="ebook_001", metadata=metadata)
    draft = await add_draft(database, new)
    stored = await get_broadcast(database, draft.id)
    assert stored == draft
    assert (stored.title, stored.message, stored.hook) == ("New Lore", "Share it.", "Tell the fox.")
    assert stored.metadata == metadata
    assert list(stored.metadata) == ["z", "a", "nested"]
    assert (stored.state, stored.ping_roles, stored.created_at) == (BroadcastState.DRAFT, False, clock.now)
    assert stored.id.startswith("notifications_")


async def test_metadata_that_json_does_not_have_is_refused(sqlite: Database) -> None:
    """Other programs could not read the export."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        await add_draft(sqlite, NewBroadcast("New Lore", "Share it.", metadata={"n": float("nan")}))


async def test_broadcasts_are_found_with_their_own_titles_and_books(sqlite: Database) -> None:
    """The book has its title where it is known; ids that belong to no broadcast are left out."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("owl", "The owl"))
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("fox", "The fox"))
    fox = await add_draft(sqlite, NewBroadcast("Foxes", "Share it.", ebook_id="fox"))
    plain = await add_draft(sqlite)
    assert (fox.book_title, plain.book_title) == ("The fox", "")
    async with sqlite.read() as tx:
        assert await tx.broadcasts.get_titles([fox.id, "unknown"]) == {fox.id: "Foxes"}
        assert await tx.broadcasts.get_titles([]) == {}


async def test_a_draft_can_be_edited_until_it_is_confirmed(database: Database) -> None:
    """Edits change the given columns of a draft only, and a confirmed broadcast cannot be edited."""
    draft = await add_draft(database)
    edited = await database.write(lambda tx: tx.broadcasts.edit_draft(draft.id, BroadcastChanges(title="Sooner")))
    assert (edited.title, edited.message) == ("Sooner", "Share it.")
    await database.write(lambda tx: tx.broadcasts.confirm(draft.id, None))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.broadcasts.edit_draft(draft.id, BroadcastChanges(title="Too late")))
    stored = await get_broadcast(database, draft.id)
    assert (stored.title, stored.state) == ("Sooner", BroadcastState.SENDING)


TRANSITIONS: dict[str, Callable[[WriteTransaction, str], Awaitable[None]]] = {
    "confirm": lambda tx, broadcast_id: tx.broadcasts.confirm(broadcast_id, None),
    "discard": lambda tx, broadcast_id: tx.broadcasts.discard(broadcast_id),
    "finish": lambda tx, broadcast_id: tx.broadcasts.finish(broadcast_id, BroadcastState.DONE),
}


async def make_transition(database: Database, name: str, broadcast_id: str) -> None:
    """Runs one of the transitions in a transaction of its own."""
    await database.write(lambda tx: TRANSITIONS[name](tx, broadcast_id))


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ((), {"finish"}),
        (("confirm",), {"confirm", "discard"}),
        (("discard",), {"confirm", "discard", "finish"}),
        (("confirm", "finish"), {"confirm", "discard", "finish"}),
    ],
)
async def test_transitions_go_one_way(database: Database, path: tuple[str, ...], refused: set[str]) -> None:
    """A broadcast goes from draft to sending to done, or from draft to cancelled, and never back."""
    draft = await add_draft(database)
    for name in path:
        await make_transition(database, name, draft.id)
    for name in sorted(refused):
        with pytest.raises(StaleStateError):
            await make_transition(database, name, draft.id)


async def test_concurrent_confirmations_take_effect_once(peers: tuple[Database, Database]) -> None:
    """Of many confirmations at once exactly one succeeds, with one set of deliveries and one event."""
    draft = await add_draft(peers[0])

    async def confirm(tx: WriteTransaction) -> None:
        await tx.broadcasts.confirm(draft.id, "members_1")
        await tx.deliveries.add(draft.id, [Target(n, "G", n, "c") for n in (1, 2, 3)])
        tx.report("Broadcast sent", {})

    results = await asyncio.gather(*(peers[n % 2].write(confirm) for n in range(6)), return_exceptions=True)
    assert sum(isinstance(result, StaleStateError) for result in results) == 5
    async with peers[0].read() as tx:
        assert (await tx.deliveries.count(draft.id)).total == 3
        assert await tx.events.count(EventFilter(event="Broadcast sent")) == 1
        stored = await tx.broadcasts.get(draft.id)
    assert stored.state is BroadcastState.SENDING


async def test_confirming_and_discarding_exclude_each_other(peers: tuple[Database, Database]) -> None:
    """A draft that one person confirms while another discards it is either sent or cancelled, never both."""
    for _ in range(5):
        draft = await add_draft(peers[0])
        results = await asyncio.gather(
            make_transition(peers[0], "confirm", draft.id),
            make_transition(peers[1], "discard", draft.id),
            return_exceptions=True,
        )
        assert sum(isinstance(result, StaleStateError) for result in results) == 1


async def test_broadcasts_are_listed_by_state(database: Database, clock: FakeClock) -> None:
    """Broadcasts in given states are listed newest first, and a broadcast remembers where its card is."""
    drafts = []
    for _ in range(3):
        drafts.append(await add_draft(database))
        clock.advance(seconds=1)
    await make_transition(database, "confirm", drafts[1].id)
    await database.write(lambda tx: tx.broadcasts.set_card(drafts[1].id, 7, 2**63 - 1))
    async with database.read() as tx:
        listed = await tx.broadcasts.list_in_states(BroadcastState.DRAFT)
        assert [draft.id for draft in listed] == [drafts[2].id, drafts[0].id]
        assert len(await tx.broadcasts.list_in_states(*BroadcastState, limit=2)) == 2
        confirmed = await tx.broadcasts.get(drafts[1].id)
    assert (confirmed.channel_id, confirmed.card_id) == (7, 2**63 - 1)


async def test_an_unknown_broadcast_is_a_key_error(database: Database) -> None:
    """An unknown id raises another error than a broadcast in the wrong state."""
    with pytest.raises(KeyError):
        await get_broadcast(database, "notifications_0")


async def test_a_share_counts_once(database: Database) -> None:
    """A member's share of a broadcast counts once, separately for each broadcast."""
    first, second = await add_draft(database), await add_draft(database)

    async def share(broadcast: Broadcast) -> bool:
        async def add_share(tx: WriteTransaction) -> bool:
            member_id = await tx.members.remember(SampleActor(7, "Hana"))
            return await tx.shares.add(broadcast.id, member_id, DELIVERY_ID)

        return await database.write(add_share)

    assert [await share(first), await share(first), await share(second)] == [True, False, True]
    async with database.read() as tx:
        member_id = await tx.members.find_id(7)
        assert member_id is not None
        assert await tx.shares.count_of_member(member_id) == 2
        assert await tx.shares.count_of_member("members_unknown") == 0


async def test_concurrent_shares_count_once(peers: tuple[Database, Database]) -> None:
    """A button that is pressed many times at once counts once, and no press fails."""
    draft = await add_draft(peers[0])
    member_id = await peers[0].write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    results = await asyncio.gather(
        *(peers[n % 2].write(lambda tx: tx.shares.add(draft.id, member_id, DELIVERY_ID)) for n in range(6))
    )
    assert sorted(results) == [False] * 5 + [True]
