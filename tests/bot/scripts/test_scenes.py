"""Scenes while cues are written, and who is present in them."""

import pytest

from bot.scripts.cue_lists import arrange
from bot.scripts.labels import SceneLabel
from bot.scripts.models import Cue, CueKind, RunningTime, Scene, Script
from bot.scripts.scenes import SceneTracker, mark_beginning
from bot.scripts.speakers import rename_present

HALL = Scene(n=1, place="THE HALL", present=("OKU",))


def make_line(speaker: str, direction: str = "", scene: int = 1) -> Cue:
    """A line in a scene."""
    kind = CueKind.NARRATION if speaker == "NARRATOR" else CueKind.DIALOGUE
    return Cue(n=0, kind=kind, text="Who?", speaker=speaker, direction=direction, scene=scene)


def arrange_lines(*cues: Cue, scenes: tuple[Scene, ...] = (HALL,)) -> Script:
    """A script of these lines."""
    empty = Script(title="T", logline="", cast=(), cues=(), running_time=RunningTime(low=0, high=0), scenes=scenes)
    return arrange(empty, cues)


def test_whoever_speaks_in_a_scene_is_present() -> None:
    """The names that the writer gave come first; the narrator and voices without a name are not people in a place."""
    script = arrange_lines(*map(make_line, ["NARRATOR", "ANNA", "VOICE", "OKU", "ANNA"]))
    assert script.scenes[0].present == ("OKU", "ANNA")


@pytest.mark.parametrize("direction", ["off", "on the phone", "V.O.", "through the radio", "voice-over, close"])
def test_a_voice_from_elsewhere_is_not_present(direction: str) -> None:
    """Whoever is heard from another place only is not added."""
    assert arrange_lines(make_line("ANNA", direction)).scenes[0].present == ("OKU",)
    assert arrange_lines(make_line("ANNA", direction), make_line("ANNA", "offended")).scenes[0].present == (
        "OKU",
        "ANNA",
    )


def test_what_is_spoken_before_the_first_marker_is_a_scene_of_unknown_place() -> None:
    """The place of a later scene is not claimed for it; music alone does not make a scene."""
    music = Cue(n=0, kind=CueKind.MUSIC, text="STRINGS")
    for first, headings in ((make_line("ANNA", scene=0), ["", "THE HALL"]), (music, ["THE HALL"])):
        cues = [first, make_line("OKU")]
        script = arrange_lines(*cues, scenes=mark_beginning((HALL,), cues))
        assert [scene.heading for scene in script.scenes] == headings
        assert [cue.scene for cue in script.cues] == ([1, 2] if len(headings) > 1 else [1, 1])


def test_a_late_marker_names_a_scene_in_which_nothing_was_spoken() -> None:
    """After a scene break, music may come before the marker; it does not become a scene of its own."""
    tracker = SceneTracker((HALL,), has_speech=True)
    tracker.pass_break()
    assert tracker.place_cue(is_spoken=False) == 2
    tracker.begin(SceneLabel(place="THE CRYPT"))
    assert tracker.place_cue(is_spoken=True) == 2
    assert [(scene.n, scene.place) for scene in tracker.scenes] == [(2, "THE CRYPT")]


def test_people_who_are_renamed_stay_present() -> None:
    """Two names of one person become one."""
    scenes = (Scene(n=1, present=("MAN", "ANNA", "OKU")),)
    assert rename_present(scenes, {"MAN": "OKU"})[0].present == ("OKU", "ANNA")
