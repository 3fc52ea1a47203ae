"""What a run has written so far, part by part."""

from bot.ebooks.series_bible import Character, SeriesBible
from bot.generation.draft import Draft, Usage
from bot.generation.run_progress import RunProgress
from bot.scripts.models import CastMember, Cut, CutReason, Repair, RepairKind, Scene
from tests.bot.generation.story import narrated

TAG, HEADING = Cut(first=2, last=2, reason=CutReason.TAG), Cut(first=5, last=5, reason=CutReason.HEADING)
REPEATED = Repair(kind=RepairKind.REPEATED, first=1, last=2)
UNLABELLED = Repair(kind=RepairKind.UNLABELLED, first=6, last=6)
CUES = narrated("One.", "Two.", "Three.")
FIRST = Draft(
    title="The Bell",
    logline="It rings.",
    cast=(CastMember(name="HANA", voice="dry"),),
    cues=CUES[:2],
    model="m1",
    usage=Usage(output=3),
    cuts=(TAG,),
    repairs=(REPEATED,),
    next_span=4,
)
SECOND = Draft(
    title="Another title",
    logline="Another sentence.",
    cast=(CastMember(name="Hana", voice="low"), CastMember(name="FOX")),
    cues=CUES[2:],
    model="m2",
    usage=Usage(output=4),
    cuts=(HEADING,),
    repairs=(UNLABELLED,),
    next_span=7,
)


def test_parts_add_up_to_one_script() -> None:
    """Cues, cuts, repairs, speakers and costs of all parts are kept; the first part names the script and the voices."""
    assert RunProgress().add_draft(FIRST).add_draft(SECOND) == RunProgress(
        title="The Bell",
        logline="It rings.",
        cast=(CastMember(name="HANA", voice="dry"), CastMember(name="FOX")),
        cues=CUES,
        model="m2",
        usage=Usage(output=7),
        cuts=(TAG, HEADING),
        repairs=(REPEATED, UNLABELLED),
        next_span=7,
    )


def test_a_draft_without_a_place_leaves_the_place_as_it_was() -> None:
    """An adaptation's draft names no span and no new model; what was known stays."""
    progress = RunProgress(next_paragraph=3, next_span=4, model="m1").add_draft(Draft(cues=CUES))
    assert (progress.next_paragraph, progress.next_span, progress.model) == (3, 4, "m1")


def test_progress_survives_its_column() -> None:
    """A restarted run continues from exactly what was saved; without a cue there is nothing to continue from."""
    progress = RunProgress().add_draft(FIRST)
    assert RunProgress.from_column(progress.to_column()) == progress
    assert RunProgress(title="The Bell").to_column() == ""
    assert RunProgress.from_column("") == RunProgress()


def test_a_part_may_tell_more_of_the_scene_before_it() -> None:
    """The scene that goes on is there once, with what the later part has told; an alias is renamed to the character."""
    hall, crypt = Scene(n=1, place="THE HALL"), Scene(n=2, place="THE CRYPT", present=("THE WATCHWOMAN",))
    known = hall.model_copy(update={"present": ("THE WATCHWOMAN", "FOX")})
    progress = RunProgress().add_draft(Draft(scenes=(hall,))).add_draft(Draft(scenes=(known, crypt)))
    assert progress.scenes == (known, crypt)
    bible = SeriesBible(cast=(Character(name="HANA", aliases=("THE WATCHWOMAN",)),))
    assert [scene.present for scene in progress.use_names(bible).scenes] == [("HANA", "FOX"), ("HANA",)]
