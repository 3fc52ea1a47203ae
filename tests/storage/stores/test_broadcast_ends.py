"""How broadcasts end, begin again, are listed, and what a stored one knows."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.states import Audience, BroadcastState, DeliveryState
from storage.stores.broadcasts import Broadcast, BroadcastChanges, NewBroadcast
from storage.stores.delivery_values import Target
from tests.conftest import FakeClock, SampleActor

NEW = NewBroadcast("New Lore", "Share it.")
DRAFT, PENDING, SENDING = BroadcastState.DRAFT, BroadcastState.PENDING, BroadcastState.SENDING
DONE, STOPPED = BroadcastState.DONE, BroadcastState.STOPPED
CANCELLED, RECALLED = BroadcastState.CANCELLED, BroadcastState.RECALLED


async def add(
    database: Database, *steps: Callable[[WriteTransaction, str], Awaitable[object]], new: NewBroadcast = NEW
) -> Broadcast:
    """A broadcast after these steps."""

    async def work(tx: WriteTransaction) -> Broadcast:
        broadcast = await tx.broadcasts.add(new)
        for step in steps:
            await step(tx, broadcast.id)
        return await tx.broadcasts.get(broadcast.id)

    return await database.write(work)


async def confirm(tx: WriteTransaction, broadcast_id: str) -> None:
    await tx.broadcasts.confirm(broadcast_id, None)


async def request(tx: WriteTransaction, broadcast_id: str) -> None:
    await tx.broadcasts.request_approval(broadcast_id, None)


async def discard(tx: WriteTransaction, broadcast_id: str) -> None:
    await tx.broadcasts.discard(broadcast_id)


def finish(state: BroadcastState, why: str = "") -> Callable[[WriteTransaction, str], Awaitable[object]]:
    """The step that ends a broadcast in ``state``."""
    return lambda tx, broadcast_id: tx.broadcasts.finish(broadcast_id, state, why)


def deliver(*outcomes: tuple[DeliveryState, int | None]) -> Callable[[WriteTransaction, str], Awaitable[object]]:
    """The step that gives a broadcast deliveries with these states and message ids."""

    async def step(tx: WriteTransaction, broadcast_id: str) -> None:
        await tx.deliveries.add(broadcast_id, [Target(n, "G", 100 + n, "lore") for n in range(len(outcomes))])
        for delivery, (state, message_id) in zip(await tx.deliveries.claim("me", 100), outcomes, strict=True):
            if state is DeliveryState.READY:
                await tx.deliveries.release(delivery, may_have_arrived=False)
            elif state is not DeliveryState.SENDING:
                await tx.deliveries.finish(delivery.id, delivery.lease, state, message_id=message_id)

    return step


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([(DeliveryState.SENT, 7), (DeliveryState.REFUSED, None)], DONE),
        ([(DeliveryState.RECALLED, 7), (DeliveryState.RECALLED, 8)], RECALLED),
        ([(DeliveryState.RECALLED, 7), (DeliveryState.REFUSED, None)], RECALLED),
        ([(DeliveryState.RECALLED, 7), (DeliveryState.REFUSED, 8)], DONE),
        ([(DeliveryState.REFUSED, None)], DONE),
        ([(DeliveryState.SENT, 7), (DeliveryState.SENDING, None)], SENDING),
        ([(DeliveryState.SENT, 7), (DeliveryState.READY, None)], SENDING),
    ],
)
async def test_what_the_last_delivery_makes_of_a_broadcast(
    database: Database, clock: FakeClock, outcomes: Sequence[tuple[DeliveryState, int | None]], state: BroadcastState
) -> None:
    """It is recalled when none of its posts is left, done otherwise, and goes on while anything is open."""
    other = await add(database, confirm, deliver((DeliveryState.SENDING, None)))
    draft = await add(database)
    broadcast = await add(database, confirm, deliver(*outcomes))
    clock.advance(seconds=5)
    found = await database.write(lambda tx: tx.broadcasts.finish_completed())
    assert found == ([] if state is SENDING else [broadcast.id])
    async with database.read() as tx:
        stored = await tx.broadcasts.get(broadcast.id)
        assert (await tx.broadcasts.get(other.id)).state is SENDING
        assert (await tx.broadcasts.get(draft.id)).state is DRAFT
    assert (stored.state, stored.finished_at) == (state, None if state is SENDING else clock.now)


@pytest.mark.parametrize("state", [DONE, STOPPED, CANCELLED, RECALLED])
async def test_what_was_sent_can_be_opened_again_and_keeps_its_first_end(
    sqlite: Database, clock: FakeClock, state: BroadcastState
) -> None:
    broadcast = await add(sqlite, confirm, finish(state, "it failed"))
    ended_at = clock.now
    assert (broadcast.state, broadcast.stopped_why, broadcast.finished_at) == (state, "it failed", ended_at)
    await sqlite.write(lambda tx: tx.broadcasts.mark_announced(broadcast.id))
    clock.advance(minutes=5)
    await sqlite.write(lambda tx: tx.broadcasts.reopen(broadcast.id, BroadcastChanges(title="Better")))
    async with sqlite.read() as tx:
        opened = await tx.broadcasts.get(broadcast.id)
    assert (opened.state, opened.title, opened.message, opened.announced) == (SENDING, "Better", "Share it.", False)
    await sqlite.write(lambda tx: tx.broadcasts.finish(broadcast.id, DONE))
    async with sqlite.read() as tx:
        ended = await tx.broadcasts.get(broadcast.id)
    assert (ended.state, ended.finished_at, ended.stopped_why) == (DONE, ended_at, "")


@pytest.mark.parametrize(
    "steps", [(), (request,), (confirm,), (discard,)], ids=["draft", "pending", "sending", "discarded"]
)
async def test_what_was_never_sent_or_is_being_sent_is_not_opened(
    sqlite: Database, steps: Sequence[Callable[[WriteTransaction, str], Awaitable[object]]]
) -> None:
    broadcast = await add(sqlite, *steps)
    with pytest.raises(StaleStateError):
        await sqlite.write(lambda tx: tx.broadcasts.reopen(broadcast.id, BroadcastChanges()))


async def test_a_second_person_approves_with_a_time(database: Database, clock: FakeClock) -> None:
    """Only what waits for approval can be approved, once; other broadcasts do not change."""
    waiting, other = await add(database, request), await add(database, request)
    due_at = clock.now + timedelta(hours=1)
    clock.advance(seconds=5)
    ann = await database.write(lambda tx: tx.members.remember(SampleActor(8, "Ann")))
    await database.write(lambda tx: tx.broadcasts.approve(waiting.id, ann, due_at))
    async with database.read() as tx:
        approved = await tx.broadcasts.get(waiting.id)
        assert (await tx.broadcasts.get(other.id)).state is PENDING
    assert (approved.state, approved.approved_by, approved.due_at) == (SENDING, ann, due_at)
    assert approved.confirmed_at == clock.now
    for broadcast in (waiting, await add(database)):
        with pytest.raises(StaleStateError):
            await database.write(lambda tx, row=broadcast: tx.broadcasts.approve(row.id, ann, None))  # type: ignore[misc]


@pytest.mark.parametrize("steps", [(request,), (confirm,), (discard,)], ids=["pending", "sending", "discarded"])
async def test_only_a_draft_is_put_up_for_approval(
    sqlite: Database, steps: Sequence[Callable[[WriteTransaction, str], Awaitable[object]]]
) -> None:
    broadcast = await add(sqlite, *steps)
    with pytest.raises(StaleStateError):
        await sqlite.write(lambda tx: tx.broadcasts.request_approval(broadcast.id, None))


async def test_who_is_forgotten_takes_their_unsent_broadcasts_along(database: Database, clock: FakeClock) -> None:
    """Drafts and waiting ones are discarded, whether composed or confirmed by them; only the waiting ones are named."""
    ann = await database.write(lambda tx: tx.members.remember(SampleActor(8, "Ann")))
    by_ann = NewBroadcast("New Lore", "Share it.", author_id=ann)
    draft, waiting = await add(database, new=by_ann), await add(database, request, new=by_ann)
    confirmed = await add(database, lambda tx, broadcast_id: tx.broadcasts.request_approval(broadcast_id, ann))
    sent = await add(database, confirm, new=by_ann)
    others = [await add(database), await add(database, request)]
    clock.advance(seconds=5)
    named = await database.write(lambda tx: tx.broadcasts.discard_unsent_of(ann))
    assert sorted(named) == sorted([waiting.id, confirmed.id])
    async with database.read() as tx:
        for broadcast in (draft, waiting, confirmed):
            stored = await tx.broadcasts.get(broadcast.id)
            assert (stored.state, stored.finished_at) == (CANCELLED, clock.now)
        assert (await tx.broadcasts.get(sent.id)).state is SENDING
        assert [(await tx.broadcasts.get(row.id)).state for row in others] == [DRAFT, PENDING]


async def test_ends_are_announced_when_nothing_is_open(database: Database) -> None:
    """Not of what was discarded as a draft, not of what still has posts under way, and only until it was announced."""
    ended = [await add(database, confirm, finish(state)) for state in (DONE, STOPPED, CANCELLED, RECALLED)]
    await add(database, discard)
    await add(database)
    await add(database, confirm)
    for state in (DeliveryState.SENDING, DeliveryState.READY):
        await add(database, confirm, deliver((state, None)), finish(CANCELLED))
    async with database.read() as tx:
        assert set(await tx.broadcasts.list_unannounced()) == {broadcast.id for broadcast in ended}
    await database.write(lambda tx: tx.broadcasts.mark_announced(ended[0].id))
    async with database.read() as tx:
        assert set(await tx.broadcasts.list_unannounced()) == {broadcast.id for broadcast in ended[1:]}


async def test_the_list_for_people_has_no_drafts_and_no_changes(database: Database, clock: FakeClock) -> None:
    rows = []
    for steps in ((), (request,), (confirm,), (confirm, finish(DONE)), (discard,)):
        rows.append(await add(database, *steps))
        clock.advance(seconds=1)
    await add(database, confirm, new=NewBroadcast("Change", "Text", change_of=rows[3].id))
    async with database.read() as tx:
        assert [row.id for row in await tx.broadcasts.list_submitted(10)] == [rows[3].id, rows[2].id, rows[1].id]
        assert [row.id for row in await tx.broadcasts.list_submitted(2)] == [rows[3].id, rows[2].id]
        assert [row.id async for row in tx.broadcasts.stream_sent()][:2] == [rows[2].id, rows[3].id]


async def test_the_exchange_format_has_the_time_of_the_confirmation(database: Database, clock: FakeClock) -> None:
    draft = await add(database, new=NewBroadcast("New Lore", "Share it.", metadata={"a": 1}))
    entry = {"title": "New Lore", "message": "Share it.", "metadata": {"a": 1}, "timestamp": clock.now.isoformat()}
    assert draft.to_entry() == entry
    clock.advance(seconds=5)
    await database.write(lambda tx: confirm(tx, draft.id))
    confirmed_at = clock.now
    clock.advance(seconds=5)
    await add(database, confirm)
    async with database.read() as tx:
        assert await tx.broadcasts.list_entries_of([confirmed_at]) == [entry | {"timestamp": confirmed_at.isoformat()}]
        assert await tx.broadcasts.list_entries_of([]) == []


async def test_a_draft_keeps_what_was_chosen(sqlite: Database, clock: FakeClock) -> None:
    draft = await add(sqlite)
    assert (draft.audience, draft.announced, draft.due_at) == (Audience.ALL, False, None)
    due_at = clock.now + timedelta(hours=2)
    changes = BroadcastChanges(ping_roles=True, audience=Audience.FOLLOWERS, due_at=due_at)
    edited = await sqlite.write(lambda tx: tx.broadcasts.edit_draft(draft.id, changes))
    assert (edited.ping_roles, edited.audience, edited.due_at) == (True, Audience.FOLLOWERS, due_at)
    assert (edited.title, edited.message) == ("New Lore", "Share it.")


async def test_cards_belong_to_one_broadcast(sqlite: Database) -> None:
    first, second = await add(sqlite), await add(sqlite)
    await sqlite.write(lambda tx: tx.broadcasts.set_card(first.id, 5, 6))
    async with sqlite.read() as tx:
        stored, other = await tx.broadcasts.get(first.id), await tx.broadcasts.get(second.id)
    assert (stored.channel_id, stored.card_id, other.channel_id, other.card_id) == (5, 6, None, None)


async def test_sharers_and_shares_are_counted(database: Database, clock: FakeClock) -> None:
    """Most shares first; of equals, who shared first."""
    first, second = await add(database), await add(database)
    ann = await database.write(lambda tx: tx.members.remember(SampleActor(1, "Ann")))
    ben = await database.write(lambda tx: tx.members.remember(SampleActor(2, "Ben")))
    cyd = await database.write(lambda tx: tx.members.remember(SampleActor(3, "Cyd")))
    for broadcast, member in ((first, cyd), (first, ben), (first, ann), (second, ann)):
        await database.write(
            lambda tx, row=broadcast, who=member: tx.shares.add(row.id, who, "0" * 16)  # type: ignore[misc]
        )
        clock.advance(seconds=1)
    async with database.read() as tx:
        assert await tx.shares.list_top_sharers(10) == [(ann, 2), (cyd, 1), (ben, 1)]
        assert await tx.shares.list_top_sharers(2) == [(ann, 2), (cyd, 1)]
        assert await tx.shares.count_of_broadcast(first.id) == 3
        assert await tx.shares.count_of_broadcast(second.id) == 1
        assert await tx.shares.count_of_member(ann) == 2


async def test_a_broadcast_knows_the_title_of_its_book(sqlite: Database) -> None:
    """Empty where it is about no book, or about one that is not in the library."""

    async def add_books(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("ebook_001", "The Drowned Bell")
        await tx.ebooks.get_or_add("ebook_002", "The Fox at the Well")

    await sqlite.write(add_books)
    books = (None, "ebook_002", "ebook_009")
    titles = [
        (await add(sqlite, new=NewBroadcast("New Lore", "Share it.", ebook_id=book))).book_title for book in books
    ]
    assert titles == ["", "The Fox at the Well", ""]


async def test_metadata_that_is_no_json_is_refused(sqlite: Database) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await add(sqlite, new=NewBroadcast("New Lore", "Share it.", metadata={"a": float("nan")}))
