"""What a select sends is read strictly, since anybody can make up an interaction."""

from typing import Any

import pytest

from bot.errors import StateError
from bot.progress.scope import Period
from cogs.views.base import read_chosen_key, read_chosen_member, read_chosen_number
from cogs.views.reader_menus import CueSelect, SceneSelect, SpeakerSelect
from cogs.views.take_list import TakeListSelect
from tests.cogs.interactions.people import make_interaction
from tests.cogs.views.test_persistent_items import CUSTOM_IDS


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


@pytest.mark.parametrize("values", [[], [""], ["a", "b"], ["x" * 17], ["\0"], ["Ä"], ["audio_scripts"]])
def test_a_made_up_key_is_refused(values: list[str]) -> None:
    """A key is kept in the custom ids of the answer, so that only short plain ones are taken."""
    with pytest.raises(StateError, match="This choice is not in the list"):
        read_chosen_key(values)


@pytest.mark.parametrize("menu", [SceneSelect, SpeakerSelect, CueSelect, TakeListSelect])
async def test_a_menu_of_a_script_refuses_an_empty_choice(menu: Any) -> None:
    """The person reads a sentence instead of the text for errors of ours."""
    custom_id = next(each for each in CUSTOM_IDS if menu.__discord_ui_compiled_template__.fullmatch(each))
    item = menu.from_match(menu.__discord_ui_compiled_template__.fullmatch(custom_id))
    with pytest.raises(StateError, match="This choice is not in the list"):
        await item.handle_interaction(make_interaction("administrator"))


def test_an_offered_choice_is_read() -> None:
    """The value of an option is read as what it stands for."""
    assert read_chosen_number(["12"]) == 12
    assert [read_chosen_key([value]) for value in ("0a1b2c3d", "from:23", "-")] == ["0a1b2c3d", "from:23", "-"]
    assert read_chosen_member(Period, [Period.WEEK.value]) is Period.WEEK
