"""How values are formatted for display."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.views.formatting import (
    escape_text,
    fit_lines,
    format_cost,
    format_count,
    format_dollars,
    format_duration_range,
    progress_bar,
    shorten,
)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [("a  b\n c", 10, "a b c"), ("abcdefgh", 8, "abcdefgh"), ("abcdefghi", 8, "abcdefg…"), ("abc defghi", 5, "abc…")],
)
def test_text_is_shortened_to_one_line(text: str, limit: int, shown: str) -> None:
    """Whitespace collapses, and an ellipsis replaces what does not fit."""
    assert shorten(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* `code`", r"\*bold\* \`code\`"),
        ("ebook_001", "ebook_001"),
        ("_italic_", r"\_italic\_"),
        ("# heading", r"\# heading"),
        ("1. list", r"1\. list"),
        ("[text](link)", r"\[text\](link)"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    """Discord shows the characters themselves."""
    assert escape_text(text) == shown


@pytest.mark.parametrize("character", list("\\*`~|<>[]_"))
def test_every_character_of_markup_is_escaped(character: str) -> None:
    """Each gets a backslash wherever it stands; an underscore between letters has no effect and stays as it is."""
    assert escape_text(f"{character}a b{character} {character}") == f"\\{character}a b\\{character} \\{character}"
    inside = character if character == "_" else f"\\{character}"
    assert escape_text(f"a{character}b") == f"a{inside}b"


@pytest.mark.parametrize("begin", ["#", "##", "###", "-#", "-"])
def test_markup_at_the_beginning_is_escaped(begin: str) -> None:
    """Headings, small text and lists begin a line; the same characters elsewhere are left alone."""
    assert escape_text(f"{begin} a") == f"\\{begin} a"
    assert escape_text(f"a {begin} a") == f"a {begin} a"


@pytest.mark.parametrize(
    "text",
    ["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "</script:1>", "<t:1:R>", "<:fox:1>", "a@everyone@here"],
)
def test_mentions_are_broken(text: str) -> None:
    """A mention in a text of a user mentions nobody, and no channel, command or time is put into it."""
    assert not re.search(r"@(everyone|here)|(?<!\\)<|(?<!\\)>", escape_text(text))


@given(st.text(max_size=300), st.integers(min_value=5, max_value=80))
def test_escaped_text_keeps_to_its_limit(text: str, limit: int) -> None:
    """The escapes count."""
    assert len(escape_text(text, limit)) <= limit


def test_lines_that_do_not_fit_are_counted() -> None:
    """The last line says how many were left out."""
    assert fit_lines(["one", "two"], 100) == ["one", "two"]
    assert fit_lines(["x" * 20] * 5, 70) == ["x" * 20, "x" * 20, "-# and 3 more"]


@pytest.mark.parametrize(
    ("micros", "shown"), [(0, "$0.00"), (4_200, "$0.0042"), (40_000, "$0.04"), (1_500_000, "$1.50")]
)
def test_money_is_shown_exactly_below_a_cent(micros: int, shown: str) -> None:
    """Two decimals, or four below a cent."""
    assert format_dollars(micros) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"), [(40, 55, "40–55 s"), (840, 960, "14–16 min"), (95, 100, "2 min"), (30, 95, "0–2 min")]
)
def test_a_duration_is_a_range(low: int, high: int, shown: str) -> None:
    """Seconds below a minute and a half, minutes above; equal ends are one number."""
    assert format_duration_range(low, high) == shown


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [(0, 5, "▱▱▱▱▱▱▱▱▱▱"), (1, 100, "▰▱▱▱▱▱▱▱▱▱"), (1, 2, "▰▰▰▰▰▱▱▱▱▱"), (9, 5, "▰▰▰▰▰▰▰▰▰▰"), (1, 0, "▰▱▱▱▱▱▱▱▱▱")],
)
def test_a_progress_bar_shows_that_something_is_done(done: float, total: float, shown: str) -> None:
    """At least one cell is full as soon as anything is done."""
    assert progress_bar(done, total) == shown


def test_a_number_has_its_noun() -> None:
    """Singular for one, plural for everything else."""
    assert format_count(1, "channel") == "1 channel"
    assert format_count(4_200, "channel") == "4,200 channels"
    assert format_count(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("most", "unknown", "text"),
    [(40_000, 0, "$0.04"), (130_000, 130_000, "up to $0.13"), (130_000, 90_000, "$0.04, up to $0.13"), (0, 0, "$0.00")],
)
def test_an_unknown_cost_is_an_upper_limit(most: int, unknown: int, text: str) -> None:
    """What was counted is told apart from what a lost answer may have cost."""
    assert format_cost(most, unknown) == text


@pytest.mark.parametrize("text", ["שועל הלילה", "ثعلب الليل (١)", "The שועל"])
def test_right_to_left_text_is_isolated(text: str) -> None:
    """A full stop or a count after it stays on its right side; the isolation counts towards the limit."""
    assert escape_text(text) == f"\u2068{text}\u2069"
    assert len(escape_text(text * 20, 30)) <= 30
    assert escape_text(text * 20, 30).endswith("…\u2069")


@pytest.mark.parametrize("text", ["The Fox", "夜の狐", "Лиса", ""])
def test_other_text_is_not_isolated(text: str) -> None:
    """Nothing invisible is added where it is not needed."""
    assert escape_text(text) == text
