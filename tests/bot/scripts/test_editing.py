"""Changes that a person makes to single cues."""

import random

import pytest

from bot.errors import InputError, NotFoundError
from bot.scripts.cue_lists import arrange
from bot.scripts.editing import CueFields, change_cue, delete_cue, digest_cue, find_cue, insert_cue, move_cue
from bot.scripts.models import CastMember, Cue, CueKind, RunningTime, Scene, Script

CUES = (
    Cue(n=1, kind=CueKind.NARRATION, text="The lantern guttered.", speaker="NARRATOR", spans=(1, 1), id="a", scene=1),
    Cue(n=2, kind=CueKind.DIALOGUE, text="You came back.", speaker="HANA", spans=(2, 2), id="b", scene=1),
    Cue(n=3, kind=CueKind.SFX, text="DOOR", id="c", scene=2),
    Cue(n=4, kind=CueKind.DIALOGUE, text="I never left.", speaker="FOX", spans=(3, 3), id="d", scene=2),
)
SCRIPT = arrange(
    Script(
        title="T",
        logline="",
        cast=(CastMember(name="NARRATOR"), CastMember(name="HANA", voice="dry"), CastMember(name="FOX")),
        cues=(),
        running_time=RunningTime(low=0, high=0),
        scenes=(Scene(n=1, place="THE WELL"), Scene(n=2, place="THE HALL")),
    ),
    CUES,
)
VOICES = {"OKU": "low"}


def change(cue_id: str, fields: CueFields, wordings: tuple[str, ...] | None = None) -> Script:
    """The script after the change."""
    return change_cue(SCRIPT, cue_id, fields, voices=VOICES, wordings=wordings)


def test_only_the_changed_cue_differs() -> None:
    """Text, speaker and direction are the new ones; every other cue is the same but for its start."""
    script = change("b", CueFields("You came  back,\nlate.", "oku", "close"))
    cue = find_cue(script, "b")
    assert (cue.text, cue.speaker, cue.direction) == ("You came back, late.", "OKU", "close")
    for before, after in zip(SCRIPT.cues, script.cues, strict=True):
        if before.id != "b":
            assert after.model_copy(update={"start": before.start}) == before


def test_the_cast_follows_the_lines() -> None:
    """A new speaker joins with the voice from the book's cast, and whoever speaks no more leaves; the narrator stays."""
    assert change("b", CueFields("Hm.", "Oku")).cast == (
        CastMember(name="NARRATOR"),
        CastMember(name="FOX"),
        CastMember(name="OKU", voice="low"),
    )
    assert [member.name for member in delete_cue(SCRIPT, "a", voices=VOICES).cast] == ["NARRATOR", "HANA", "FOX"]


@pytest.mark.parametrize(
    ("text", "is_altered"), [("You came back.", False), ("“You came back.”", False), ("You came.", True)]
)
def test_a_text_that_is_not_the_sources_is_marked(text: str, *, is_altered: bool) -> None:
    """The source's wording, with or without quotation marks, is not altered; every other text is, until it is put back."""
    wordings = ("You came back.", "“You came back.”")
    changed = change("b", CueFields(text, "HANA"), wordings)
    assert find_cue(changed, "b").is_altered is is_altered
    back = change_cue(changed, "b", CueFields("You came back.", "HANA"), voices=VOICES, wordings=wordings)
    assert not find_cue(back, "b").is_altered
    assert not find_cue(change("c", CueFields("A DOOR SLAMS")), "c").is_altered


def test_kept_timing_survives_a_longer_text() -> None:
    """With "keep timing" the cue lasts as long as before; without it the text decides again."""
    before = find_cue(SCRIPT, "b").seconds
    kept = change("b", CueFields("You came back. " * 20, "HANA", keep_timing=True))
    assert find_cue(kept, "b").seconds == before
    free = change_cue(kept, "b", CueFields("You came back. " * 20, "HANA"), voices=VOICES)
    assert find_cue(free, "b").seconds > 10 * before


def test_the_narrator_and_nobody_are_told_apart() -> None:
    """A line of the narrator's is narration, anybody else's is dialogue, and a line without a name is a VOICE."""
    for speaker, kind, name in (
        ("narrator", CueKind.NARRATION, "NARRATOR"),
        ("Fox (off)", CueKind.DIALOGUE, "FOX"),
        ("", CueKind.DIALOGUE, "VOICE"),
    ):
        cue = find_cue(change("b", CueFields("Hm.", speaker)), "b")
        assert (cue.kind, cue.speaker) == (kind, name)


@pytest.mark.parametrize(
    ("cue_id", "fields", "sentence"),
    [
        ("b", CueFields(" \n ", "HANA"), "no text"),
        ("b", CueFields("x" * 2_001, "HANA"), "2,001 characters"),
        ("c", CueFields("DOOR", "HANA"), "no speaker"),
    ],
)
def test_what_cannot_be_a_cue_is_refused(cue_id: str, fields: CueFields, sentence: str) -> None:
    """Empty and endless texts, and sounds with a speaker, are refused in a sentence."""
    with pytest.raises(InputError, match=sentence):
        change(cue_id, fields)


def test_a_new_cue_stands_where_it_was_asked_for() -> None:
    """After or before its anchor, in the anchor's scene, with an id of its own."""
    fields = CueFields("WIND", direction="low")
    after = insert_cue(SCRIPT, "b", CueKind.SFX, fields, voices=VOICES)
    assert [cue.text for cue in after.cues] == [CUES[0].text, CUES[1].text, "WIND", "DOOR", CUES[3].text]
    new = after.cues[2]
    assert (new.kind, new.direction, new.scene, new.spans) == (CueKind.SFX, "low", 1, None)
    assert len({cue.id for cue in after.cues}) == 5
    before = insert_cue(SCRIPT, "a", CueKind.DIALOGUE, CueFields("Who?", "OKU"), before=True, voices=VOICES)
    assert (before.cues[0].text, before.cues[0].speaker) == ("Who?", "OKU")


@pytest.mark.parametrize("position", range(1, 5))
@pytest.mark.parametrize("cue_id", ["a", "b", "c", "d"])
def test_a_moved_cue_has_the_number_that_was_asked_for(cue_id: str, position: int) -> None:
    """The others keep their order, and scenes stay in order."""
    script = move_cue(SCRIPT, cue_id, position)
    assert script.cues[position - 1].id == cue_id
    others = [cue.id for cue in script.cues if cue.id != cue_id]
    assert others == [cue.id for cue in CUES if cue.id != cue_id]
    scenes = [cue.scene for cue in script.cues]
    assert scenes == sorted(scenes)


def test_what_is_not_there_cannot_be_changed() -> None:
    """A deleted cue, a number beyond the end and the last cue of all."""
    for wrong in (0, 5):
        with pytest.raises(InputError, match=f"no cue {wrong}"):
            move_cue(SCRIPT, "a", wrong)
    with pytest.raises(NotFoundError, match="deleted"):
        delete_cue(SCRIPT, "x", voices=VOICES)
    lonely = arrange(SCRIPT, SCRIPT.cues[:1])
    with pytest.raises(InputError, match="only cue"):
        delete_cue(lonely, "a", voices=VOICES)


def test_any_change_changes_the_digest() -> None:
    """Speaker, direction, text and fixed timing count; number, start and scene do not."""
    cue = SCRIPT.cues[1]
    same = cue.model_copy(update={"n": 9, "start": 99.0, "scene": 2})
    assert digest_cue(same) == digest_cue(cue)
    for update in ({"speaker": "FOX"}, {"direction": "x"}, {"text": "x"}, {"fixed_seconds": 2.0}):
        assert digest_cue(cue.model_copy(update=update)) != digest_cue(cue)


@pytest.mark.parametrize("seed", range(5))
def test_any_series_of_edits_leaves_a_whole_script(seed: int) -> None:
    """Numbers, ids, scenes, cast and times fit after a hundred random edits."""
    dice = random.Random(seed)
    script = SCRIPT
    for _ in range(100):
        cue = dice.choice(script.cues)
        match dice.randrange(4):
            case 0:
                script = move_cue(script, cue.id, dice.randint(1, len(script.cues)))
            case 1 if len(script.cues) > 1:
                script = delete_cue(script, cue.id, voices=VOICES)
            case 2 if cue.kind.is_spoken:
                script = change_cue(script, cue.id, CueFields("Word.", dice.choice("ABC")), voices=VOICES)
            case _:
                kind = dice.choice(list(CueKind))
                script = insert_cue(script, cue.id, kind, CueFields("Word."), voices=VOICES)
    assert [cue.n for cue in script.cues] == list(range(1, len(script.cues) + 1))
    assert len({cue.id for cue in script.cues}) == len(script.cues)
    assert {cue.speaker for cue in script.cues if cue.speaker} <= {member.name for member in script.cast}
    assert [scene.n for scene in script.scenes] == sorted({cue.scene for cue in script.cues})
