"""Scripts as Markdown."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports import markdown
from bot.scripts.models import CastMember, Cue, CueKind
from tests.bot.exports.sample_script import SCRIPT, STORED, TEMPLATE


def test_markdown_holds_every_cue_in_order() -> None:
    """The Markdown file numbers every cue, names who speaks, lists cast and sounds, and says how long it runs."""
    text = markdown.render_markdown(STORED, SCRIPT, "The Fox")
    assert re.findall(r"^\*\*(\d)\.", text, re.MULTILINE) == ["1", "2", "3", "4"]
    assert "**4. HANA** *(close)*: You came back. `1:08`" in text
    assert "**3. SFX:** A DOOR CREAKS. `1:05`" in text
    assert "- **HANA**: low, tired" in text
    assert "- [3] A door creaks." in text
    assert "runs 4:00 to 5:00 (estimate)" in text
    assert "chapter 1 · version 2 · draft" in text
    assert "Template" not in text


def test_a_template_says_why_it_is_one() -> None:
    """The file of a template script says that it is one, and why."""
    text = markdown.render_markdown(TEMPLATE, SCRIPT, "The Fox")
    assert "> **Template script.** The \\*quota\\* is used up." in text


def test_markdown_in_texts_is_escaped() -> None:
    """Characters with a meaning in Markdown are shown as themselves."""
    text = markdown.render_markdown(STORED, SCRIPT, "Fear # <b>1</b> [x](https://example.org)")
    assert "# The \\*Midnight\\* Summoning" in text
    assert "THE\\_FOX" in text
    assert "\\[x\\](https://example.org)" in text
    assert "<b>" not in text.replace("\\<b\\>", "")


@given(st.text(max_size=60))
def test_escaping_loses_nothing(text: str) -> None:
    """Escaped text without its backslashes is the text."""
    assert re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", markdown.escape_markdown(text)) == text


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
def test_line_breaks_in_texts_start_no_heading(title: str, spoken: str) -> None:
    """Whatever a cue contains, the file has no headings but its own."""
    cue = Cue(n=1, kind=CueKind.NARRATION, text=spoken, speaker="NARRATOR")
    script = SCRIPT.model_copy(update={"cues": (cue,), "title": f"x{title}"})
    headings = [
        line for line in markdown.render_markdown(STORED, script, "The Fox").split("\n") if line.startswith("#")
    ]
    assert headings[1:] == ["## Cast", "## Script"]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (4.4, "0:04"), (59.6, "1:00"), (247, "4:07"), (3600, "60:00")]
)
def test_times_are_shown_as_minutes_and_seconds(seconds: float, shown: str) -> None:
    """Times are minutes and seconds, rounded."""
    assert markdown.format_clock(seconds) == shown


SPECIAL = "\\`*_[]<>#|~"
"""What Markdown, as Discord and GitHub read it, would interpret."""


@pytest.mark.parametrize("character", SPECIAL)
def test_each_special_character_is_escaped(character: str) -> None:
    """A backslash stands before the character, wherever and however often it occurs."""
    assert markdown.escape_markdown(f"{character}a{character}") == f"\\{character}a\\{character}"


@pytest.mark.parametrize("character", "()!-.:'\"+=&@")
def test_other_characters_stay(character: str) -> None:
    """Nothing else gets a backslash."""
    assert markdown.escape_markdown(f"a{character}b") == f"a{character}b"


@pytest.mark.parametrize("character", SPECIAL)
def test_every_text_of_a_script_is_escaped(character: str) -> None:
    """Title, book, logline, the cast's names and voices, speakers, directions, texts and the reason: each is escaped."""
    counter = iter(range(100))

    def make_text() -> str:
        return f"W{next(counter)}{character}X"

    script = SCRIPT.model_copy(
        update={
            "title": make_text(),
            "logline": make_text(),
            "cast": (CastMember(name=make_text(), voice=make_text()),),
            "cues": tuple(
                Cue(n=number, kind=kind, text=make_text(), speaker=make_text(), direction=make_text())
                for number, kind in enumerate(CueKind, start=1)
            ),
        }
    )
    stored = replace(TEMPLATE, error=make_text())
    text = markdown.render_markdown(stored, script, make_text())
    assert re.findall(rf"W\d+{re.escape(character)}X", text) == []
    shown = set(re.findall(rf"W(\d+)\\{re.escape(character)}X", text))
    silent = {cue.speaker for cue in script.cues if not cue.kind.is_spoken}
    assert shown == {str(number) for number in range(next(counter))} - {
        re.split(r"\D", speaker[1:])[0] for speaker in silent
    }
