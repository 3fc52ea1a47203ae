"""The views of takes, with the longest values and the fewest."""

from datetime import UTC, datetime

import pytest

from bot.scripts.cue_lists import arrange
from bot.scripts.models import MAX_CUE_CHARS, Cue, CueKind, RunningTime, Scene, Script
from bot.scripts.take_log import MAX_TAKE_NOTE, LoggedCue, ScriptTakes
from bot.scripts.takes import digest_spoken, find_recording, list_recordings
from cogs.views.take_list import Listing, TakeFilter, build_take_list, make_key
from cogs.views.takes import build_cue_items, build_take_items, build_take_panel
from storage.states import ScriptState, TakeVerdict
from storage.stores.scripts import StoredScript
from storage.stores.takes import Take
from tests.cogs.views.components import read_labels, read_text

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STORED = StoredScript(
    seq=1,
    id="audio_scripts_0123456789abcdef",
    state=ScriptState.APPROVED,
    ebook_id="fox",
    chapter_number=1,
    version=12,
    title="*" * 300,
    theme="",
    hook="",
    writer="gemini",
    model="",
    body="",
    error="",
    coverage="",
    tokens=0,
    cost_micros=None,
    seconds=0,
    run_id=None,
    member_id=None,
    link="",
    created_at=NOW,
    approved_at=NOW,
    approved_by=None,
    released_at=None,
)
LONG = arrange(
    Script(
        title="T",
        logline="",
        cast=(),
        cues=(),
        running_time=RunningTime(low=0, high=0),
        scenes=tuple(Scene(n=n, place="*" * 200, time="_ _" * 40) for n in range(1, 41)),
    ),
    [
        Cue(
            n=n,
            kind=CueKind.DIALOGUE,
            text="*" * MAX_CUE_CHARS,
            speaker=f"{'*' * 55}{n:05}",
            direction="*" * 300,
            scene=n // 10 + 1,
        )
        for n in range(400)
    ],
)


def build_takes(cue: Cue, count: int) -> list[Take]:
    """Pick-ups of the cue with the longest notes."""
    return [
        Take(
            id=f"takes_{number:016x}",
            script_id=STORED.id,
            ebook_id="fox",
            chapter_number=1,
            cue_id=cue.id,
            number=number,
            verdict=TakeVerdict.PICKUP,
            note="*" * MAX_TAKE_NOTE,
            spoken_digest=digest_spoken(cue),
            member_id=None,
            created_at=NOW,
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("takes", [0, 1, 60])
@pytest.mark.parametrize("at", [0, 200, 399])
def test_a_cue_at_the_microphone_fits_into_a_message(takes: int, at: int) -> None:
    """However long its words, its notes and the list of its takes are."""
    cue = LONG.cues[at]
    logged = LoggedCue(STORED, LONG, find_recording(cue, build_takes(cue, takes)), takes + 1)
    view = build_take_panel(logged)
    assert len(read_text(view)) <= 4_000
    assert f"Take {takes + 1} is good" in read_labels(view)


@pytest.mark.parametrize("listing", list(Listing))
@pytest.mark.parametrize("page", [-1, 0, 39, 9_999])
@pytest.mark.parametrize("character", ["", make_key(LONG.cues[7].speaker)])
def test_the_log_of_400_lines_fits_into_a_message(listing: Listing, page: int, character: str) -> None:
    """On every page, also where nothing is on it."""
    takes = [take for cue in LONG.cues[::2] for take in build_takes(cue, 1)]
    log = ScriptTakes(STORED, LONG, tuple(list_recordings(LONG, takes)))
    view = build_take_list(log, TakeFilter(listing, character, page))
    assert len(read_text(view)) <= 4_000
    assert "takes.csv" in read_labels(view)


def test_a_sound_offers_no_takes() -> None:
    """Neither in the reader nor in a panel of takes."""
    sound = Cue(n=1, kind=CueKind.SFX, text="WIND", id="a")
    script = LONG.model_copy(update={"cues": (sound,)})
    assert build_cue_items(STORED, sound) == []
    assert build_take_items(LoggedCue(STORED, script, find_recording(sound, ()), 1)) == []
