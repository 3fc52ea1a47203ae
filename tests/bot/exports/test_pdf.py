"""Scripts as PDFs, read back with pypdfium2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.options import ExportOptions
from bot.exports.pdf import build_download, render_script
from bot.exports.sheet import ScriptSheet
from bot.fonts import replace_uncovered
from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Scene
from bot.scripts.text_units import to_single_line
from bot.settings.paper import Paper
from tests.bot.exports.hostile_texts import HOSTILE_TEXTS, WILD_TEXT
from tests.bot.exports.pdf_pages import measure_paper, read_pages, squeeze
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
