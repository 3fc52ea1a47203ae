"""Decoding one value in the middle of a text."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.legacy import json_decoder
from bot.legacy.json_decoder import Decoder

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def decode_with_library(text: str, start: int) -> tuple[str, Any]:
    """What the standard library says of the whole text: the value and its end, or the error and its position."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        return "error", (error.msg, error.pos - start)
    return "value", (repr(value), end)


def decode_in_windows(text: str, start: int) -> tuple[str, Any]:
    """The same from our decoder."""
    try:
        value, end = Decoder(text).decode_at(start)
    except json.JSONDecodeError as error:
        return "error", (error.msg, error.pos)
    return "value", (repr(value), end)


@pytest.fixture(autouse=True, scope="module")
def small_window() -> Any:
    """A first window of one token, so that every value is cut by several windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_decoder, "_FIRST_WINDOW", json_decoder._LONGEST_TOKEN)
        yield


@settings(max_examples=300, deadline=None)
@given(VALUES, st.booleans(), st.text(alphabet=' ,]}"1\\u{', max_size=8), st.data())
def test_windows_do_not_change_the_result(value: Any, ascii_only: bool, suffix: str, data: st.DataObject) -> None:
    """A value that is decoded in windows, intact or damaged, has the same result as on the whole text."""
    text = "[1, " + json.dumps(value, ensure_ascii=ascii_only) + suffix + " " * 40
    hole = data.draw(st.integers(4, len(text) - 1))
    for variant in (text, text[:hole] + text[hole + 1 :], text[:hole]):
        assert decode_in_windows(variant, 4) == decode_with_library(variant, 4)
