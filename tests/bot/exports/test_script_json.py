"""Scripts as JSON."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ebooks.series_bible import LexiconWord
from bot.exports import markdown, script_json
from bot.exports.script_document import SCHEMA_VERSION, ScriptDocument, build_json_schema
from bot.legacy.script_conversion import convert_document
from bot.scripts.models import (
    CastMember,
    Cue,
    CueKind,
    Cut,
    Repair,
    RunningTime,
    Scene,
    Script,
    ScriptMode,
)
from storage.states import TakeVerdict
from storage.stores.takes import Take
from tests.bot.exports.hostile_texts import HOSTILE_TEXTS
from tests.bot.exports.sample_script import SCRIPT, STORED, TEMPLATE, build_full_sheet, build_sample_sheet


def test_only_a_template_has_an_error() -> None:
    """The document of a template script says why it is one; that of another script has no such key."""
    document = script_json.build_document(TEMPLATE, SCRIPT, "The Fox")
    assert (document["writer"], document["error"]) == ("template", TEMPLATE.error)
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
        2,
        "Das Füchslein",
    )
    assert datetime.fromisoformat(document["created_at"]) == STORED.created_at


TEXT = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(HOSTILE_TEXTS)
CUES = st.builds(
    Cue,
    n=st.integers(1, 10_000),
    kind=st.sampled_from(CueKind),
    text=TEXT,
    speaker=TEXT,
    direction=TEXT,
    start=st.floats(0, 1e6),
    seconds=st.floats(0, 1e4),
    spans=st.none() | st.tuples(st.integers(1, 99), st.integers(1, 99)),
    id=st.text("0123456789abcdef", min_size=1, max_size=8),
    scene=st.integers(0, 9),
    is_altered=st.booleans(),
    fixed_seconds=st.none() | st.floats(0, 1e4),
)
SCRIPTS = st.builds(
    Script,
    title=TEXT,
    logline=TEXT,
    cast=st.lists(st.builds(CastMember, name=TEXT, voice=TEXT), max_size=2).map(tuple),
    cues=st.lists(CUES, max_size=3).map(tuple),
    language=TEXT,
    running_time=st.builds(RunningTime, low=st.integers(0, 9_999), high=st.integers(0, 9_999)),
    mode=st.sampled_from(ScriptMode),
    cuts=st.lists(st.builds(Cut), max_size=2).map(tuple),
    repairs=st.lists(st.builds(Repair), max_size=2).map(tuple),
    accepted=st.lists(TEXT, max_size=2).map(tuple),
    scenes=st.lists(st.builds(Scene, place=TEXT, time=TEXT, present=st.lists(TEXT).map(tuple)), max_size=2).map(tuple),
)


@given(SCRIPTS)
def test_json_is_read_back_without_loss(script: Script) -> None:
    """The script that is read from the file is the one that was written, to the last character and number."""
    download = script_json.build_download(build_sample_sheet(script=script))
    assert script_json.read_document(download.content) == script


def test_json_has_what_is_known_besides_the_script() -> None:
    """Author, edit, parent, the lexicon's words and the takes stand in the file."""
    moment = STORED.created_at
    take = Take(
        id="t", script_id=STORED.id, ebook_id="ebook_001", chapter_number=1, cue_id="cue4", number=2,
        verdict=TakeVerdict.PICKUP, note="Plane.", spoken_digest="d", member_id="m", created_at=moment,
    )  # fmt: skip
    stored = replace(STORED, parent_id="audio_scripts_00000000000000ff", notes="Slower.")
    sheet = replace(
        build_sample_sheet(stored),
        author="Mori Ōgai",
        edit=3,
        takes=(take,),
        lexicon=(LexiconWord(spelling="lantern", pronunciation="LAN-tern"),),
    )
    document = json.loads(script_json.build_download(sheet).content)
    keys = ("author", "edit", "parentId", "notes", "draftedAt", "mode", "lexicon", "takes")
    assert {key: document[key] for key in keys} == {
        "author": "Mori Ōgai",
        "edit": 3,
        "parentId": "audio_scripts_00000000000000ff",
        "notes": "Slower.",
        "draftedAt": "2026-11-22T20:00:00+00:00",
        "mode": "adapted",
        "lexicon": [{"spelling": "lantern", "pronunciation": "LAN-tern"}],
        "takes": [
            {
                "cueId": "cue4",
                "scriptId": STORED.id,
                "number": 2,
                "verdict": "pickup",
                "note": "Plane.",
                "createdAt": "2026-11-22T20:00:00+00:00",
            }
        ],
    }
    assert ScriptDocument.model_validate(document).to_json() == document


def test_a_document_of_the_first_version_is_read() -> None:
    """Files from before there were scenes and cue ids are still read; their cues get ids."""
    document = script_json.build_document(STORED, SCRIPT, "The Fox") | {"version": 1}
    for key in ("scenes", "mode", "cuts", "repairs", "accepted"):
        del document[key]
    for cue in document["cues"]:
        for key in ("id", "scene", "is_altered"):
            del cue[key]
    script = script_json.read_document(json.dumps(document))
    assert [cue.id for cue in script.cues] == ["00000001", "00000002", "00000003", "00000004"]
    assert [cue.text for cue in script.cues] == [cue.text for cue in SCRIPT.cues]


@pytest.mark.parametrize("text", ["[]", "{}", "x", '{"schema": 1}'])
def test_other_documents_are_refused(text: str) -> None:
    """What is not ours, or of a later version of the schema, is no script."""
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's and pydantic's errors are such, too
        script_json.read_document(text)


def test_a_document_of_a_later_version_is_refused() -> None:
    """It may hold what this version would misread."""
    document = script_json.build_document(STORED, SCRIPT, "The Fox")
    assert script_json.read_document(json.dumps(document)) == SCRIPT
    with pytest.raises(ValueError, match="no script document of a known version"):
        script_json.read_document(json.dumps(document | {"version": SCHEMA_VERSION + 1}))


def test_the_published_schema_is_that_of_the_document() -> None:
    """``docs/script.schema.json`` is what the model says; ``docs/script-json.md`` names the command that writes it."""
    published = Path(__file__).parents[3] / "docs" / "script.schema.json"
    assert published.read_text(encoding="utf-8") == build_json_schema()


@pytest.mark.parametrize("template", [False, True])
def test_the_seed_has_the_predecessors_keys_alone(template: bool) -> None:
    """Exactly what the predecessor wrote, so that its readers find nothing that they do not know."""
    sheet = build_sample_sheet(TEMPLATE if template else STORED)
    download = script_json.build_seed_download(sheet)
    document = json.loads(download.content)
    full = json.loads(script_json.build_download(sheet).content)
    assert download.name == "ebook_001-ch1-v2-the-midnight-summoning-seed.json"
    keys = ["id", "title", "script", "estimated_duration", "theme", "ebookId", "chapterNumber", "created_at"]
    assert list(document) == [*keys, *(["error"] if template else [])]
    assert document == {key: full[key] for key in document}


def test_the_importer_reads_our_document_back_with_its_scenes() -> None:
    """Nothing of the script is lost between two studios."""
    script = build_full_sheet("A", "B", mode=ScriptMode.FAITHFUL, accepted=("key",)).script
    converted = convert_document(script_json.build_document(STORED, script, "The Fox"))
    assert converted is not None
    assert converted.script == script


def test_the_importer_reads_the_seed_back() -> None:
    """The lines become cues of the same kinds with the same speakers, directions and words."""
    converted = convert_document(json.loads(script_json.build_seed_download(build_sample_sheet()).content))
    assert converted is not None
    assert [(cue.kind, cue.speaker, cue.text) for cue in converted.script.cues] == [
        (cue.kind, cue.speaker, cue.text) for cue in SCRIPT.cues
    ]
    assert (converted.ebook_id, converted.chapter_number, converted.script.title) == ("ebook_001", 1, SCRIPT.title)


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
