"""Deliveries that are not wanted any more at the last moment before their request."""

from collections.abc import Awaitable, Callable

import pytest

from bot.broadcasts.post import Outcome, OutcomeKind
from storage import Database, WriteTransaction
from storage.states import DeliveryAction, DeliveryState
from tests.bot.broadcasts.scripted_sender import GONE, SENT, UNREADABLE, ScriptedSender
from tests.bot.broadcasts.single_attempts import Attempts, add_sending
from tests.conftest import FakeClock

ACTIONS = [DeliveryAction.EDIT, DeliveryAction.RECALL]


async def test_a_stop_cancels_what_was_not_sent(sqlite: Database, clock: FakeClock) -> None:
    broadcast_id, attempts = await add_sending(sqlite), Attempts(sqlite, clock, ScriptedSender(clock))
    delivery = await attempts.claim()
    await attempts.stop_broadcast(broadcast_id)
    row = await attempts.run(delivery)
    assert (row.state, row.error, row.lease_owner) == (DeliveryState.CANCELLED, "stopped before it was sent", None)
    assert attempts.sender.names == []


@pytest.mark.parametrize(
    ("found", "state", "message_id"),
    [
        (UNREADABLE, DeliveryState.UNKNOWN, None),
        (GONE, DeliveryState.CANCELLED, None),
        (SENT, DeliveryState.SENT, 99),
        (Outcome(OutcomeKind.REFUSED, error="the channel no longer exists"), DeliveryState.REFUSED, None),
    ],
    ids=["unreadable", "missing", "found", "channel gone"],
)
@pytest.mark.parametrize("recovered", [True, False])
async def test_a_stop_while_in_doubt_cancels_only_what_certainly_did_not_arrive(
    sqlite: Database, clock: FakeClock, found: Outcome, state: DeliveryState, message_id: int | None, *, recovered: bool
) -> None:
    """A post that may be in the channel is never reported as cancelled."""
    broadcast_id = await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, finds=(found,)))
    delivery = await (attempts.claim() if recovered else attempts.claim_in_doubt())
    await attempts.stop_broadcast(broadcast_id)
    row = await attempts.run(delivery, recovered=recovered)
    assert (row.state, row.message_id) == (state, message_id)
    assert attempts.sender.names == ["find"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("recovered", [True, False])
async def test_a_stop_while_changing_or_recalling_leaves_the_post(
    sqlite: Database, clock: FakeClock, action: DeliveryAction, *, recovered: bool
) -> None:
    """What was not changed or recalled yet is still posted, and says so."""
    broadcast_id, attempts = await add_sending(sqlite), Attempts(sqlite, clock, ScriptedSender(clock))
    delivery = await attempts.claim_posted(action)
    await attempts.stop_broadcast(broadcast_id)
    row = await attempts.run(delivery, recovered=recovered)
    assert (row.state, row.message_id) == (DeliveryState.SENT, 7)
    assert attempts.sender.names == []


@pytest.mark.parametrize("is_in_doubt", [True, False])
async def test_a_process_that_stops_puts_back_what_it_had_not_begun(
    sqlite: Database, clock: FakeClock, *, is_in_doubt: bool
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, finds=(UNREADABLE,)))
    delivery = await (attempts.claim_in_doubt() if is_in_doubt else attempts.claim())
    attempts.dispatcher.jobs.begin_stop()
    row = await attempts.run(delivery)
    assert (row.state, row.attempts) == (DeliveryState.READY, delivery.attempts - 1)
    assert row.attempted_at == (delivery.attempted_at if is_in_doubt else None)
    assert "send" not in attempts.sender.names


OBSTACLES: dict[str, Callable[[WriteTransaction], Awaitable[object]]] = {
    "the subscription has ended in the meantime (left)": lambda tx: tx.subscriptions.end(1, "left"),
    "the server has chosen another channel in the meantime": lambda tx: tx.subscriptions.join(
        guild_id=1, guild_name="Guild 1", channel_id=8, channel_name="d", role_id=None, member_id=None
    ),
}


@pytest.mark.parametrize("why", OBSTACLES)
@pytest.mark.parametrize("is_in_doubt", [True, False])
async def test_a_server_that_has_changed_its_mind_gets_no_post(
    sqlite: Database, clock: FakeClock, why: str, *, is_in_doubt: bool
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, finds=(UNREADABLE,)))
    delivery = await (attempts.claim_in_doubt() if is_in_doubt else attempts.claim())
    await sqlite.write(OBSTACLES[why])
    row = await attempts.run(delivery)
    assert (row.state, row.error) == (DeliveryState.UNKNOWN if is_in_doubt else DeliveryState.REFUSED, why)
    assert "send" not in attempts.sender.names


@pytest.mark.parametrize("action", ACTIONS)
async def test_posts_in_servers_that_have_left_are_still_changed_and_recalled(
    sqlite: Database, clock: FakeClock, action: DeliveryAction
) -> None:
    await add_sending(sqlite)
    attempts = Attempts(sqlite, clock, ScriptedSender(clock, Outcome(OutcomeKind.SENT)))
    delivery = await attempts.claim_posted(action)
    await sqlite.write(lambda tx: tx.subscriptions.end(1, "left"))
    row = await attempts.run(delivery)
    assert attempts.sender.names == [action.value]
    assert row.state is (DeliveryState.RECALLED if action is DeliveryAction.RECALL else DeliveryState.SENT)
