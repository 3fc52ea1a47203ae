"""Lists of cues whose numbers, ids and scenes fit together."""

import re
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.cue_lists import arrange, create_cue_id, list_scenes, number_sounds
from bot.scripts.models import Cue, CueKind, RunningTime, Scene, Script

HALL = Scene(n=1, place="THE HALL", time="NIGHT")
CRYPT = Scene(n=2, place="THE CRYPT")
EMPTY = Script(title="T", logline="", cast=(), cues=(), running_time=RunningTime(low=0, high=0), scenes=(HALL, CRYPT))


def make_cue(text: str, scene: int, cue_id: str = "") -> Cue:
    """A line of the narrator's."""
    return Cue(n=99, kind=CueKind.NARRATION, text=text, speaker="NARRATOR", scene=scene, id=cue_id)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", "a", "b", "c"])), max_size=30))
def test_numbers_ids_and_scenes_always_fit(rows: list[tuple[int, str]]) -> None:
    """Whatever is moved or added, cues count from 1, no id occurs twice, and scenes are in order without a gap."""
    ids = count()
    script = arrange(EMPTY, [make_cue("Word.", scene, cue_id) for scene, cue_id in rows], lambda: f"new{next(ids)}")
    assert [cue.n for cue in script.cues] == list(range(1, len(rows) + 1))
    assert len({cue.id for cue in script.cues}) == len(rows)
    assert all(cue.id for cue in script.cues)
    numbers = [cue.scene for cue in script.cues]
    assert numbers == sorted(numbers)
    assert [scene.n for scene in script.scenes] == list(range(1, len(script.scenes) + 1))
    assert sorted(set(numbers) - {0}) == [scene.n for scene in script.scenes]


def test_a_scene_without_cues_is_gone() -> None:
    """Once nothing plays in the hall any more, the crypt is scene 1."""
    script = arrange(EMPTY, [make_cue("Dark.", 2, "a"), make_cue("Cold.", 2, "b")])
    assert [scene.heading for scene in script.scenes] == ["THE CRYPT"]
    assert [(cue.id, cue.scene, cue.start) for cue in script.cues] == [("a", 1, 0.0), ("b", 1, 0.75)]
    assert [(scene.n, len(cues)) for scene, cues in list_scenes(script)] == [(1, 2)]


def test_scenes_are_listed_with_their_cues() -> None:
    """Every scene has its own cues; a script without scenes is one scene."""
    script = arrange(EMPTY, [make_cue("One.", 1), make_cue("Two.", 2), make_cue("Three.", 2)])
    assert [(scene.heading, [cue.text for cue in cues]) for scene, cues in list_scenes(script)] == [
        ("THE HALL – NIGHT", ["One."]),
        ("THE CRYPT", ["Two.", "Three."]),
    ]
    plain = arrange(EMPTY.model_copy(update={"scenes": ()}), [make_cue("One.", 0)])
    assert [(scene.n, scene.heading, len(cues)) for scene, cues in list_scenes(plain)] == [(1, "", 1)]
    assert list_scenes(plain.model_copy(update={"cues": ()})) == []


def test_sounds_and_music_are_counted_each_for_itself() -> None:
    """The second effect is SFX 2, whatever music plays before it; lines have no such number."""
    kinds = [CueKind.MUSIC, CueKind.SFX, CueKind.NARRATION, CueKind.SFX, CueKind.MUSIC]
    cues = [Cue(n=n, kind=kind, text="t", speaker="N" * kind.is_spoken) for n, kind in enumerate(kinds, 1)]
    assert number_sounds(cues) == {1: 1, 2: 1, 4: 2, 5: 2}


def test_new_cue_ids_are_short_and_all_different() -> None:
    """Eight hex digits, which fit into the custom id of a button; cues that come without one get one."""
    ids = {create_cue_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in ids)
    script = arrange(EMPTY, [make_cue("Dark.", 0), make_cue("Cold.", 0)])
    assert len({cue.id for cue in script.cues} - {""}) == 2
    assert [cue.scene for cue in script.cues] == [0, 0]
