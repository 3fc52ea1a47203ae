"""The state that follows from the outcome of an attempt."""

import pytest

from bot.broadcasts.outcomes import MAX_ATTEMPTS, NextState, next_state
from bot.broadcasts.post import Outcome, OutcomeKind
from storage.states import DeliveryAction, DeliveryState
from storage.stores.delivery_values import Delivery
from tests.conftest import FakeClock


def make_delivery(clock: FakeClock, action: DeliveryAction = DeliveryAction.POST, attempts: int = 1) -> Delivery:
    """A delivery that is being sent, in its given attempt."""
    return Delivery(
        id="0123456789abcdef",
        broadcast_id="notifications_0",
        state=DeliveryState.SENDING,
        action=action,
        referral="",
        sent_at=None,
        subscription_id=None,
        guild_id=1,
        guild_name="Guild",
        channel_id=2,
        channel_name="lore",
        role_id=None,
        message_id=None,
        attempts=attempts,
        due_at=clock.now,
        attempted_at=clock.now,
        lease_owner="sender",
        lease_token=1,
        lease_until=clock.now,
        error="",
        updated_at=clock.now,
    )


@pytest.mark.parametrize(
    ("kind", "action", "state"),
    [
        (OutcomeKind.SENT, DeliveryAction.POST, DeliveryState.SENT),
        (OutcomeKind.SENT, DeliveryAction.EDIT, DeliveryState.SENT),
        (OutcomeKind.SENT, DeliveryAction.RECALL, DeliveryState.RECALLED),
        (OutcomeKind.REFUSED, DeliveryAction.POST, DeliveryState.REFUSED),
        (OutcomeKind.UNKNOWN, DeliveryAction.POST, DeliveryState.UNKNOWN),
    ],
)
def test_final_outcomes(clock: FakeClock, kind: OutcomeKind, action: DeliveryAction, state: DeliveryState) -> None:
    """A confirmation, a refusal and a permanent doubt lead to a final state at once."""
    assert next_state(make_delivery(clock, action), Outcome(kind)) == NextState(state)


def test_a_pause_is_as_long_as_discord_says(clock: FakeClock) -> None:
    """A pause makes the delivery wait for the time that Discord named, in whatever attempt."""
    outcome = Outcome(OutcomeKind.PAUSE, pause_seconds=90.0)
    for attempts in (1, MAX_ATTEMPTS, MAX_ATTEMPTS + 1):
        assert next_state(make_delivery(clock, attempts=attempts), outcome) == NextState(DeliveryState.READY, 90.0)


def test_retries_wait_longer_each_time(clock: FakeClock) -> None:
    """The wait grows with every attempt until the last one."""
    steps = [next_state(make_delivery(clock, attempts=n), Outcome(OutcomeKind.RETRY)) for n in range(1, MAX_ATTEMPTS)]
    waits = [step.retry_after or 0.0 for step in steps]
    assert waits == sorted(set(waits))
    assert {step.state for step in steps} == {DeliveryState.READY}


@pytest.mark.parametrize(
    ("kind", "uncertain", "action", "state"),
    [
        (OutcomeKind.RETRY, False, DeliveryAction.POST, DeliveryState.FAILED),
        (OutcomeKind.RETRY, True, DeliveryAction.POST, DeliveryState.UNKNOWN),
        (OutcomeKind.UNSURE, False, DeliveryAction.POST, DeliveryState.UNKNOWN),
        (OutcomeKind.UNSURE, False, DeliveryAction.EDIT, DeliveryState.FAILED),
    ],
)
def test_the_last_attempt(
    clock: FakeClock, kind: OutcomeKind, action: DeliveryAction, state: DeliveryState, *, uncertain: bool
) -> None:
    """After the last attempt a post that may have arrived is unknown; everything else has failed."""
    delivery = make_delivery(clock, action, MAX_ATTEMPTS)
    assert next_state(delivery, Outcome(kind), uncertain=uncertain) == NextState(state)
