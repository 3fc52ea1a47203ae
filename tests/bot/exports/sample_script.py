"""A script that the tests of exports share."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any

from bot.ebooks.series_bible import LexiconWord
from bot.exports.sheet import ScriptSheet, build_sheet
from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, RunningTime, Scene, Script
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


TEMPLATE = replace(STORED, writer="template", error="The *quota* is used up. Ask your operator.")


def build_sample_sheet(
    stored: StoredScript = STORED, script: Script = SCRIPT, ebook_title: str = "The Fox"
) -> ScriptSheet:
    """The sheet of a script of a book with this title."""
    ebook = Ebook(stored.ebook_id, ebook_title, "", "", stored.created_at)
    return build_sheet(stored, script, ebook=ebook)


def build_full_sheet(*texts: str, language: str = "en", **changes: Any) -> ScriptSheet:
    """The sheet of a script in two scenes with every kind of cue, in which every text that a person may see is one of these.

    ``changes`` are fields of the script.
    """
    supply = cycle(texts or ("Plain words.",))
    cues: list[Cue] = []
    for kind in (CueKind.MUSIC, CueKind.NARRATION, CueKind.SFX, CueKind.DIALOGUE, CueKind.DIALOGUE):
        speaker = next(supply) if kind is CueKind.DIALOGUE else "NARRATOR" if kind is CueKind.NARRATION else ""
        cues.append(
            Cue(n=0, kind=kind, text=next(supply), speaker=speaker, direction=next(supply), scene=1 + len(cues) // 3)
        )
    names = dict.fromkeys(cue.speaker for cue in cues if cue.speaker)
    script = Script(
        title=next(supply),
        logline=next(supply),
        cast=tuple(CastMember(name=name, voice=next(supply)) for name in names),
        cues=tuple(cues),
        language=language,
        running_time=RunningTime(low=0, high=0),
        scenes=tuple(Scene(n=n, place=next(supply), time=next(supply), present=tuple(names)) for n in (1, 2)),
    )
    ids = count(1)
    arranged = arrange(script, cues, lambda: f"cue{next(ids)}").model_copy(update=changes)
    word = LexiconWord(spelling=next(supply), pronunciation=next(supply))
    sheet = build_sheet(
        replace(TEMPLATE, error=next(supply)),
        arranged,
        ebook=Ebook(STORED.ebook_id, next(supply), "", "", STORED.created_at, author=next(supply)),
        edit=3,
    )
    return replace(sheet, lexicon=(word,))
