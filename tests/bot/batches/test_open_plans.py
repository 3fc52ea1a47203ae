"""Plans that wait for their confirmation."""

import pytest

from bot.batches.open_plans import OpenPlans
from bot.batches.plan import BatchOptions
from bot.errors import StateError


def test_a_plan_is_confirmed_once() -> None:
    """The second press on the same plan, or one after a restart, starts nothing and says what to do."""
    plans = OpenPlans()
    token = plans.add(BatchOptions(ebook="the-lantern"))
    assert plans.take(token).ebook == "the-lantern"
    with pytest.raises(StateError, match="no longer open"):
        plans.take(token)
    with pytest.raises(StateError, match="no longer open"):
        OpenPlans().take(token)


def test_the_oldest_of_very_many_plans_is_dropped() -> None:
    """Plans that nobody answers do not fill the memory."""
    plans = OpenPlans()
    tokens = [plans.add(BatchOptions(ebook=str(number))) for number in range(101)]
    with pytest.raises(StateError):
        plans.take(tokens[0])
    assert plans.take(tokens[1]).ebook == "1"
