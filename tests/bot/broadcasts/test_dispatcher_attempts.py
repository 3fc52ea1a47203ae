"""Single attempts of the dispatcher: what is requested, and what its outcome changes around it."""

from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest

from bot.broadcasts.breaker import record_outcome
from bot.broadcasts.post import Outcome, OutcomeKind
from bot.event_names import BROADCAST_FINISHED, BROADCAST_STOPPED
from bot.jobs.pacer import Pacer
from storage import Database
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.events import EventFilter
from tests.bot.broadcasts.scripted_sender import BUSY, GONE, LOST, REFUSED, SENT, UNREADABLE, ScriptedSender
from tests.bot.broadcasts.single_attempts import Attempts, add_sending
from tests.bot.servers.stored_notices import list_audit_notices, list_notices
from tests.conftest import FakeClock


@pytest.mark.parametrize("ping", [True, False])
async def test_roles_are_pinged_only_where_that_was_chosen(sqlite: Database, clock: FakeClock, *, ping: bool) -> None:
    await add_sending(sqlite, ping=ping)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock))
    await attempts.run(await attempts.claim())
    assert attempts.sender.pings == [ping]


async def test_links_are_made_with_the_configured_template(sqlite: Database, clock: FakeClock) -> None:
    await add_sending(sqlite, link="https://example.org/lore")
    attempts = Attempts(sqlite, clock, ScriptedSender(clock))
    attempts.dispatcher.link_template = "{link}{sep}from={code}"
    delivery = await attempts.claim()
    await attempts.run(delivery)
    assert [post.link for post in attempts.sender.posts] == [f"https://example.org/lore?from={delivery.referral}"]


@pytest.mark.parametrize("action", [DeliveryAction.EDIT, DeliveryAction.RECALL])
@pytest.mark.parametrize("recovered", [True, False])
async def test_changes_and_recalls_are_repeated_without_a_search(
    sqlite: Database, clock: FakeClock, action: DeliveryAction, *, recovered: bool
) -> None:
    """Doing them twice does no harm, and the message is known."""
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, Outcome(OutcomeKind.SENT)))
    delivery = await attempts.claim_posted(action)
    row = await attempts.run(delivery, recovered=recovered)
    assert attempts.sender.names == [action.value]
    assert row.message_id == 7


@pytest.mark.parametrize(
    ("found", "seconds", "names", "state"),
    [
        (UNREADABLE, 119.0, ["find", "send"], DeliveryState.SENT),
        (UNREADABLE, 120.0, ["find"], DeliveryState.UNKNOWN),
        (GONE, 3600.0, ["find", "send"], DeliveryState.SENT),
        (SENT, 3600.0, ["find"], DeliveryState.SENT),
        (REFUSED, 119.0, ["find"], DeliveryState.REFUSED),
    ],
    ids=["unreadable and remembered", "unreadable and forgotten", "missing", "found", "channel gone"],
)
async def test_a_post_in_doubt_is_sent_again_only_where_that_is_safe(
    sqlite: Database, clock: FakeClock, found: Outcome, seconds: float, names: list[str], state: DeliveryState
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, finds=(found,)))
    row = await attempts.run(await attempts.claim_in_doubt(seconds))
    assert (row.state, attempts.sender.names) == (state, names)


@pytest.mark.parametrize(
    ("found", "outcome", "is_in_doubt"),
    [(UNREADABLE, BUSY, True), (UNREADABLE, LOST, True), (GONE, BUSY, False), (GONE, LOST, True)],
)
async def test_only_a_search_ends_a_doubt(
    sqlite: Database, clock: FakeClock, found: Outcome, outcome: Outcome, *, is_in_doubt: bool
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, outcome, finds=(found,)))
    delivery = await attempts.claim_in_doubt()
    row = await attempts.run(delivery)
    assert (row.state, row.attempts) == (DeliveryState.READY, 2)
    assert row.attempted_at == (delivery.attempted_at if is_in_doubt else None)


async def test_a_pause_of_discord_holds_the_next_post(sqlite: Database, clock: FakeClock) -> None:
    await add_sending(sqlite, 2)
    pause = Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=20)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, pause, SENT))
    await attempts.run(await attempts.claim())
    await attempts.run(await attempts.claim())
    assert attempts.sender.seconds()[0] >= 20


async def test_a_server_is_told_once_when_its_subscription_is_paused(sqlite: Database, clock: FakeClock) -> None:
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, REFUSED))
    for _ in range(2):
        await add_sending(sqlite)
        await attempts.run(await attempts.claim())
    assert await list_notices(sqlite) == []
    await add_sending(sqlite)
    await attempts.run(await attempts.claim())
    ((guild_id, text),) = await list_notices(sqlite)
    assert guild_id == 1
    assert "<#1> are paused" in text
    assert "I cannot see the channel" in text


async def test_a_refused_token_stops_the_broadcast_and_shows_why(sqlite: Database, clock: FakeClock) -> None:
    broadcast_id = await add_sending(sqlite, 6)
    unauthorized = Outcome(OutcomeKind.RETRY, error="Discord refuses the bot's token", is_unauthorized=True)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, unauthorized))
    for _ in range(3):
        await attempts.run(await attempts.claim())
    shown = attempts.cards.accounts[-1]
    assert shown.broadcast.state is BroadcastState.STOPPED
    assert shown.broadcast.stopped_why == "Discord refuses the bot's token"
    assert shown.counts.by_state == {DeliveryState.CANCELLED: 6}
    async with sqlite.read() as tx:
        assert await tx.events.count(EventFilter(event=BROADCAST_STOPPED)) == 1
        assert (await tx.broadcasts.get(broadcast_id)).state is BroadcastState.STOPPED


async def test_what_another_process_has_taken_over_is_left_to_it(sqlite: Database, clock: FakeClock) -> None:
    """The outcome of a process that was away for longer than its lease changes nothing."""
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, REFUSED))
    delivery = await attempts.claim()
    assert await attempts.dispatcher.renew(delivery) is True
    clock.advance(seconds=61)
    (taken,) = await attempts.dispatcher.recover("sender_other", all_owners=False)
    assert await attempts.dispatcher.renew(delivery) is False
    row = await attempts.run(delivery)
    assert (row.state, row.lease) == (DeliveryState.SENDING, taken.lease)


@pytest.mark.parametrize(("all_owners", "number"), [(True, 1), (False, 0)])
async def test_living_leases_of_others_are_left_alone_unless_no_other_can_live(
    sqlite: Database, clock: FakeClock, *, all_owners: bool, number: int
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock))
    await attempts.claim()
    assert len(await attempts.dispatcher.recover("sender_other", all_owners=all_owners)) == number


async def test_the_seconds_until_the_next_post(sqlite: Database, clock: FakeClock) -> None:
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, BUSY))
    assert await attempts.dispatcher.get_seconds_until_due() is None
    await add_sending(sqlite)
    assert await attempts.dispatcher.get_seconds_until_due() == 0
    await attempts.run(await attempts.claim())
    assert await attempts.dispatcher.get_seconds_until_due() == 2


async def test_progress_is_shown_at_most_every_few_seconds(
    sqlite: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two broadcasts at once have a card each."""
    now = 1000.0
    monkeypatch.setattr("bot.broadcasts.dispatcher.time", SimpleNamespace(monotonic=lambda: now))
    attempts = Attempts(sqlite, clock, ScriptedSender(clock))
    first = await add_sending(sqlite, 5)
    shown = []
    for seconds in (0.0, 2.4, 2.5, 2.6):
        now = 1000.0 + seconds
        await attempts.run(await attempts.claim())
        shown.append(len(attempts.cards.accounts))
    assert shown == [1, 1, 2, 2]
    clock.advance(seconds=1)
    second = await add_sending(sqlite)
    await attempts.run(await attempts.claim())
    await attempts.run(await attempts.claim())
    assert [status.broadcast.id for status in attempts.cards.accounts] == [first, first, second]


@pytest.mark.parametrize(("seconds", "turns"), [(0.2, 1), (0.3, 2), (6.0, 3)])
async def test_a_post_that_waited_for_the_database_waits_for_another_turn(
    sqlite: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, seconds: float, turns: int
) -> None:
    """Otherwise all that wait while the database is away would go out in the same second."""
    moments = [0.0, seconds, seconds, 10.0, 10.3, 10.3, 20.0]
    clock_of_dispatcher = SimpleNamespace(monotonic=lambda: moments.pop(0) if len(moments) > 1 else moments[0])
    monkeypatch.setattr("bot.broadcasts.dispatcher.time", clock_of_dispatcher)
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock))
    acquire = AsyncMock()
    monkeypatch.setattr(Pacer, "acquire", acquire)
    await attempts.run(await attempts.claim())
    assert acquire.await_count == turns
    assert attempts.sender.names == ["send"]


async def test_the_end_is_reported_once_with_its_outcomes(sqlite: Database, clock: FakeClock) -> None:
    """On the card, in the audit channel and as an event; before the last outcome nothing is reported."""
    broadcast_id = await add_sending(sqlite, 2)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, SENT, REFUSED))
    await attempts.run(await attempts.claim())
    await attempts.dispatcher.after_round()
    async with sqlite.read() as tx:
        assert await tx.events.count(EventFilter(event=BROADCAST_FINISHED)) == 0
    await attempts.run(await attempts.claim())
    for _ in range(2):
        await attempts.dispatcher.after_round()
    await attempts.dispatcher.stop()
    async with sqlite.read() as tx:
        (event,) = await tx.events.get_page(EventFilter(event=BROADCAST_FINISHED), limit=10)
        assert (await tx.broadcasts.get(broadcast_id)).announced
    assert event.data == f'{{"broadcast_id":"{broadcast_id}","outcomes":{{"refused":1,"sent":1}}}}'
    assert await list_audit_notices(sqlite) == [f"Announcement `{broadcast_id}` is posted: 1 refused, 1 sent."]
    assert attempts.cards.accounts[-1].broadcast.state is BroadcastState.DONE


async def test_the_breaker_begins_afresh_when_a_broadcast_is_sent_again(sqlite: Database, clock: FakeClock) -> None:
    """Answers to the posts do not decide whether their recall is stopped."""
    broadcast_id = await add_sending(sqlite)
    unauthorized = Outcome(OutcomeKind.REFUSED, error="no", is_unauthorized=True)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, unauthorized))
    await attempts.run(await attempts.claim())
    await attempts.dispatcher.after_round()
    for _ in range(2):
        assert await sqlite.write(lambda tx: record_outcome(tx, broadcast_id, unauthorized)) == ""
    await attempts.dispatcher.stop()
