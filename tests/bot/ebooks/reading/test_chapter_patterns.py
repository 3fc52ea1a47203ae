"""Chapters are found in a text without a list of them, whatever its language and way of writing headings."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.chapter_patterns import ChapterSplit, split_chapters
from bot.ebooks.reading.heading_rules import TextLine

PROSE = "The lantern had gone out again, and nobody in the village knew why. She waited by the well until it was dark."
CJK_PROSE = "山路を登りながら、こう考えた。智に働けば角が立つ。情に棹させば流される。意地を通せば窮屈だ。"


def split(text: str) -> ChapterSplit:
    return split_chapters([TextLine(line) for line in text.split("\n")])


def write_book(headings: list[str], prose: str = PROSE) -> str:
    return "\n\n".join(f"{heading}\n\n" + "\n\n".join([prose] * 6) for heading in headings)


def list_chapters(split_text: ChapterSplit) -> list[tuple[str, int | None]]:
    return [(each.title, each.number) for each in split_text.sections if each.kind is SectionKind.CHAPTER]


STYLES = [
    (["CHAPTER I", "CHAPTER II", "CHAPTER III"], ["CHAPTER I", "CHAPTER II", "CHAPTER III"]),
    (["Chapter 1: The Well", "Chapter 2: The Lantern"], ["Chapter 1: The Well", "Chapter 2: The Lantern"]),
    (["CHAPTER I.\n\nThe Well", "CHAPTER II.\n\nThe Lantern"], ["CHAPTER I: The Well", "CHAPTER II: The Lantern"]),
    (
        ["CHAPTER I.\nLoomings.", "CHAPTER II.\nThe Inn.", "CHAPTER III.\nWhales."],
        ["CHAPTER I: Loomings", "CHAPTER II: The Inn", "CHAPTER III: Whales"],
    ),
    (["I", "II", "III"], ["I", "II", "III"]),
    (["1.", "2.", "3."], ["1", "2", "3"]),
    (["ONE", "TWO", "THREE"], ["ONE", "TWO", "THREE"]),
    (["I. A SCANDAL", "II. THE LEAGUE", "III. IDENTITY"], ["I. A SCANDAL", "II. THE LEAGUE", "III. IDENTITY"]),
    (["1. The Well", "2. The Lantern", "3. Dusk"], ["1. The Well", "2. The Lantern", "3. Dusk"]),
    (["Chapter One", "Chapter Two"], ["Chapter One", "Chapter Two"]),
    (["Глава 1. Колодец", "Глава 2. Фонарь"], ["Глава 1. Колодец", "Глава 2. Фонарь"]),
    (["Глава первая", "Глава вторая"], ["Глава первая", "Глава вторая"]),
    (["Erstes Kapitel", "Zweites Kapitel"], ["Erstes Kapitel", "Zweites Kapitel"]),
    (["Kapitel 1", "Kapitel 2"], ["Kapitel 1", "Kapitel 2"]),
    (["Chapitre premier", "Chapitre II"], ["Chapitre premier", "Chapitre II"]),
    (["Capítulo I", "Capítulo II"], ["Capítulo I", "Capítulo II"]),
    (["الفصل الأول", "الفصل الثاني"], ["الفصل الأول", "الفصل الثاني"]),
    (["第一章　井", "第二章　提灯"], ["第一章 井", "第二章 提灯"]),
    (["第一章井", "第二章灯笼"], ["第一章井", "第二章灯笼"]),
    (["第一回 甄士隐", "第二回 贾夫人"], ["第一回 甄士隐", "第二回 贾夫人"]),
    (["第一卷", "第二卷"], ["第一卷", "第二卷"]),
    (["一", "二", "三"], ["一", "二", "三"]),
    (["제1장", "제2장"], ["제1장", "제2장"]),
    (["STAVE ONE", "STAVE TWO"], ["STAVE ONE", "STAVE TWO"]),
]


@pytest.mark.parametrize(("headings", "titles"), STYLES, ids=lambda value: value[0])
def test_headings_of_every_usual_form_become_chapters(headings: list[str], titles: list[str]) -> None:
    """Their titles are kept as they are written, and their numbers are read."""
    split_text = split(write_book(headings, CJK_PROSE if headings[0][0] in "第一" else PROSE))
    assert list_chapters(split_text) == list(zip(titles, range(1, len(titles) + 1), strict=True))


def test_chapters_with_wrong_numbers_are_chapters() -> None:
    """As in a file in which each "Chapter 10" became "Chapter 1"."""
    headings = ["Chapter 1", "Chapter 2", "Chapter 1", "Chapter 1", "Chapter 2"]
    assert [title for title, _ in list_chapters(split(write_book(headings)))] == headings


def test_a_prologue_of_a_chinese_book_may_have_a_title() -> None:
    split_text = split(write_book(["楔子 张天师祈禳瘟疫", "第一回 王教头", "第二回 史大郎"], CJK_PROSE))
    assert [title for title, _ in list_chapters(split_text)] == [
        "楔子 张天师祈禳瘟疫",
        "第一回 王教头",
        "第二回 史大郎",
    ]


def test_a_long_title_goes_on_below() -> None:
    heading = "Capítulo II. Que trata de la primera salida que de su tierra hizo el\ningenioso don Quijote"
    split_text = split(write_book(["Capítulo I. Del lugar de la Mancha", heading]))
    assert [title for title, _ in list_chapters(split_text)][1] == heading.replace("\n", " ")


def test_a_heading_after_an_unfinished_sentence_counts_where_its_number_is_missing() -> None:
    """Another line that begins like that, such as one that mentions a chapter, does not."""
    book = "\n".join(f"Chapter {number}. A Title\n{PROSE}\n{PROSE[:70]}" for number in range(1, 5))
    assert [number for _, number in list_chapters(split(f"{book}\nChapter 2. It was long\n{PROSE}"))] == [1, 2, 3, 4]


def test_what_stands_on_every_line_is_no_heading() -> None:
    """A text of nothing but headings is one chapter, and finding that out takes no longer than reading a book."""
    split_text = split("Chapter 1\n" * 12_000)
    assert list_chapters(split_text) == [("", None)]


def test_a_picture_below_a_number_is_not_its_title() -> None:
    headings = ["CHAPTER I.\n\n[Illustration]", "CHAPTER II.\n\n[Illustration]"]
    assert [title for title, _ in list_chapters(split(write_book(headings)))] == ["CHAPTER I", "CHAPTER II"]


def test_capital_titles_without_numbers_are_chapters() -> None:
    assert [title for title, _ in list_chapters(split(write_book(["THE WELL", "THE LANTERN", "DUSK"])))] == [
        "THE WELL",
        "THE LANTERN",
        "DUSK",
    ]


def test_a_table_of_contents_is_front_matter() -> None:
    headings = [f"CHAPTER {roman}" for roman in ("I", "II", "III", "IV")]
    contents = "Contents\n\n" + "\n".join(
        f"{heading}. The Title ....... {page}" for page, heading in enumerate(headings)
    )
    split_text = split(f"The Lantern\n\nby A. Writer\n\n{contents}\n\nPREFACE\n\n{PROSE}\n\n{write_book(headings)}")
    assert [title for title, _ in list_chapters(split_text)] == headings
    assert [each.title for each in split_text.sections[:3]] == ["Front matter", "Contents", "PREFACE"]


def test_a_table_of_contents_at_the_end_is_back_matter() -> None:
    headings = [f"Chapitre {number}" for number in range(1, 6)]
    split_text = split(f"{write_book(headings)}\n\nTABLE DES MATIÈRES\n\n" + "\n".join(headings))
    assert [title for title, _ in list_chapters(split_text)] == headings
    assert split_text.sections[-1].kind is SectionKind.BACK_MATTER


def test_an_entry_of_the_table_of_contents_without_a_heading_is_named() -> None:
    headings = [f"Chapter {number}" for number in range(1, 6)]
    contents = "\n".join(headings)
    split_text = split(f"Contents\n\n{contents}\n\n{write_book([*headings[:2], *headings[3:]])}")
    assert [title for title, _ in list_chapters(split_text)] == ["Chapter 1", "Chapter 2", "Chapter 4", "Chapter 5"]
    assert any("“Chapter 3”" in warning for warning in split_text.warnings)


def test_parts_stand_above_the_chapters() -> None:
    book = (
        f"PART ONE\n\n{write_book(['Chapter 1', 'Chapter 2'])}\n\nPART TWO\n\n{write_book(['Chapter 3', 'Chapter 4'])}"
    )
    split_text = split(book)
    assert [number for _, number in list_chapters(split_text)] == [1, 2, 3, 4]
    assert [each.title for each in split_text.sections if each.kind is not SectionKind.CHAPTER] == [
        "PART ONE",
        "PART TWO",
    ]


def test_a_prologue_and_an_epilogue_are_chapters_and_an_afterword_is_not() -> None:
    split_text = split(write_book(["Prologue", "Chapter 1", "Chapter 2", "Epilogue", "Afterword", "Notes"]))
    assert list_chapters(split_text) == [("Prologue", None), ("Chapter 1", 1), ("Chapter 2", 2), ("Epilogue", None)]
    assert [each.kind for each in split_text.sections[-2:]] == [SectionKind.BACK_MATTER, SectionKind.NOTES]


def test_sections_within_a_chapter_are_where_it_can_be_split() -> None:
    book = write_book(["Chapter 1", "1", "2", "3", "Chapter 2", "1", "2", "3", "Chapter 3"])
    split_text = split(book)
    assert [number for _, number in list_chapters(split_text)] == [1, 2, 3]
    first = split_text.sections[0]
    assert [(each.title, first.text[each.offset]) for each in first.headings] == [("1", "1"), ("2", "2"), ("3", "3")]


def test_page_numbers_within_sentences_are_no_chapters() -> None:
    half = "The lantern had gone out again, and nobody in the village knew"
    text = "\n\n".join(f"{half}\n\n{page}\n\nwhy. {PROSE} {half}" for page in range(1, 9))
    assert list_chapters(split(text)) == [("", None)]


@pytest.mark.parametrize(
    "line", ["第一封信", "Chapter 4 was the best of all", "She read chapter 3.", "12 angry men came"]
)
def test_a_line_of_the_story_is_no_heading(line: str) -> None:
    split_text = split(f"{PROSE}\n\n{line}\n\n{PROSE}")
    assert list_chapters(split_text) == [("", None)]
    assert "No chapter headings" in split_text.warnings[0]


def test_a_long_text_before_the_first_heading_is_a_chapter() -> None:
    split_text = split("\n\n".join([PROSE] * 20) + "\n\n" + write_book(["Chapter 1", "Chapter 2"]))
    assert list_chapters(split_text) == [("Opening", None), ("Chapter 1", 1), ("Chapter 2", 2)]


def test_headings_that_the_file_marks_come_before_patterns() -> None:
    titles = ["The Well", "The Lantern", "Dusk"]
    lines = [TextLine("A Book", 1)]
    for title in titles:
        lines += [TextLine(title, 2), *[TextLine(PROSE)] * 3, TextLine("IV"), TextLine(PROSE)]
    assert [title for title, _ in list_chapters(split_chapters(lines))] == titles


LINES = [
    *(
        "",
        "",
        "Chapter 1",
        "Chapter 2",
        "CHAPTER III",
        "I",
        "II",
        "12",
        "第一章",
        "三",
        "Contents",
        "Prologue",
        "Notes",
    ),
    *("PART ONE", "THE WELL", "The Lantern", PROSE, PROSE, CJK_PROSE, "* * *", "Глава 3", "الفصل الثالث", "Ⅳ", "１２"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(0, 2)), max_size=40))
def test_no_character_is_lost_or_moved(lines: list[tuple[str, int]]) -> None:
    split_text = split_chapters([TextLine(text, level if text else 0) for text, level in lines])
    written = "".join(section.title + section.text for section in split_text.sections)
    for added in ("Front matter", "Opening"):
        written = written.removeprefix(added)
    assert keep_letters(written) == keep_letters("".join(text for text, _ in lines))


def keep_letters(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text) if each.isalnum())
