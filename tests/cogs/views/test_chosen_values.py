"""What a select sends is read strictly, since anybody can make up an interaction."""

import pytest

from bot.errors import StateError
from bot.progress.scope import Period
from cogs.views.base import read_chosen_member, read_chosen_number


@pytest.mark.parametrize("values", [[], ["a"], ["-1"], [""], ["²"], ["123456"], ["1", "2"]])
def test_a_made_up_number_is_refused(values: list[str]) -> None:
    """Only the digits of an option are taken for a number; anything else gets a sentence."""
    with pytest.raises(StateError, match="This choice is not in the list"):
        read_chosen_number(values)


@pytest.mark.parametrize("values", [[], ["eternity"], [""], [Period.WEEK.value, Period.WEEK.value]])
def test_a_made_up_choice_is_refused(values: list[str]) -> None:
    """Only a value that the list offers is taken; anything else gets a sentence."""
    with pytest.raises(StateError, match="This choice is not in the list"):
        read_chosen_member(Period, values)


def test_an_offered_choice_is_read() -> None:
    """The value of an option is read as what it stands for."""
    assert read_chosen_number(["12"]) == 12
    assert read_chosen_member(Period, [Period.WEEK.value]) is Period.WEEK
