"""Scripts that run from right to left as PDFs: the words of the script run so, and ours do not."""

import re

import pypdfium2
import pytest

from bot.exports.options import ExportOptions
from bot.exports.pdf import render_script
from bot.exports.pdf_side import render_side
from bot.exports.sheet import ScriptSheet
from bot.exports.typesetting import isolate, isolate_ours
from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Scene
from tests.bot.exports.pdf_pages import read_lines_as_seen
from tests.bot.exports.sample_script import SCRIPT, build_sample_sheet


def build_hebrew() -> ScriptSheet:
    """A script in Hebrew with a sound and with a speaker whose name is English."""
    cues = [
        Cue(n=0, kind=CueKind.DIALOGUE, speaker="הנה", text="חזרת. " * 12, scene=1, direction="שקט"),
        Cue(n=0, kind=CueKind.SFX, text="דלת", scene=1),
        Cue(n=0, kind=CueKind.DIALOGUE, speaker="FOX", text="Only me!", scene=1),
        Cue(n=0, kind=CueKind.DIALOGUE, speaker="הנה", text="חזרת", scene=1),
    ]
    scenes = (Scene(n=1, place="אולם", time="לילה", present=("הנה", "FOX")),)
    cast = (CastMember(name="הנה", voice="נמוך"),)
    script = SCRIPT.model_copy(update={"cast": cast, "language": "he", "scenes": scenes, "cues": ()})
    return build_sample_sheet(script=arrange(script, cues))


def read_seen(content: bytes) -> list[str]:
    """The lines without brackets, which the reader turns round in some places, and without stars."""
    return [re.sub(r"[][()*]", "", line) for line in read_lines_as_seen(content)]


@pytest.mark.parametrize(
    "seen",
    [
        "2lines;ךומנ:הנה",
        "1line:FOX",
        "cue2תלד:1",
        "0:08–0:10,cues1–4:הליל–םלוא–SCENE1",
        "Runs0:08–0:10;present:הנה,FOX",
        "תלד:SFX1.2",
        "Onlyme!:FOX.3",
    ],
)
def test_our_words_and_numbers_run_from_left_to_right_in_a_script(seen: str) -> None:
    """A number comes before its noun, and the lower end of a range before the higher one."""
    assert seen in read_seen(render_script(build_hebrew(), ExportOptions()).content)


@pytest.mark.parametrize(
    "seen",
    [
        "Torecord:2lines,13words,about0:05",
        "Chapter1,SCENE1–םלוא–הליל:2lines,0:05",
        "TheMidnightSummoning:Chapter1",
    ],
)
def test_our_words_and_numbers_run_from_left_to_right_in_a_side(seen: str) -> None:
    """On the cover and in the headings."""
    assert seen in read_seen(render_side([build_hebrew()], "הנה", ExportOptions()).content)


def test_the_numbers_of_cues_are_at_the_right_edge() -> None:
    """The number is right of the words."""
    content = render_script(build_hebrew(), ExportOptions()).content
    with pypdfium2.PdfDocument(content) as document:
        page = document[len(document) - 1].get_textpage()
        boxes = {page.get_text_range(n, 1): page.get_charbox(n) for n in range(page.count_chars())}
    middle = 210 / 25.4 * 72 / 2
    assert boxes["ח"][0] > middle


@pytest.mark.parametrize(
    ("text", "isolated"),
    [("", ""), ("HANA", "\u2066HANA\u2069"), ("הנה 2", "\u2067הנה 2\u2069"), ("Hana הנה", "\u2066Hana הנה\u2069")],
)
def test_text_is_isolated_in_the_direction_of_most_of_its_letters(text: str, isolated: str) -> None:
    """Nothing is added to an empty text, which stays empty where it is left out."""
    assert isolate(text) == isolated


def test_our_words_are_isolated_from_left_to_right() -> None:
    """Whatever a person's name in them is."""
    assert isolate_ours("say “הנה”") == "\u2066say “הנה”\u2069"
