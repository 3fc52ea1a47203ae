"""What stands together on a page of a PDF, however long the lines are."""

import re
from string import ascii_uppercase

import pypdfium2
import pytest

from bot.exports.options import ExportOptions
from bot.exports.pdf import render_script
from bot.exports.pdf_side import render_side
from bot.exports.sheet import ScriptSheet
from bot.exports.typesetting import shorten
from bot.scripts.cue_lists import arrange
from bot.scripts.models import MAX_CUE_CHARS, CastMember, Cue, CueKind, Scene
from bot.settings.paper import Paper
from tests.bot.exports.pdf_pages import read_pages
from tests.bot.exports.sample_script import SCRIPT, build_sample_sheet

SENTENCES = {
    "en": "The lantern guttered and went out, and somewhere below the floor a bell began to ring. ",
    "zh": "灯笼闪了闪就熄灭了，地板下某处响起了钟声。",
    "ar": "ارتجف الفانوس ثم انطفأ، وفي مكان ما تحت الأرض بدأ جرس يرن. ",
    "th": "ตะเกียงกะพริบแล้วดับลง และที่ไหนสักแห่งใต้พื้นมีระฆังดังขึ้น ",
}
NAMES = {"en": "M", "zh": "狐", "ar": "ش", "th": "ฮ"}


def build_scenes(*texts: str, speaker: str = "HANA", language: str = "en") -> ScriptSheet:
    """A script in which every line is a scene of its own."""
    cues = [
        Cue(n=0, kind=CueKind.DIALOGUE, speaker=speaker, text=text, scene=n, direction="close")
        for n, text in enumerate(texts, 1)
    ]
    scenes = tuple(
        Scene(n=n, place=f"Room{ascii_uppercase[n % 26]}", present=("FOX",)) for n in range(1, len(texts) + 1)
    )
    script = SCRIPT.model_copy(
        update={"cast": (CastMember(name=speaker),), "language": language, "scenes": scenes, "cues": ()}
    )
    return build_sample_sheet(script=arrange(script, cues))


def build_line(language: str, length: int) -> str:
    """A line of this length with a word of its own at each end."""
    return f"FIRST {(SENTENCES[language] * length)[: length - 11]} LAST"


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("language", list(SENTENCES))
def test_the_longest_line_is_not_broken(language: str, paper: Paper) -> None:
    """Neither a script nor a side breaks a line of as many characters as there may be under a name of sixty letters.

    The heading of its scene, or the cue before it, is on the same page.
    """
    name = NAMES[language] * 60
    text = build_line(language, MAX_CUE_CHARS)
    sheet = build_scenes("Before.", text, "After.", speaker=name, language=language)
    for printed in (
        render_script(sheet, ExportOptions(paper)),
        render_side([sheet], name, ExportOptions(paper)),
    ):
        pages = read_pages(printed.content)
        assert "CONT’D" not in "".join(pages)
        assert [("FIRST" in page, "ROOMC" in page) for page in pages if "LAST" in page] == [(True, True)]


@pytest.mark.parametrize("paper", list(Paper))
def test_a_long_line_of_a_side_stands_below_the_cue_before_it(paper: Paper) -> None:
    """It is set more closely than alone, so that both are on one page."""
    cues = [
        Cue(n=0, kind=CueKind.DIALOGUE, speaker=speaker, text=text)
        for _ in range(2)
        for speaker, text in (("FOX", f"EARLIER {SENTENCES['en'] * 3}"), ("HANA", build_line("en", 1_850)))
    ]
    sheet = build_sample_sheet(script=arrange(SCRIPT, cues))
    pages = read_pages(render_side([sheet], "HANA", ExportOptions(paper)).content)[1:]
    assert [(page.count("EARLIER"), page.count("FIRST"), page.count("LAST")) for page in pages] == [(1, 1, 1)] * 2


def test_a_line_that_no_page_can_hold_goes_on_under_its_speaker_name() -> None:
    """Characters without a font are printed as codes, which take much room. No other line is broken, and no word is lost."""
    sheet = build_scenes("Before.", "𒀀" * MAX_CUE_CHARS, "After.")
    pages = read_pages(render_script(sheet, ExportOptions()).content)
    shown = [page for page in pages if "U+12000" in page]
    assert len(shown) > 1
    assert "".join(shown).replace(" ", "").count("U+12000") == MAX_CUE_CHARS
    assert ["HANA (CONT’D):" in page for page in shown] == [False, *[True] * (len(shown) - 1)]
    assert "3. HANA (close): After." in shown[-1]


def test_a_long_sound_is_printed_whole() -> None:
    """With its label, once, and without the name of a speaker."""
    sound = Cue(n=0, kind=CueKind.SFX, text=build_line("zh", MAX_CUE_CHARS))
    sheet = build_sample_sheet(script=arrange(SCRIPT, [*SCRIPT.cues, sound]))
    last = read_pages(render_script(sheet, ExportOptions()).content)[-1]
    assert "5. SFX [2]: FIRST" in last
    assert "LAST" in last


@pytest.mark.parametrize("length", [100, 700])
def test_the_heading_of_a_scene_is_never_the_last_thing_on_a_page(length: int) -> None:
    """It is on the page of the first line of its scene."""
    texts = [build_line("en", length + 37 * (n % 9)) for n in range(50 if length < 200 else 25)]
    pages = read_pages(render_script(build_scenes(*texts), ExportOptions()).content)
    script = [page for page in pages if "present: FOX" in page]
    assert len(script) > 6
    assert [page for page in script if re.search(r"(ROOM[A-Z]|present: FOX, HANA) page \d+ of \d+$", page)] == []


@pytest.mark.parametrize("letter", ["M", "夜", "ش"])
def test_long_titles_take_one_title_page_and_two_lines_of_the_header(letter: str) -> None:
    """The header has as much of the title as there is room for, on the paper."""
    words = " ".join([letter * 19] * 10)
    script = SCRIPT.model_copy(update={"title": words, "logline": f"{words} {words}"})
    sheet = build_sample_sheet(script=script, ebook_title=words)
    for printed in (render_script(sheet, ExportOptions()), render_side([sheet], "HANA", ExportOptions())):
        pages = read_pages(printed.content)
        assert re.search("CAST|You came back", pages[1])
        with pypdfium2.PdfDocument(printed.content) as document:
            text = document[1].get_textpage()
            highest = max(text.get_charbox(n)[3] for n in range(text.count_chars()))
            assert highest < document[1].get_height() - 20


@pytest.mark.parametrize(
    ("text", "columns", "shortened"),
    [
        ("Twelve words", 12, "Twelve words"),
        ("Twelve words", 11, "Twelve wor…"),
        ("Twelve words", 8, "Twelve…"),
        ("夜の灯籠", 8, "夜の灯籠"),
        ("夜の灯籠", 7, "夜の灯…"),
        ("夜の灯籠", 6, "夜の…"),
        ("𒀀𒀀", 12, "[U+12000][U…"),
        ("", 5, ""),
    ],
)
def test_a_title_is_shortened_to_the_columns_that_its_letters_take(text: str, columns: int, shortened: str) -> None:
    """Wide letters take two columns, and a letter without a font as many as its code."""
    assert shorten(text, columns) == shortened
