from hypothesis import given
from hypothesis import strategies as st

from bot.generation.template import TemplateWriter
from bot.scripts.coverage import Coverage, measure_coverage
from bot.scripts.models import Cue, CueKind
from bot.scripts.text_splitting import split_paragraphs
from tests.bot.generation.story import CHAPTER, narrated, request

TEXT = split_paragraphs(CHAPTER)


async def template_cues() -> tuple[Cue, ...]:
    return [draft async for draft in TemplateWriter().write(request())][-1].cues


async def test_a_faithful_script_covers_all() -> None:
    """The template's script of a chapter covers all of it."""
    coverage = measure_coverage(TEXT, await template_cues())
    assert (coverage.share, coverage.missing) == (1.0, ())


async def test_a_skipped_paragraph_is_missing() -> None:
    """Its index is missing, and the share falls by its words."""
    cues = [cue for cue in await template_cues() if "buried it" not in cue.text]
    coverage = measure_coverage(TEXT, cues)
    assert coverage.missing == (4,)
    assert 0.7 < coverage.share < 0.8


def test_an_adaptation_may_drop_speech_tags_and_reword_sentences() -> None:
    """Dialogue without its speech tag, and a sentence turned into a sound, are still found."""
    source = ("“Only what you promised me,” the fox said.", "The shrine's old door creaked slowly in the dark.")
    cues = (
        Cue(n=1, kind=CueKind.DIALOGUE, speaker="FOX", text="Only what you promised me."),
        Cue(n=2, kind=CueKind.SFX, text="THE OLD SHRINE'S DOOR CREAKED – SLOWLY, DARK"),
    )
    assert measure_coverage(source, cues).missing == ()
    assert measure_coverage(source, cues[:1]).missing == (1,)


def test_japanese_is_compared_by_characters() -> None:
    """A missing sentence of Japanese is noticed even though its characters appear elsewhere."""
    source = ("鐘が十二回鳴った。花はそれを数えた。", "狐は石の上に座っていた。")
    assert measure_coverage(source, narrated("鐘が十二回鳴った。花はそれを数えた。")).missing == (1,)
    assert measure_coverage(source, narrated(*source)).share == 1.0


def test_paragraphs_without_words_are_covered() -> None:
    """Ornaments between scenes never count as missing."""
    assert measure_coverage(("* * *", ""), ()).share == 1.0
    assert measure_coverage((), ()).missing == ()


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_any_texts_can_be_compared(source: list[str], texts: list[str]) -> None:
    """Whatever the texts contain, the share is between 0 and 1, and a script of the source itself covers it."""
    assert 0 <= measure_coverage(source, narrated(*texts)).share <= 1
    assert measure_coverage(source, narrated(*source)).missing == ()


def test_half_of_a_paragraph_is_enough() -> None:
    """A paragraph is found when half of its words are, and missing with one sentence less."""
    source = ("Alpha beta gamma. Delta epsilon zeta. Eta theta iota. Kappa lambda mu.",)
    assert measure_coverage(source, narrated("Alpha beta gamma.", "Delta epsilon zeta.")).missing == ()
    assert measure_coverage(source, narrated("Alpha beta gamma.")).missing == (0,)


def test_the_share_is_that_of_the_words() -> None:
    """Three words of twelve are missing: the share is three quarters."""
    source = ("Alpha beta gamma.", "One two three four five six seven eight nine.")
    assert measure_coverage(source, narrated(source[1])) == Coverage(share=0.75, missing=(0,))
    assert measure_coverage(source, ()) == Coverage(share=0.0, missing=(0, 1))


def test_only_a_short_text_beside_a_quotation_may_be_missing() -> None:
    """Six words beside a quotation count as a speech tag; seven do not, and without a quotation six do not either."""
    quotation = "“Come back.”"
    spoken = narrated("Come back.")
    assert measure_coverage((f"{quotation} Said the old woman very slowly.",), spoken).missing == ()
    assert measure_coverage((f"{quotation} Said the old woman by the well.",), spoken).missing == (0,)
    assert measure_coverage(("Come back. Said the old woman very slowly.",), spoken).missing == (0,)


def test_reworded_words_must_stand_in_one_cue() -> None:
    """Seven of ten words in any order in one cue are enough; six, or seven in two cues, are not."""
    source = ("Alpha beta gamma delta epsilon zeta eta theta iota kappa.",)
    assert measure_coverage(source, narrated("Eta zeta epsilon delta gamma beta alpha.")).missing == ()
    assert measure_coverage(source, narrated("Zeta epsilon delta gamma beta alpha.")).missing == (0,)
    assert measure_coverage(source, narrated("Eta zeta epsilon delta", "gamma beta alpha.")).missing == (0,)


def test_sentences_of_one_or_two_words_are_compared_in_order() -> None:
    """A short sentence is found only where its words stand next to each other."""
    assert measure_coverage(("Go now.",), narrated("We go now.")).missing == ()
    assert measure_coverage(("Go now.",), narrated("Now we go.")).missing == (0,)
    assert measure_coverage(("Go.",), narrated("We stay.")).missing == (0,)


def test_a_short_quotation_that_is_not_spoken_is_missing() -> None:
    """Where nothing of a paragraph is found, the shortness of its sentences does not excuse them."""
    assert measure_coverage(("“Come back.”",), narrated("We stay.")).missing == (0,)


def test_half_of_a_sentences_runs_of_words_is_enough() -> None:
    """Two of the four runs of three words are found; one is too few, and neither has enough words to count as reworded."""
    source = ("Alpha beta gamma delta epsilon zeta.",)
    assert measure_coverage(source, narrated("Alpha beta gamma delta.")).missing == ()
    assert measure_coverage(source, narrated("Alpha beta gamma.")).missing == (0,)


def test_a_sentence_of_three_words_may_be_reworded() -> None:
    """Three words in another order are the same sentence; in a sentence of three characters they are not."""
    assert measure_coverage(("Alpha beta gamma.",), narrated("Gamma beta alpha.")).missing == ()
    assert measure_coverage(("鐘花狐石。",), narrated("石狐花鐘。")).missing == (0,)
    assert measure_coverage(("鐘花 alpha beta.",), narrated("Beta alpha 花鐘.")).missing == ()
