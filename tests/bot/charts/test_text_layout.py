"""Texts are cleaned, wrapped and shortened so that they fit into the picture."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.canvas import CONTENT_WIDTH, TITLE_TEXT
from bot.charts.text_layout import TextLayout


def wrap_title(text_layout: TextLayout, title: str) -> list[str]:
    """The lines of a title as the picture has them."""
    return text_layout.wrap_text(text_layout.clean_text(title), TITLE_TEXT, CONTENT_WIDTH, max_lines=2, bold=True)


def test_undrawable_characters_become_a_dot(text_layout: TextLayout) -> None:
    """A run of characters that no font has becomes one dot, a title of them alone becomes empty, accents stay single."""
    assert text_layout.clean_text("  Fox 𒀀𒀁 \u202ein\u200d 𒀀\n— 𒀁 ") == "Fox · in · —"
    assert text_layout.clean_text("𒀀") == ""
    assert text_layout.clean_text("e\u0301\u0302\u0303\u0304") == "é\u0302"


@pytest.mark.parametrize("title", ["狐の十三の鐘", "여우", "你好世界 燈籠", "สวัสดี", "नमस्ते", "مرحبا بالعالم", "שלום"])
def test_titles_in_every_writing_system_are_drawable(text_layout: TextLayout, title: str) -> None:
    """The fonts come with the packages, so this does not depend on the system."""
    assert text_layout.clean_text(title) == unicodedata.normalize("NFKC", title)
    assert text_layout.measure_width(title, TITLE_TEXT) > len(title) * TITLE_TEXT / 4


def test_system_fonts_help_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A character that the bundled font lacks is drawable if a known font of the system has it."""
    monkeypatch.setattr("bot.charts.text_layout._SYSTEM_FONTS", ())
    assert TextLayout().clean_text("Fox \u233d Bell") == "Fox · Bell"
    monkeypatch.setattr("bot.charts.text_layout._SYSTEM_FONTS", ("STIXGeneral",))
    assert TextLayout().clean_text("Fox \u233d Bell") == "Fox \u233d Bell"


def test_long_titles_end_in_an_ellipsis(text_layout: TextLayout) -> None:
    """A title takes at most two lines, each within the margins, and an ellipsis stands for what is left out."""
    for title in ("W" * 200, "i" * 500, "The Lantern and the " * 10):
        lines = wrap_title(text_layout, title)
        assert len(lines) == 2
        assert lines[1].endswith("…")
        assert all(text_layout.measure_width(line, TITLE_TEXT, bold=True) <= CONTENT_WIDTH for line in lines)
    assert text_layout.wrap_text("The Fox", TITLE_TEXT, CONTENT_WIDTH, max_lines=2, bold=True) == ["The Fox"]


@settings(max_examples=25, deadline=None, database=None)
@given(title=st.text(max_size=120))
def test_any_title_fits(text_layout: TextLayout, title: str) -> None:
    """Whatever a book is called, its lines fit."""
    lines = wrap_title(text_layout, title)
    assert len(lines) <= 2
    assert all(text_layout.measure_width(line, TITLE_TEXT, bold=True) <= CONTENT_WIDTH for line in lines)
