"""Sounds and music that start and never end."""

import pytest

from bot.scripts.checks.sound_check import find_endless_sounds
from bot.scripts.models import Cue, CueKind


def cue(text: str) -> Cue:
    """A cue of sound, or of music after "M "; a direction stands behind a bar."""
    kind = CueKind.MUSIC if text.startswith("M ") else CueKind.SFX
    name, _, direction = text.removeprefix("M ").partition("|")
    return Cue(n=1, kind=kind, text=name, direction=direction)


@pytest.mark.parametrize(
    ("cues", "endless"),
    [
        (["RAIN – ESTABLISH AND UNDER"], 1),
        (["RAIN|establish and under"], 1),
        (["ENGINE HUM, LOOPED"], 1),
        (["RAIN – FADE IN"], 1),
        (["RAIN – FADE UNDER"], 1),
        (["DOOR CREAKS, SLOWLY"], 0),
        (["MAN CALLS OUT IN THE STREET"], 0),
        (["RAIN – ESTABLISH, THEN FADE OUT"], 0),
        (["RAIN – ESTABLISH", "RAIN – FADE OUT"], 0),
        (["RAIN – ESTABLISH", "RAIN STOPS"], 0),
        (["RAIN ON THE ROOF – HOLD", "THE RAIN|cut"], 0),
        (["RAIN – ESTABLISH", "WIND – FADE OUT"], 1),
        (["RAIN – ESTABLISH", "RAIN – LOUDER, HOLD", "RAIN – OUT"], 0),
        (["RAIN – ESTABLISH", "RAIN – LOUDER, HOLD"], 1),
        (["RAIN – ESTABLISH", "CROSSFADE TO STREET"], 1),
        (["RAIN – ESTABLISH", "CROSSFADE RAIN TO STREET", "STREET – FADE"], 0),
        (["RAIN – ESTABLISH", "WIND – UNDER", "ALL SOUNDS OUT"], 0),
        (["RAIN – ESTABLISH", "WIND – ESTABLISH"], 2),
        (["SOUND – RAIN, ESTABLISH", "RAIN – OUT"], 0),
        (["RAIN – ESTABLISH", "WIND – ESTABLISH", "STREET – CROSSFADE FROM RAIN", "STREET – OUT"], 1),
        (["M LOW STRINGS – SNEAK IN UNDER"], 1),
        (["M LOW STRINGS – SNEAK IN UNDER", "M MUSIC OUT"], 0),
        (["M LOW STRINGS – SNEAK IN UNDER", "RAIN – FADE OUT"], 1),
        (["M OPENING THEME – ESTABLISH AND UNDER", "M CLOSING THEME – FADE IN, HOLD AND OUT"], 0),
    ],
)
def test_what_starts_must_end(cues: list[str], endless: int) -> None:
    """A later cue of the same sound ends it; music ends with any cue that ends music."""
    assert len(find_endless_sounds([cue(text) for text in cues])) == endless


def test_a_line_that_speaks_of_sounds_is_none() -> None:
    """Only sounds and music are looked at."""
    line = Cue(n=1, kind=CueKind.DIALOGUE, speaker="ANNA", text="Hold the rope – under it.")
    assert find_endless_sounds([line]) == []
    assert find_endless_sounds([cue("RAIN – ESTABLISH"), line.model_copy(update={"text": "Rain – stop."})])


def test_the_cue_that_starts_it_is_named() -> None:
    """The sentence has the words of the first cue that nothing ends."""
    cues = [cue("RAIN – FADE OUT"), cue("RAIN – ESTABLISH"), cue("M HARP – LOOP")]
    assert [each.sentence for each in find_endless_sounds(cues)] == [
        "The sound “RAIN – ESTABLISH” starts and nothing ends it.",
        "The music “HARP – LOOP” starts and nothing ends it.",
    ]
