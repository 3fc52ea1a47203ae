"""Scripts as JSON."""

import json
from datetime import datetime

import pytest

from bot.exports import markdown, script_json
from bot.scripts.models import RunningTime, Script
from tests.bot.exports.sample_script import SCRIPT, STORED, TEMPLATE, build_sample_sheet


def test_only_a_template_has_an_error() -> None:
    """The document of a template script says why it is one; that of another script has no such key."""
    document = script_json.build_document(TEMPLATE, SCRIPT, "The Fox")
    assert (document["writer"], document["error"]) == ("template", "The *quota* is used up.")
    assert "error" not in script_json.build_document(STORED, SCRIPT, "The Fox")


def test_json_has_the_seeds_keys() -> None:
    """The document has the seed's keys and line formats first, then ours."""
    document = json.loads(script_json.build_download(build_sample_sheet(ebook_title="Das Füchslein")).content)
    assert list(document)[:8] == [
        "id",
        "title",
        "script",
        "estimated_duration",
        "theme",
        "ebookId",
        "chapterNumber",
        "created_at",
    ]
    assert document["script"] == [
        {"type": "music", "description": "A drone."},
        {"type": "narration", "text": "The lantern guttered.", "timing": "0:04-1:05"},
        {"type": "sfx", "description": "A door creaks."},
        {"type": "dialogue", "character": "HANA", "text": "You came back.", "emotion": "close"},
    ]
    assert document["estimated_duration"] == "4 minutes"
    assert (document["id"], document["ebookId"], document["chapterNumber"]) == (STORED.id, "ebook_001", 1)
    assert (document["schema"], document["version"], document["ebookTitle"]) == (
        "midnight-myth/script",
        1,
        "Das Füchslein",
    )
    assert datetime.fromisoformat(document["created_at"]) == STORED.created_at


def test_json_can_be_read_back() -> None:
    """The whole script can be rebuilt from the document."""
    document = json.loads(script_json.build_download(build_sample_sheet(ebook_title="The Fox")).content)
    keys = ("title", "logline", "cast", "cues", "language", "running_time")
    assert Script.model_validate({key: document[key] for key in keys}) == SCRIPT


@pytest.mark.parametrize(
    ("low", "high", "duration"), [(5, 9, "1 minutes"), (199, 219, "3 minutes"), (200, 220, "4 minutes")]
)
def test_the_estimated_duration_is_the_middle_in_whole_minutes(low: int, high: int, duration: str) -> None:
    """It is rounded, and never less than a minute."""
    timed = SCRIPT.model_copy(update={"running_time": RunningTime(low=low, high=high)})
    assert script_json.build_document(STORED, timed, "The Fox")["estimated_duration"] == duration


def test_people_can_read_the_file_in_an_editor() -> None:
    """Letters are not escaped, and each key has an indented line of its own."""
    lines = script_json.build_download(build_sample_sheet(ebook_title="Das Füchslein")).content.decode().splitlines()
    assert lines[:2] == ["{", f'  "id": "{STORED.id}",']
    assert '  "ebookTitle": "Das Füchslein",' in lines


def test_both_formats_have_the_same_file_name() -> None:
    """The file name consists of book, chapter, version and title."""
    names = [download(build_sample_sheet()).name for download in (markdown.build_download, script_json.build_download)]
    assert names == [f"ebook_001-ch1-v2-the-midnight-summoning.{ending}" for ending in ("md", "json")]
