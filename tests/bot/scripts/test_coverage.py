from hypothesis import given
from hypothesis import strategies as st

from bot.generation.resume import find_remaining_text, find_resume_paragraph
from bot.generation.template import TemplateWriter
from bot.scripts.coverage import measure_coverage
from bot.scripts.models import Cue, CueKind
from bot.scripts.text_splitting import split_paragraphs
from tests.bot.generation.story import CHAPTER, narrated, request

TEXT = split_paragraphs(CHAPTER)


async def template_cues() -> tuple[Cue, ...]:
    return [draft async for draft in TemplateWriter().write(request())][-1].cues


async def test_a_faithful_script_covers_all() -> None:
    """The template's own script misses nothing."""
    found = measure_coverage(TEXT, await template_cues())
    assert (found.share, found.missing) == (1.0, ())


async def test_a_paragraph_that_was_skipped_is_named() -> None:
    """Its index is told, and the share falls by its words."""
    cues = [cue for cue in await template_cues() if "buried it" not in cue.text]
    found = measure_coverage(TEXT, cues)
    assert found.missing == (4,)
    assert 0.7 < found.share < 0.8


def test_an_adaptation_may_drop_speech_tags_and_make_sounds() -> None:
    """Dialogue without its tag, a sentence reworded and one made into a sound are still found."""
    source = ("“Only what you promised me,” the fox said.", "The shrine's old door creaked slowly in the dark.")
    cues = (
        Cue(n=1, kind=CueKind.DIALOGUE, speaker="FOX", text="Only what you promised me."),
        Cue(n=2, kind=CueKind.SFX, text="THE OLD SHRINE'S DOOR CREAKED – SLOWLY, DARK"),
    )
    assert measure_coverage(source, cues).missing == ()
    assert measure_coverage(source, cues[:1]).missing == (1,)


def test_japanese_is_compared_by_characters() -> None:
    """A missing sentence of Japanese is noticed although its characters appear elsewhere."""
    source = ("鐘が十二回鳴った。花はそれを数えた。", "狐は石の上に座っていた。")
    assert measure_coverage(source, narrated("鐘が十二回鳴った。花はそれを数えた。")).missing == (1,)
    assert measure_coverage(source, narrated(*source)).share == 1.0


def test_nothing_to_cover_is_covered() -> None:
    """Ornaments between scenes do not count as lost."""
    assert measure_coverage(("* * *", ""), ()).share == 1.0
    assert measure_coverage((), ()).missing == ()


async def test_writing_resumes_at_the_first_untold_paragraph() -> None:
    """Cue by cue, the place to go on never falls back and never runs ahead of what is told."""
    cues = await template_cues()
    places = [find_resume_paragraph(TEXT, cues[:kept]) for kept in range(len(cues) + 1)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, len(TEXT))
    for kept, place in enumerate(places):
        assert measure_coverage(TEXT[:place], cues[:kept]).missing == ()


def test_a_paragraph_told_in_part_is_told_again() -> None:
    """In doubt it is the earlier one."""
    source = ("One two three four five six seven. Eight nine ten eleven twelve.", "The end of it all came then.")
    assert find_resume_paragraph(source, narrated("One two three four five six seven.")) == 0
    assert find_resume_paragraph(source, narrated(source[0])) == 1


def test_a_dropped_speech_tag_does_not_hold_it_back() -> None:
    """The words after the last quotation may be missing."""
    source = ("“Only what you promised me,” the fox said.", "The snow began to melt.")
    assert find_resume_paragraph(source, narrated("Only what you promised me.")) == 1


def test_a_refrain_is_not_progress() -> None:
    """A sentence that returns at the end does not make the middle told."""
    refrain = "The thirteenth bell rang over the hill."
    source = (refrain, *(f"Something else, number {n}, happened in the valley that night." for n in range(8)), refrain)
    assert find_resume_paragraph(source, narrated(refrain)) == 1


def test_one_paragraph_that_is_missing_does_not_hold_back_the_rest() -> None:
    """The gap is for the coverage to report; writing goes on where it stopped."""
    source = (
        "The first bell rang that night.",
        "She slept badly and woke.",
        "The second bell rang at dawn.",
        "Then the fox came in.",
    )
    assert find_resume_paragraph(source, narrated(source[0], source[2])) == 3


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_any_texts_can_be_compared(source: list[str], told: list[str]) -> None:
    """Whatever stands in them, the share is a share and the place is a place; a script of the source itself covers it."""
    found = measure_coverage(source, narrated(*told))
    assert 0 <= found.share <= 1
    assert 0 <= find_resume_paragraph(source, narrated(*told)) <= len(source)
    assert measure_coverage(source, narrated(*source)).missing == ()
    assert find_resume_paragraph(source, narrated(*source)) == len(source)


def test_a_broken_paragraph_goes_on_after_its_last_told_sentence() -> None:
    """What the cues hold word for word is not asked for again; the rest of the paragraph is."""
    paragraph = "The bell rang. “Count with me,” said Hana. Then the lantern went out."
    told = [
        Cue(n=1, kind=CueKind.NARRATION, speaker="NARRATOR", text="The bell rang."),
        Cue(n=2, kind=CueKind.DIALOGUE, speaker="HANA", text="Count with me,"),
        Cue(n=3, kind=CueKind.NARRATION, speaker="NARRATOR", text="said Hana."),
    ]
    assert find_remaining_text(paragraph, told) == "Then the lantern went out."
    assert find_remaining_text(paragraph, told[:1]) == "“Count with me,” said Hana. Then the lantern went out."
    assert find_remaining_text(paragraph, []) == paragraph
    assert find_remaining_text("The bell rang.", told) == ""


def test_a_quotation_that_was_told_is_not_told_again() -> None:
    """Broken off behind a quotation, it goes on with what follows; the same words told earlier are no sign."""
    paragraph = "The bell rang. “Count with me,” said Hana, and the lanterns went out."
    bell = Cue(n=1, kind=CueKind.NARRATION, text="The bell rang.")
    count = Cue(n=2, kind=CueKind.DIALOGUE, text="Count with me,")
    assert find_remaining_text(paragraph, [bell, count]) == "said Hana, and the lanterns went out."
    assert find_remaining_text(paragraph, [count, bell]).startswith("“Count with me,”")
