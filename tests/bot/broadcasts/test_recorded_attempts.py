"""What a recorded attempt leaves in its delivery and in the subscription of its channel."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcasts.outcomes import (
    MAX_ATTEMPTS,
    PAUSED_AFTER,
    Attempt,
    format_audit_line,
    next_state,
    record_attempt,
)
from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind
from bot.event_names import AFFILIATE_PAUSED
from storage import Database, WriteTransaction
from storage.states import BroadcastState, DeliveryAction, DeliveryState, SubscriptionState
from storage.stores.broadcasts import BroadcastChanges, NewBroadcast
from storage.stores.delivery_values import Delivery, DeliveryCounts, Target
from storage.stores.events import EventFilter
from storage.stores.subscriptions import Subscription
from tests.bot.servers.stored_notices import list_notices
from tests.conftest import FakeClock

SENT = Outcome(OutcomeKind.SENT, message_id=99)
REFUSED = Outcome(OutcomeKind.REFUSED, error="I cannot see the channel")
RETRY = Outcome(OutcomeKind.RETRY, error="try again")
UNSURE = Outcome(OutcomeKind.UNSURE, error="no answer")
PAUSE = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=90.0)


async def add_delivery(database: Database) -> str:
    """A waiting post for the subscription of the one server; returns the id of its broadcast."""

    async def work(tx: WriteTransaction) -> str:
        subscription = await tx.subscriptions.find_by_guild(1) or await tx.subscriptions.join(
            guild_id=1, guild_name="Guild 1", channel_id=1, channel_name="c", role_id=None, member_id=None
        )
        broadcast = await tx.broadcasts.add(NewBroadcast("New Lore", "Share it."))
        await tx.broadcasts.confirm(broadcast.id, None)
        await tx.deliveries.add(broadcast.id, [Target.from_subscription(subscription)])
        return broadcast.id

    return await database.write(work)


async def claim(database: Database) -> Delivery:
    """The one delivery that is due."""
    (delivery,) = await database.write(lambda tx: tx.deliveries.claim("sender", 10))
    return delivery


async def record(database: Database, delivery: Delivery, outcome: Outcome, *, uncertain: bool = False) -> bool:
    """Records an attempt as the dispatcher does; returns whether the server gets the notice of a pause."""
    before = await list_notices(database)
    attempt = Attempt(delivery, outcome, next_state(delivery, outcome, uncertain=uncertain), uncertain)
    await database.write(lambda tx: record_attempt(tx, attempt))
    return await list_notices(database) != before


async def get_delivery(database: Database, delivery: Delivery) -> Delivery:
    """The delivery as it is stored now."""
    async with database.read() as tx:
        return await tx.deliveries.get(delivery.id)


async def get_subscription(database: Database) -> Subscription:
    """The subscription of the one server."""
    async with database.read() as tx:
        found = await tx.subscriptions.find_by_guild(1)
    assert found is not None
    return found


async def refuse_broadcasts(database: Database, clock: FakeClock, number: int) -> list[bool]:
    """So many broadcasts that the channel refuses; whether each paused the subscription."""
    results = []
    for _ in range(number):
        await add_delivery(database)
        results.append(await record(database, await claim(database), REFUSED))
        clock.advance(seconds=1)
    return results


@pytest.mark.parametrize(
    ("outcome", "wait", "attempts"), [(RETRY, 2.0, 1), (UNSURE, 2.0, 1), (PAUSE, 90.0, 0)], ids=str
)
async def test_a_pause_uses_up_no_attempt(
    sqlite: Database, clock: FakeClock, outcome: Outcome, wait: float, attempts: int
) -> None:
    """A failed attempt counts; being asked to wait does not, or a long pause of Discord would fail every post."""
    await add_delivery(sqlite)
    delivery = await claim(sqlite)
    assert await record(sqlite, delivery, outcome) is False
    stored = await get_delivery(sqlite, delivery)
    assert (stored.state, stored.attempts, stored.error) == (DeliveryState.READY, attempts, outcome.error)
    assert stored.due_at == clock.now + timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("outcome", "uncertain", "is_in_doubt"),
    [
        (RETRY, False, False),
        (PAUSE, False, False),
        (UNSURE, False, True),
        (RETRY, True, True),
        (PAUSE, True, True),
        (UNSURE, True, True),
    ],
)
async def test_a_doubt_lasts_until_it_is_ruled_out(
    sqlite: Database, clock: FakeClock, outcome: Outcome, *, uncertain: bool, is_in_doubt: bool
) -> None:
    """A later attempt that certainly did not arrive says nothing about an earlier one that may have."""
    await add_delivery(sqlite)
    delivery = await claim(sqlite)
    began = clock.now
    clock.advance(seconds=1)
    await record(sqlite, delivery, outcome, uncertain=uncertain)
    assert (await get_delivery(sqlite, delivery)).attempted_at == (began if is_in_doubt else None)


async def test_the_waits_between_attempts(sqlite: Database, clock: FakeClock) -> None:
    """2, 8, 30 and 60 seconds; the fifth failed attempt is the last one."""
    await add_delivery(sqlite)
    for seconds in (2, 8, 30, 60):
        delivery = await claim(sqlite)
        await record(sqlite, delivery, RETRY)
        assert (await get_delivery(sqlite, delivery)).due_at == clock.now + timedelta(seconds=seconds)
        clock.advance(seconds=seconds)
    last = await claim(sqlite)
    await record(sqlite, last, RETRY)
    stored = await get_delivery(sqlite, last)
    assert (stored.state, stored.attempts, stored.error) == (DeliveryState.FAILED, MAX_ATTEMPTS, "try again")


async def test_a_post_that_arrived_is_stored_and_ends_the_row_of_refusals(sqlite: Database, clock: FakeClock) -> None:
    assert await refuse_broadcasts(sqlite, clock, PAUSED_AFTER - 1) == [False, False]
    assert (await get_subscription(sqlite)).refusals == 2
    await add_delivery(sqlite)
    delivery = await claim(sqlite)
    assert await record(sqlite, delivery, SENT) is False
    stored, subscription = await get_delivery(sqlite, delivery), await get_subscription(sqlite)
    assert (stored.state, stored.message_id, stored.sent_at) == (DeliveryState.SENT, 99, clock.now)
    assert (subscription.refusals, subscription.last_error, subscription.last_post_at) == (0, "", clock.now)
    assert await refuse_broadcasts(sqlite, clock, PAUSED_AFTER - 1) == [False, False]


async def test_three_refusals_in_a_row_pause_the_subscription_once(sqlite: Database, clock: FakeClock) -> None:
    """The pause is reported with its reason; a refusal of a post that was under way then does not repeat it."""
    assert await refuse_broadcasts(sqlite, clock, PAUSED_AFTER + 1) == [False, False, True, False]
    subscription = await get_subscription(sqlite)
    assert (subscription.state, subscription.refusals) == (SubscriptionState.PAUSED, PAUSED_AFTER + 1)
    async with sqlite.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(event=AFFILIATE_PAUSED), limit=10)
    assert json.loads(event.data) == {"subscription_id": subscription.id, "why": "I cannot see the channel"}


@pytest.mark.parametrize("action", [DeliveryAction.EDIT, DeliveryAction.RECALL])
@pytest.mark.parametrize(
    ("outcome", "state"),
    [(REFUSED, DeliveryState.REFUSED), (Outcome(OutcomeKind.SENT), None), (RETRY, DeliveryState.READY)],
    ids=["refused", "done", "retry"],
)
async def test_only_posts_count_for_the_subscription(
    sqlite: Database, clock: FakeClock, action: DeliveryAction, outcome: Outcome, state: DeliveryState | None
) -> None:
    """A change or a recall that is refused never counts as done, and tells nothing about posting there."""
    broadcast_id = await add_delivery(sqlite)
    await record(sqlite, await claim(sqlite), SENT)
    posted = await get_subscription(sqlite)
    assert await sqlite.write(lambda tx: tx.deliveries.requeue(broadcast_id, action)) == 1
    clock.advance(seconds=9)
    delivery = await claim(sqlite)
    assert await record(sqlite, delivery, outcome) is False
    stored = await get_delivery(sqlite, delivery)
    done = DeliveryState.RECALLED if action is DeliveryAction.RECALL else DeliveryState.SENT
    assert (stored.state, stored.message_id) == (state or done, 99)
    assert await get_subscription(sqlite) == posted


async def test_a_refusal_counts_once_for_each_broadcast(sqlite: Database) -> None:
    """Whoever presses "Try again" twice does not pause a server that has refused one broadcast."""
    broadcast_id = await add_delivery(sqlite)
    for _ in range(PAUSED_AFTER):
        assert await record(sqlite, await claim(sqlite), REFUSED) is False
        await sqlite.write(lambda tx: tx.broadcasts.finish_completed())
        await sqlite.write(lambda tx: tx.broadcasts.reopen(broadcast_id, BroadcastChanges()))
        await sqlite.write(lambda tx: tx.deliveries.requeue_failed(broadcast_id))
    assert (await get_subscription(sqlite)).refusals == 1


@pytest.mark.parametrize("outcome", [SENT, REFUSED], ids=["sent", "refused"])
async def test_the_studios_own_channel_has_no_subscription(sqlite: Database, outcome: Outcome) -> None:
    async def work(tx: WriteTransaction) -> None:
        broadcast = await tx.broadcasts.add(NewBroadcast("New Lore", "Share it."))
        await tx.deliveries.add(broadcast.id, [Target(1, "Studio", 2, "news")])

    await sqlite.write(work)
    delivery = await claim(sqlite)
    assert await record(sqlite, delivery, outcome) is False
    assert (await get_delivery(sqlite, delivery)).state is DeliveryState(outcome.kind.value)


async def test_an_unknown_post_neither_counts_as_posted_nor_as_refused(sqlite: Database) -> None:
    await add_delivery(sqlite)
    before = await get_subscription(sqlite)
    delivery = await claim(sqlite)
    assert await record(sqlite, delivery, Outcome(OutcomeKind.UNKNOWN, error="no history")) is False
    stored = await get_delivery(sqlite, delivery)
    assert (stored.state, stored.error) == (DeliveryState.UNKNOWN, "no history")
    assert await get_subscription(sqlite) == before


async def test_the_notice_of_a_pause_says_why_and_what_to_do(sqlite: Database, clock: FakeClock) -> None:
    await refuse_broadcasts(sqlite, clock, PAUSED_AFTER)
    subscription = await get_subscription(sqlite)
    text = (
        f"Announcements for <#{subscription.channel_id}> are paused: 3 in a row could not be posted, because I cannot see "
        "the channel. Once that is fixed, `/affiliate join` resumes them."
    )
    assert await list_notices(sqlite) == [(1, text)]


async def test_the_audit_line_counts_outcomes_and_says_why_it_was_stopped(sqlite: Database) -> None:
    broadcast_id = await add_delivery(sqlite)
    async with sqlite.read() as tx:
        broadcast = await tx.broadcasts.get(broadcast_id)
    done = replace(broadcast, state=BroadcastState.DONE)
    counts = DeliveryCounts({DeliveryState.SENT: 12, DeliveryState.CANCELLED: 3})
    assert format_audit_line(BroadcastStatus(done, counts, ())) == (
        f"Announcement `{broadcast_id}` is posted: 3 cancelled, 12 sent."
    )
    assert format_audit_line(BroadcastStatus(done, DeliveryCounts(), ())) == (
        f"Announcement `{broadcast_id}` is posted: no channel."
    )
    stopped = replace(broadcast, state=BroadcastState.STOPPED, stopped_why="Discord refuses the bot's token")
    assert format_audit_line(BroadcastStatus(stopped, counts, ())).endswith(
        "is stopped: 3 cancelled, 12 sent. It was stopped because Discord refuses the bot's token."
    )
