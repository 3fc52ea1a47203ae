"""Scripts as PDFs, read back with pypdfium2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.conventions import format_range
from bot.exports.options import ExportOptions
from bot.exports.pdf import build_download, render_script
from bot.exports.sheet import ScriptSheet
from bot.fonts import replace_uncovered
from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Scene
from bot.scripts.text_units import to_single_line
from bot.settings.paper import Paper
from tests.bot.exports.hostile_texts import HOSTILE_TEXTS, WILD_TEXT
from tests.bot.exports.pdf_pages import measure_paper, read_lines_as_seen, read_pages, squeeze
from tests.bot.exports.sample_script import SCRIPT, TEMPLATE, build_full_sheet, build_sample_sheet

MARKUP = ("#let x = 1", "#panic()", "$x$", "*a* _b_", "<label>", "@ref", "\\", "#{", "[", "/* x", "= a", '"); #panic("')


def build_script(*texts: str, speaker: str = "HANA", language: str = "en") -> ScriptSheet:
    """A script in which one speaker says these lines."""
    cues = [Cue(n=0, kind=CueKind.DIALOGUE, speaker=speaker, text=text) for text in texts]
    script = SCRIPT.model_copy(update={"cast": (CastMember(name=speaker),), "language": language})
    return build_sample_sheet(script=arrange(script, cues))


def read(sheet: ScriptSheet, paper: Paper = Paper.A4) -> list[str]:
    """The pages of the script."""
    return read_pages(render_script(sheet, ExportOptions(paper)).content)


def test_a_printed_script_follows_the_conventions_of_radio_drama() -> None:
    """Title page, lists, scenes, numbered cues, sounds in capitals with their index, a header and "page n of m"."""
    scenes = (Scene(n=1, place="The hall", time="night", present=("HANA",)),)
    cues = tuple(cue.model_copy(update={"scene": 1, "is_altered": cue.n == 2}) for cue in SCRIPT.cues)
    title, lists, script = read(
        build_sample_sheet(TEMPLATE, SCRIPT.model_copy(update={"cues": cues, "scenes": scenes}))
    )
    assert title == (
        "The *Midnight* Summoning The Fox Chapter 1 Draft of 2026-11-22, version 2, draft "
        f"Runs 4:00–5:00 (estimate), 4 cues Id {TEMPLATE.id} Template script. The *quota* is used up. "
        "† marks lines that were changed or added by hand: their words are not the author's. A bell too many. page 1 of 3"
    )
    header = "The *Midnight* Summoning, version 2, draft"
    assert lists.startswith(
        f"{header} CAST HANA: low, tired; 1 line THE_FOX: 0 lines NARRATOR: 1 line SOUND EFFECTS "
        "[1]: A door creaks. (cue 3) MUSIC [1]: A drone. (cue 1) SCENES SCENE 1 – THE HALL – NIGHT:"
    )
    assert lists.endswith("cues 1–4 page 2 of 3")
    assert script.startswith(f"{header} SCENE 1 – THE HALL – NIGHT Runs ")
    assert script.endswith(
        "; present: HANA 1. MUSIC [1]: A DRONE. – UNDER 2. NARRATOR †: The lantern guttered. "
        "3. SFX [1]: A DOOR CREAKS. 4. HANA (close): You came back. page 3 of 3"
    )


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (210.0, 297.0)), (Paper.LETTER, (215.9, 279.4))])
def test_no_page_breaks_a_line_on_either_paper(paper: Paper, size: tuple[float, float]) -> None:
    """All words of a line are on one page, in the order of the script."""
    texts = [f"Line {n} begins here. {'The bell rang again. ' * (n % 9)}Line {n} ends." for n in range(1, 60)]
    content = render_script(build_script(*texts), ExportOptions(paper)).content
    assert measure_paper(content) == size
    pages = read_pages(content)
    places = [next((n for n, page in enumerate(pages) if text in page), None) for text in texts]
    assert None not in places
    assert len(set(places)) > 3
    whole = " ".join(pages)
    positions = [whole.index(text) for text in texts]
    assert positions == sorted(positions)


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize(
    ("line", "speaker", "language"),
    [
        ("The bell rang again. " * 95, "M" * 60, "en"),
        ("字" * 2_000, "花" * 60, "ja"),
        ("ارتجف الفانوس ثم انطفأ. " * 83, "هناء", "ar"),
        ("ตะเกียงกะพริบแล้วดับลง " * 87, "ฮานะ" * 15, "th"),
    ],
)
def test_a_line_of_two_thousand_letters_is_on_one_page(line: str, speaker: str, language: str, paper: Paper) -> None:
    """Such a line is set more closely, and smaller if need be; those beside it are as large as ever."""
    pages = read(build_script("Before.", line, "After.", speaker=speaker, language=language), paper)
    letters = [squeeze(page).count(line[0]) for page in pages[2:]]
    assert max(letters) >= sum(letters) - 5, "a few more are in the other lines and in the header"
    assert not any("CONT’D" in page for page in pages)


def test_a_line_longer_than_a_page_goes_on_under_its_speaker_name() -> None:
    """It is the only one that is broken, and no word of it is lost."""
    pages = read(build_script("Before.", "字" * 4_000, "After.", speaker="花", language="ja"))
    shown = [page for page in pages if "字" * 10 in page]
    assert sum(page.count("字") for page in shown) == 4_000
    assert ["花 (CONT’D):" in page for page in shown] == [False, True]
    assert "3. 花: After." in shown[-1]


def test_our_own_words_keep_their_order_in_a_script_that_runs_from_right_to_left() -> None:
    """In the lists "2 lines" stays "2 lines", and a range begins with its shorter time."""
    sheet = build_script("ارتجف الفانوس.", "عدت.", speaker="هناء", language="ar")
    scenes = (Scene(n=1, place="القاعة", time="ليل"),)
    cues = [cue.model_copy(update={"scene": 1}) for cue in sheet.script.cues]
    script = arrange(sheet.script.model_copy(update={"scenes": scenes}), cues)
    content = render_script(build_sample_sheet(script=script), ExportOptions()).content
    lines = "\n".join(read_lines_as_seen(content, 1))
    (scene,) = build_sample_sheet(script=script).scenes
    assert "2lines" in lines
    assert f"{format_range(scene.running_time)}cues1–2" in lines.replace(",", "")


def test_names_and_words_without_spaces_stay_on_the_paper() -> None:
    """A name of sixty letters and a word of two thousand are broken into lines, and all of them can be read."""
    pages = read(build_script("w" * 2_000, speaker="M" * 60))
    whole = squeeze("".join(pages))
    assert "M" * 60 in whole
    assert whole.count("w") >= 2_000


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(WILD_TEXT, st.sampled_from(MARKUP)), min_size=12, max_size=20))
def test_no_text_is_taken_for_markup(texts: list[str]) -> None:
    """Whatever the texts contain, the document is made."""
    printed = render_script(build_full_sheet(*texts), ExportOptions())
    assert printed.content.startswith(b"%PDF-")


@pytest.mark.parametrize("start", [0, 30])
def test_texts_that_look_like_markup_are_printed_word_for_word(start: int) -> None:
    """Markup of typst and of every other format stands on the page as it was written."""
    texts = [text for text in (*MARKUP, *HOSTILE_TEXTS)[start : start + 30] if to_single_line(text)]
    whole = squeeze("".join(read(build_script(*texts))))
    assert [text for text in texts if squeeze(replace_uncovered(to_single_line(text))) not in whole] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("el", "Γύρισες. Το φανάρι έσβησε."),
        ("ru", "Ты вернулась. Фонарь погас."),
        ("th", "เธอกลับมาแล้ว"),
        ("hi", "लालटेन बुझ गई।"),
        ("ja", "戻ってきたのね。"),
        ("zh-TW", "燈籠熄滅了。"),
        ("ko", "돌아왔구나."),
        ("ar", "لقد عدت"),
        ("he", "חזרת"),
    ],
)
def test_every_writing_system_of_the_samples_is_printed(language: str, text: str) -> None:
    """All characters have a font, so there is nothing to note, and the words are in the file."""
    printed = render_script(build_script(text, language=language), ExportOptions())
    assert printed.notes == ()
    whole = squeeze("".join(read_pages(printed.content)))
    assert set(squeeze(text)) - set(whole) <= set("ािी่ั")  # signs that are joined with their letters


def test_scripts_that_run_from_right_to_left_have_their_numbers_at_the_right_edge() -> None:
    """The number is right of the words."""
    import pypdfium2

    content = render_script(build_script("חזרת", speaker="הנה", language="he"), ExportOptions()).content
    with pypdfium2.PdfDocument(content) as document:
        page = document[len(document) - 1].get_textpage()
        boxes = {page.get_text_range(n, 1): page.get_charbox(n) for n in range(page.count_chars())}
    middle = 210 / 25.4 * 72 / 2
    assert boxes["ח"][0] > middle


def test_a_character_without_a_font_is_named() -> None:
    """Its code stands on the page, and the note with the file says which one it is."""
    download = build_download(build_script("A sign: 𒀀."), ExportOptions())
    assert download.name.endswith(".pdf")
    assert download.notes == ("No font here has the character 𒀀 (U+12000); the file has its code in brackets instead.",)
    assert "A sign: [U+12000]." in " ".join(read_pages(download.content))


def test_the_same_script_gives_the_same_bytes() -> None:
    """A file can be compared with an earlier one."""
    sheet = build_script("Hello.")
    assert render_script(sheet, ExportOptions()) == render_script(sheet, ExportOptions())
