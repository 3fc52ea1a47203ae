"""A script that the tests of exports share."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.exports.sheet import ScriptSheet, build_sheet
from bot.scripts.models import CastMember, Cue, CueKind, RunningTime, Script
from storage.states import ScriptState
from storage.stores.ebooks import Ebook
from storage.stores.scripts import StoredScript

SCRIPT = Script(
    title="The *Midnight* Summoning",
    logline="A bell too many.",
    cast=(CastMember(name="HANA", voice="low, tired"), CastMember(name="THE_FOX")),
    cues=(
        Cue(id="cue1", n=1, kind=CueKind.MUSIC, text="A drone.", direction="under", start=0, seconds=4),
        Cue(
            id="cue2",
            n=2,
            kind=CueKind.NARRATION,
            text="The lantern guttered.",
            speaker="NARRATOR",
            start=4,
            seconds=61.4,
        ),
        Cue(id="cue3", n=3, kind=CueKind.SFX, text="A door creaks.", start=65.4, seconds=3),
        Cue(
            id="cue4",
            n=4,
            kind=CueKind.DIALOGUE,
            text="You came back.",
            speaker="HANA",
            direction="close",
            start=68.4,
            seconds=2,
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
    approved_by=None,
    released_at=None,
)


TEMPLATE = replace(STORED, writer="template", error="The *quota* is used up.")


def build_sample_sheet(
    stored: StoredScript = STORED, script: Script = SCRIPT, ebook_title: str = "The Fox"
) -> ScriptSheet:
    """The sheet of a script of a book with this title."""
    ebook = Ebook(stored.ebook_id, ebook_title, "", "", stored.created_at)
    return build_sheet(stored, script, ebook=ebook)
