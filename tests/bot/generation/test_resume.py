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


async def test_writing_resumes_at_the_first_unwritten_paragraph() -> None:
    """Cue by cue, the index never goes back and never passes a paragraph that is not written."""
    cues = await template_cues()
    indexes = [find_resume_paragraph(TEXT, cues[:kept]) for kept in range(len(cues) + 1)]
    assert indexes == sorted(indexes)
    assert (indexes[0], indexes[-1]) == (0, len(TEXT))
    for kept, index in enumerate(indexes):
        assert measure_coverage(TEXT[:index], cues[:kept]).missing == ()


def test_a_partly_written_paragraph_is_written_again() -> None:
    """A paragraph counts as written only with its end."""
    source = ("One two three four five six seven. Eight nine ten eleven twelve.", "The end of it all came then.")
    assert find_resume_paragraph(source, narrated("One two three four five six seven.")) == 0
    assert find_resume_paragraph(source, narrated(source[0])) == 1


def test_a_dropped_speech_tag_counts_as_written() -> None:
    """The words after the last quotation may be missing."""
    source = ("“Only what you promised me,” the fox said.", "The snow began to melt.")
    assert find_resume_paragraph(source, narrated("Only what you promised me.")) == 1


def test_a_refrain_is_not_progress() -> None:
    """A sentence that is repeated at the end does not make the middle count as written."""
    refrain = "The thirteenth bell rang over the hill."
    source = (refrain, *(f"Something else, number {n}, happened in the valley that night." for n in range(8)), refrain)
    assert find_resume_paragraph(source, narrated(refrain)) == 1


def test_a_gap_of_one_paragraph_is_passed() -> None:
    """Writing resumes where it stopped; the gap is for the coverage to report."""
    source = (
        "The first bell rang that night.",
        "She slept badly and woke.",
        "The second bell rang at dawn.",
        "Then the fox came in.",
    )
    assert find_resume_paragraph(source, narrated(source[0], source[2])) == 3


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_any_script_has_a_place_to_resume_at(source: list[str], texts: list[str]) -> None:
    """Whatever the texts contain, the index is in range, and a script of the source itself leaves nothing to write."""
    assert 0 <= find_resume_paragraph(source, narrated(*texts)) <= len(source)
    assert find_resume_paragraph(source, narrated(*source)) == len(source)


def test_a_broken_off_paragraph_continues_after_its_last_written_sentence() -> None:
    """Sentences that the cues contain word for word are cut; the rest of the paragraph remains."""
    paragraph = "The bell rang. “Count with me,” said Hana. Then the lantern went out."
    written = [
        Cue(n=1, kind=CueKind.NARRATION, speaker="NARRATOR", text="The bell rang."),
        Cue(n=2, kind=CueKind.DIALOGUE, speaker="HANA", text="Count with me,"),
        Cue(n=3, kind=CueKind.NARRATION, speaker="NARRATOR", text="said Hana."),
    ]
    assert find_remaining_text(paragraph, written) == "Then the lantern went out."
    assert find_remaining_text(paragraph, written[:1]) == "“Count with me,” said Hana. Then the lantern went out."
    assert find_remaining_text(paragraph, []) == paragraph
    assert find_remaining_text("The bell rang.", written) == ""


def test_a_written_quotation_is_cut_from_its_sentence() -> None:
    """A sentence broken off after a quotation continues after it; the same words further back do not count."""
    paragraph = "The bell rang. “Count with me,” said Hana, and the lanterns went out."
    bell = Cue(n=1, kind=CueKind.NARRATION, text="The bell rang.")
    count = Cue(n=2, kind=CueKind.DIALOGUE, text="Count with me,")
    assert find_remaining_text(paragraph, [bell, count]) == "said Hana, and the lanterns went out."
    assert find_remaining_text(paragraph, [count, bell]).startswith("“Count with me,”")


def test_a_gap_of_three_paragraphs_ends_the_search() -> None:
    """Two paragraphs may be missing before one that is found; after three, writing resumes at the gap."""
    source = tuple(f"Bell {word} rang over hill {word}." for word in ("one", "two", "three", "four", "five"))
    assert find_resume_paragraph(source, narrated(source[0], source[3])) == 4
    assert find_resume_paragraph(source, narrated(source[0], source[4])) == 1


def test_only_a_speech_tag_may_be_missing_at_the_end() -> None:
    """Seven words after the last quotation are no speech tag, so their paragraph is not complete."""
    quotation = "“Only what you promised me and nothing else at all,”"
    spoken = narrated("Only what you promised me and nothing else at all,")
    assert find_resume_paragraph((f"{quotation} said the old woman very slowly.",), spoken) == 1
    assert find_resume_paragraph((f"{quotation} said the old woman by the well.",), spoken) == 0
