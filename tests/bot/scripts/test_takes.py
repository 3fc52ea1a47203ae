"""What the take log says about the cues of a script."""

from datetime import UTC, datetime

import pytest

from bot.scripts.models import Cue, CueKind, RunningTime, Script
from bot.scripts.takes import CueStatus, count_recorded, digest_spoken, find_next_line, find_recording, list_recordings
from storage.states import TakeVerdict
from storage.stores.takes import Take

LINE = Cue(n=1, kind=CueKind.DIALOGUE, text="You came back.", speaker="HANA", id="b")
OTHER_WORDS = LINE.model_copy(update={"text": "You came back!"})
OTHER_SPEAKER = LINE.model_copy(update={"speaker": "FOX"})
GOOD, PICKUP = TakeVerdict.GOOD, TakeVerdict.PICKUP


def build_take(number: int, verdict: TakeVerdict, of: Cue = LINE, script_id: str = "v1") -> Take:
    """A take with a note of its own."""
    return Take(
        id=f"takes_{number}",
        script_id=script_id,
        ebook_id="e",
        chapter_number=1,
        cue_id=of.id,
        number=number,
        verdict=verdict,
        note=f"note {number}",
        spoken_digest=digest_spoken(of),
        member_id=None,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("takes", "status", "number", "note"),
    [
        ((), CueStatus.NOT_RECORDED, None, ""),
        ((build_take(1, GOOD),), CueStatus.RECORDED, 1, "note 1"),
        ((build_take(1, PICKUP),), CueStatus.PICKUP, None, "note 1"),
        ((build_take(1, PICKUP), build_take(2, GOOD)), CueStatus.RECORDED, 2, "note 2"),
        ((build_take(1, GOOD), build_take(2, PICKUP)), CueStatus.PICKUP, None, "note 2"),
        ((build_take(4, GOOD), build_take(2, PICKUP)), CueStatus.PICKUP, None, "note 2"),
        ((build_take(1, GOOD, OTHER_WORDS),), CueStatus.CHANGED, None, "note 1"),
        ((build_take(1, GOOD, OTHER_SPEAKER),), CueStatus.CHANGED, None, "note 1"),
        ((build_take(1, GOOD), build_take(2, PICKUP, OTHER_WORDS)), CueStatus.RECORDED, 1, "note 1"),
        ((build_take(1, GOOD, script_id="v0"),), CueStatus.RECORDED, 1, "note 1"),
        ((build_take(1, GOOD, LINE.model_copy(update={"id": "x"})),), CueStatus.NOT_RECORDED, None, ""),
    ],
)
def test_the_last_take_of_the_same_words_decides(
    takes: tuple[Take, ...], status: CueStatus, number: int | None, note: str
) -> None:
    """Whatever its number and whichever version it was logged for; takes of other words or by another speaker do not."""
    recording = find_recording(LINE, takes)
    assert (recording.status, recording.number, recording.note) == (status, number, note)


def test_the_digest_ignores_how_words_are_spaced_and_encoded() -> None:
    """A line that only looks different in memory needs no other take; one with another speaker does."""
    composed = LINE.model_copy(update={"text": "Café\u00a0noir.  "})
    decomposed = LINE.model_copy(update={"text": "Cafe\u0301\nnoir.", "direction": "close", "n": 7})
    assert digest_spoken(composed) == digest_spoken(decomposed)
    assert len({digest_spoken(cue) for cue in (LINE, OTHER_WORDS, OTHER_SPEAKER)}) == 3


def test_only_spoken_cues_are_recorded() -> None:
    """A sound has no recording, whatever the log says; the others come in the script's order."""
    sound = Cue(n=2, kind=CueKind.SFX, text="DOOR", id="c")
    last = LINE.model_copy(update={"n": 3, "id": "d"})
    script = Script(title="T", logline="", cast=(), cues=(LINE, sound, last), running_time=RunningTime(low=0, high=0))
    takes = [build_take(1, GOOD, sound), build_take(1, GOOD, last)]
    assert [(each.cue.n, each.status) for each in list_recordings(script, takes)] == [
        (1, CueStatus.NOT_RECORDED),
        (3, CueStatus.RECORDED),
    ]
    assert count_recorded(script, takes) == 1


def test_the_next_line_skips_sounds_and_what_others_say() -> None:
    """After a line comes the next spoken cue, or the next of one speaker; after the last one there is none."""
    kinds = [("HANA", CueKind.DIALOGUE), ("", CueKind.SFX), ("FOX", CueKind.DIALOGUE), ("HANA", CueKind.DIALOGUE)]
    cues = tuple(Cue(n=n, kind=kind, text="t", speaker=name, id=str(n)) for n, (name, kind) in enumerate(kinds, 1))
    script = Script(title="T", logline="", cast=(), cues=cues, running_time=RunningTime(low=0, high=0))
    assert find_next_line(script, cues[0]) == cues[2]
    assert find_next_line(script, cues[0], "HANA") == cues[3]
    assert find_next_line(script, cues[2], "FOX") is None
    assert find_next_line(script, cues[3]) is None
    assert count_recorded(script, [build_take(1, GOOD, cues[0]), build_take(1, PICKUP, cues[2])]) == 1
    assert count_recorded(script, [build_take(1, GOOD, cues[0]), build_take(1, GOOD, cues[2])]) == 2
