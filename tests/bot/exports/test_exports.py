"""Scripts as files that somebody takes home."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports import markdown, script_json
from bot.exports.files import build_file_name
from bot.scripts.models import CastMember, Cue, CueKind, RunningTime, Script
from storage.states import ScriptState
from storage.stores.scripts import StoredScript

SCRIPT = Script(
    title="The *Midnight* Summoning",
    logline="A bell too many.",
    cast=(CastMember(name="HANA", voice="low, tired"), CastMember(name="THE_FOX")),
    cues=(
        Cue(n=1, kind=CueKind.MUSIC, text="A drone.", direction="under", start=0, seconds=4),
        Cue(n=2, kind=CueKind.NARRATION, text="The lantern guttered.", speaker="NARRATOR", start=4, seconds=61.4),
        Cue(n=3, kind=CueKind.SFX, text="A door creaks.", start=65.4, seconds=3),
        Cue(
            n=4, kind=CueKind.DIALOGUE, text="You came back.", speaker="HANA", direction="close", start=68.4, seconds=2
        ),
    ),
    running_time=RunningTime(low=240, high=300),
)
STORED = StoredScript(
    seq=1,
    id="audio_scripts_0123456789abcdef",
    state=ScriptState.DRAFT,
    ebook_id="ebook_001",
    chapter_number=1,
    version=2,
    title="The Midnight Summoning",
    theme="fox-demon horror",
    hook="",
    writer="gemini",
    model="gemini-3.8-flash",
    body=SCRIPT.model_dump_json(),
    error="",
    coverage="",
    tokens=1,
    cost_micros=None,
    seconds=270,
    run_id=None,
    member_id=None,
    link="",
    created_at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
    approved_at=None,
    released_at=None,
)
TEMPLATE = replace(STORED, writer="template", error="The *quota* is used up.")


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


def test_a_template_says_so() -> None:
    """A template script says what it is and why, in both formats."""
    assert "> **Template script.** The \\*quota\\* is used up." in markdown.render_markdown(TEMPLATE, SCRIPT, "The Fox")
    found = script_json.build_document(TEMPLATE, SCRIPT, "The Fox")
    assert (found["writer"], found["error"]) == ("template", "The *quota* is used up.")
    assert "error" not in script_json.build_document(STORED, SCRIPT, "The Fox")


def test_marks_are_shown_and_not_obeyed() -> None:
    """Signs that mean something in Markdown stand in the file as the signs they are."""
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
def test_a_lines_own_breaks_start_no_heading(title: str, spoken: str) -> None:
    """Whatever stands in a cue, the file has just its own headings."""
    cue = Cue(n=1, kind=CueKind.NARRATION, text=spoken, speaker="NARRATOR")
    script = SCRIPT.model_copy(update={"cues": (cue,), "title": f"x{title}"})
    headings = [
        line for line in markdown.render_markdown(STORED, script, "The Fox").split("\n") if line.startswith("#")
    ]
    assert headings[1:] == ["## Cast", "## Script"]


def test_json_has_the_seeds_keys() -> None:
    """The JSON file holds the seed's document with its line formats, and ours behind it."""
    found = json.loads(script_json.build_download(STORED, SCRIPT, "Das Füchslein").content)
    assert list(found)[:8] == [
        "id",
        "title",
        "script",
        "estimated_duration",
        "theme",
        "ebookId",
        "chapterNumber",
        "created_at",
    ]
    assert found["script"] == [
        {"type": "music", "description": "A drone."},
        {"type": "narration", "text": "The lantern guttered.", "timing": "0:04-1:05"},
        {"type": "sfx", "description": "A door creaks."},
        {"type": "dialogue", "character": "HANA", "text": "You came back.", "emotion": "close"},
    ]
    assert found["estimated_duration"] == "4 minutes"
    assert (found["id"], found["ebookId"], found["chapterNumber"]) == (STORED.id, "ebook_001", 1)
    assert (found["schema"], found["version"], found["ebookTitle"]) == ("midnight-myth/script", 1, "Das Füchslein")
    assert datetime.fromisoformat(found["created_at"]) == STORED.created_at


def test_json_can_be_read_back() -> None:
    """From the JSON file the whole script can be made again."""
    found = json.loads(script_json.build_download(STORED, SCRIPT, "The Fox").content)
    keys = ("title", "logline", "cast", "cues", "language", "running_time")
    assert Script.model_validate({key: found[key] for key in keys}) == SCRIPT


def test_a_short_script_lasts_a_minute() -> None:
    """No script is told to last no minutes."""
    short = SCRIPT.model_copy(update={"running_time": RunningTime(low=5, high=9)})
    assert script_json.build_document(STORED, short, "The Fox")["estimated_duration"] == "1 minutes"


def test_both_files_go_by_the_same_name() -> None:
    """A file's name says book, chapter, version and title."""
    names = [
        download(STORED, SCRIPT, "The Fox").name for download in (markdown.build_download, script_json.build_download)
    ]
    assert names == [f"ebook_001-ch1-v2-the-midnight-summoning.{ending}" for ending in ("md", "json")]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c:d", "…", "", "NUL\x00", "CON", "x" * 300, "月の 出"])
def test_odd_names_become_plain_files(name: str) -> None:
    """Whatever a title holds, the file has a short name without any path in it."""
    found = build_file_name(name, ending="md")
    assert re.fullmatch(r"[\w-]{1,80}\.md", found)
    assert "/" not in found


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_name_is_plain(one: str, two: str) -> None:
    """No text at all makes a file's name that a system could stumble over."""
    assert re.fullmatch(r"[\w-]{1,80}\.json", build_file_name(one, two, ending="json"))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (4.4, "0:04"), (59.6, "1:00"), (247, "4:07"), (3600, "60:00")]
)
def test_times_are_shown_as_minutes_and_seconds(seconds: float, shown: str) -> None:
    """Times stand as minutes and seconds, rounded."""
    assert markdown.format_clock(seconds) == shown
