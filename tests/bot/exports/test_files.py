"""File names of exports."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports.files import build_file_name


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c:d", "…", "", "NUL\x00", "CON", "x" * 300, "月の 出"])
def test_odd_titles_become_plain_file_names(name: str) -> None:
    """Whatever a title contains, the file name is short and has no path in it."""
    file_name = build_file_name(name, ending="md")
    assert re.fullmatch(r"[\w-]{1,80}\.md", file_name)
    assert "/" not in file_name


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_file_name_is_plain(one: str, two: str) -> None:
    """Any text becomes a file name that is valid on every system."""
    assert re.fullmatch(r"[\w-]{1,80}\.json", build_file_name(one, two, ending="json"))
