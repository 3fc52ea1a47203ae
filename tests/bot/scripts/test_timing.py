import pytest

from bot.scripts import timing
from bot.scripts.models import Cue, CueKind, RunningTime
from bot.scripts.text_units import count_units
from bot.scripts.timing import add_timing, estimate_cue_seconds, estimate_speech_seconds
from tests.bot.generation.story import narrated


def cue(kind: CueKind, text: str = "word", speaker: str = "") -> Cue:
    return Cue(n=1, kind=kind, text=text, speaker=speaker)


def test_a_finished_hour_is_nine_thousand_three_hundred_words() -> None:
    """The estimate agrees with the rule of thumb for audiobooks."""
    assert estimate_speech_seconds("word " * 9_300) == pytest.approx(3_600)


def test_japanese_is_timed_by_its_characters() -> None:
    """Two hundred and seventy-five characters take a minute."""
    assert estimate_speech_seconds("鐘" * 275) == pytest.approx(60)


def test_starts_follow_from_the_cues_before() -> None:
    """Speakers are half a second apart, lines of one speaker a quarter; a sound is its own pause."""
    line = "word " * 155
    cues, _ = add_timing(
        [
            cue(CueKind.MUSIC),
            cue(CueKind.NARRATION, line, "NARRATOR"),
            cue(CueKind.NARRATION, line, "NARRATOR"),
            cue(CueKind.DIALOGUE, line, "HANA"),
            cue(CueKind.SFX),
            cue(CueKind.DIALOGUE, line, "FOX"),
        ]
    )
    assert [found.start for found in cues] == [0, 6, 66.25, 126.75, 186.75, 189.25]
    assert [found.seconds for found in cues] == [6, 60, 60, 60, 2.5, 60]


def test_the_range_is_that_of_fast_and_slow_speech() -> None:
    """Only spoken words vary; the numbers are whole seconds, rounded outwards."""
    assert add_timing(narrated("word " * 2_310))[1] == RunningTime(low=840, high=990)
    assert add_timing([cue(CueKind.MUSIC)])[1] == RunningTime(low=6, high=6)
    assert add_timing(())[1] == RunningTime(low=0, high=0)


def test_a_line_without_words_takes_time() -> None:
    """Dots alone take half a second."""
    assert estimate_cue_seconds(cue(CueKind.DIALOGUE, "…")) == 0.5


def test_times_are_rounded_to_hundredths() -> None:
    """Three words take three times a hundred and fifty-fifth of a minute; the next speaker begins half a second later."""
    cues, _ = add_timing([cue(CueKind.DIALOGUE, "word " * 3, speaker) for speaker in ("HANA", "FOX")])
    assert [(found.start, found.seconds) for found in cues] == [(0, 1.16), (1.66, 1.16)]


def test_after_an_edit_only_the_new_text_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of one of 400 long cues would else keep the event loop busy for half a second."""
    counted: list[str] = []

    def note(text: str) -> tuple[int, int]:
        counted.append(text)
        return count_units(text)

    monkeypatch.setattr(timing, "count_units", note)
    cues = [cue(CueKind.NARRATION, f"Line {n} is timed for the first time.") for n in range(20)]
    add_timing(cues)
    add_timing([*cues[:7], cue(CueKind.NARRATION, "Another line."), *cues[8:]])
    assert counted == [*(each.text for each in cues), "Another line."]
