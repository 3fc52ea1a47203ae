"""Which cues a revision is about, and what becomes of them in the script."""

import pytest

from bot.errors import InputError
from bot.generation.revision import check_spans, choose_cues, describe_losses, keep_ids
from bot.generation.run_progress import RunProgress
from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Cut, CutReason, RunningTime, Scene, Script, ScriptMode
from bot.scripts.spans import SpanKind, split_spans
from tests.bot.generation.revisions import assert_rest_stays, make_revision

SCENES = (Scene(n=1, place="THE HALL"), Scene(n=2, place="THE CRYPT"))
CAST = (CastMember(name="NARRATOR"), CastMember(name="ANNA", voice="dry"), CastMember(name="OKU"))


def line(text: str, speaker: str = "ANNA", scene: int = 1, **changes: object) -> Cue:
    """A line of dialogue."""
    cue = Cue(n=0, kind=CueKind.DIALOGUE, text=text, speaker=speaker, scene=scene, id=text.casefold())
    return cue.model_copy(update=changes)


def sound(text: str = "BELL") -> Cue:
    """A sound."""
    return Cue(n=0, kind=CueKind.SFX, text=text, scene=1, id=text.casefold())


def make_script(*cues: Cue, scenes: tuple[Scene, ...] = SCENES, mode: ScriptMode = ScriptMode.ADAPTED) -> Script:
    """A script of these cues."""
    empty = Script(title="T", logline="L", cast=CAST, cues=(), running_time=RunningTime(low=0, high=0), mode=mode)
    return arrange(empty.model_copy(update={"scenes": scenes}), cues)


SCRIPT = make_script(line("One"), line("Two", "OKU"), line("Three"), line("Four", scene=2), line("Five", scene=2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, 5)),
        (" All ", (1, 5)),
        ("3", (3, 3)),
        ("2-4", (2, 4)),
        ("2 – 4", (2, 4)),
        ("cues 2 to 4", (2, 4)),
        ("#2..#4", (2, 4)),
        ("scene 2", (4, 5)),
        ("Scene #1", (1, 3)),
    ],
)
def test_cues_are_named_as_people_type_them(text: str, expected: tuple[int, int]) -> None:
    """A number, a range, a scene, or nothing for the whole script."""
    assert choose_cues(text, SCRIPT) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the funny ones", "I cannot tell which cues you mean."),
        ("1,3", "I cannot tell which cues you mean."),
        ("-3", "I cannot tell which cues you mean."),
        ("4-2", "The range 4-2 runs backwards. Type 2-4."),
        ("0", "There is no cue 0. The script has the cues 1 to 5."),
        ("3-6", "There is no cue 6."),
        ("scene 3", "There is no scene 3. The script has 2 scenes."),
        ("scene 0", "There is no scene 0."),
        ("9" * 40, "I cannot tell which cues you mean."),
    ],
)
def test_what_names_no_cues_is_answered_with_one_sentence(text: str, sentence: str) -> None:
    """The sentence says what is wrong, the hint what can be typed."""
    with pytest.raises(InputError) as raised:
        choose_cues(text, SCRIPT)
    assert raised.value.text.startswith(sentence)
    assert raised.value.hint


def test_a_script_without_cues_cannot_be_revised() -> None:
    """An imported script may be empty."""
    with pytest.raises(InputError, match="This script has no cues"):
        choose_cues("", make_script())


def test_a_script_without_scenes_has_one() -> None:
    """Scene 1 is all of a script that was written before scenes were marked."""
    assert choose_cues("scene 1", make_script(line("One", scene=0), line("Two", scene=0), scenes=())) == (1, 2)


def test_a_cue_keeps_its_id_where_it_goes_on() -> None:
    """The same words, else the same place and speaker, are the same cue; what is added gets a new id."""
    old = [line("One"), line("Two", "OKU"), sound(), line("Three")]
    new = [
        line("Uno", id=""),
        sound().model_copy(update={"id": ""}),
        line("Two", "OKU", id=""),
        line("Four", "FOX", id=""),
    ]
    assert [cue.id for cue in keep_ids(old, new)] == ["one", "bell", "two", ""]


def test_the_cast_grows_and_shrinks_with_who_speaks() -> None:
    """Whoever speaks in the new cues joins, whoever spoke in the old ones alone leaves; known voices stay."""
    written = RunProgress(
        cast=(CastMember(name="FOX", voice="low"), CastMember(name="CROW"), CastMember(name="ANNA", voice="new")),
        cues=(line("Zwei", "FOX", scene=100_000),),
        title="Another",
    )
    script = make_revision(SCRIPT, 2, 2).apply(written)
    assert [(member.name, member.voice) for member in script.cast] == [
        ("NARRATOR", ""),
        ("ANNA", "dry"),
        ("FOX", "low"),
    ]
    assert script.title == "T"
    assert_rest_stays(SCRIPT, script, 2, 2)


@pytest.mark.parametrize(
    ("marked", "last", "numbers", "headings"),
    [
        ((), 3, [1, 1, 1, 2, 2], ["THE HALL", "THE CRYPT"]),
        ((Scene(n=100_001, place="THE WELL"),), 3, [1, 2, 2, 3, 3], ["THE HALL", "THE WELL", "THE CRYPT"]),
        ((Scene(n=100_001, place="THE CRYPT"),), 4, [1, 2, 2, 2], ["THE HALL", "THE CRYPT"]),
    ],
    ids=["none", "a new one", "the one that follows"],
)
def test_scenes_fit_together_after_a_revision(
    marked: tuple[Scene, ...], last: int, numbers: list[int], headings: list[str]
) -> None:
    """A scene that the writer marks stands between the others; one that goes on behind the cues is not there twice."""
    scene = marked[0].n if marked else 100_000
    written = RunProgress(cues=(line("Zwei", scene=scene), line("Drei", scene=scene)), scenes=marked)
    script = make_revision(SCRIPT, 2, last).apply(written)
    assert [scene.heading for scene in script.scenes] == headings
    assert [cue.scene for cue in script.cues] == numbers


def test_an_old_script_gets_no_scenes_by_a_part_of_it() -> None:
    """The place of a few cues is not claimed for all the others; a revision of the whole script marks its scenes."""
    old = make_script(line("One", scene=0), line("Two", scene=0), scenes=())
    written = RunProgress(cues=(line("Zwei", scene=1),), scenes=(Scene(n=1, place="THE WELL"),))
    assert make_revision(old, 2, 2).apply(written).scenes == ()
    whole = make_revision(old, 1, 2).apply(written)
    assert [scene.heading for scene in whole.scenes] == ["THE WELL"]


def make_faithful(*cues: Cue) -> Script:
    """A faithful script of these cues, with a cut among them and one behind."""
    cuts = (Cut(first=3, last=3, reason=CutReason.TAG), Cut(first=9, last=9, reason=CutReason.TAG))
    return make_script(*cues, mode=ScriptMode.FAITHFUL).model_copy(update={"cuts": cuts})


def test_cuts_of_the_rewritten_spans_are_decided_anew() -> None:
    """Cuts elsewhere stay as they are."""
    script = make_faithful(line("One", spans=(1, 2)), line("Two", spans=(4, 5)), line("Three", spans=(6, 8)))
    cut = Cut(first=4, last=4, reason=CutReason.NOTE)
    written = RunProgress(cues=(line("X", spans=(1, 3), scene=100_000),), cuts=(cut,))
    assert make_revision(script, 1, 2).apply(written).cuts == (cut, script.cuts[1])


def test_faithful_cues_that_cannot_be_labelled_are_refused() -> None:
    """Sounds alone have no words, and words that were moved apart cannot be labelled as one text."""
    script = make_faithful(sound(), line("One", spans=(1, 2)), line("Three", spans=(6, 8)), line("Two", spans=(4, 5)))
    with pytest.raises(InputError, match="These cues hold no words of the chapter"):
        check_spans(make_revision(script, 1, 1))
    with pytest.raises(InputError, match="Cues were moved between these and the others"):
        check_spans(make_revision(script, 2, 3))
    check_spans(make_revision(script, 2, 4))
    check_spans(make_revision(script, 3, 3))


def test_work_by_hand_that_is_not_kept_is_said() -> None:
    """Altered words return to the author's and added lines are left out; in an adaptation the writer sees and keeps them."""
    cues = (line("One", spans=(1, 2), is_altered=True), line("Two"), sound(), line("Three", spans=(4, 8)))
    assert describe_losses(make_revision(make_faithful(*cues), 1, 4), "") == (
        "Of these cues, 1 altered by hand will have the author's words again and 1 added by hand will be left out. "
        "Version 1 stays as it is."
    )
    assert describe_losses(make_revision(make_faithful(*cues), 3, 4), "") == ""
    assert describe_losses(make_revision(make_script(*cues), 1, 4), "") == ""


def test_words_deleted_by_hand_that_come_back_are_said_before_and_counted_after() -> None:
    """Stretches between the cues that nobody speaks or cuts; neither scene breaks nor what lies outside of the cues count."""
    text = "One. Two. Three.\n\n***\n\nFive. Six. Seven. Eight. Nine. Ten."
    assert [span.n for span in split_spans(text) if span.kind is SpanKind.BREAK] == [4]
    cues = (line("A", spans=(2, 2)), line("B", spans=(5, 5)), line("C", spans=(7, 7)), line("D", spans=(10, 10)))
    revision = make_revision(
        make_faithful(*cues), 1, 4
    )  # 3 and 9 are cut, 6 and 8 were deleted between the cues, 1 before
    assert describe_losses(revision, text) == (
        "Words of the author's that were deleted by hand in 2 places will be spoken again. Version 1 stays as it is."
    )
    written = (line("X", spans=(2, 3)), line("Y", spans=(5, 6)), line("Z", spans=(7, 8)), sound(), cues[3])
    assert revision.count_restored(written) == 2
    assert revision.count_restored(cues) == 0
    one = make_revision(make_faithful(*cues), 2, 3)
    assert "deleted by hand in one place" in describe_losses(one, text)
    assert make_revision(make_faithful(*cues), 1, 2).count_restored(written[:1]) == 0
    assert describe_losses(make_revision(make_faithful(*cues), 1, 2), text) == ""
