"""PDF pages in scripts that run from right to left or from the top to the bottom, and letters that are drawn as one."""

from pathlib import Path

import pytest

from bot.ebooks.reading.pdf import read_pdf
from bot.ebooks.reading.pdf_lines import PageLine, clean_line
from bot.ebooks.reading.pdf_paragraphs import ParagraphBuilder
from bot.ebooks.reading.pdf_vertical import turn_vertical
from tests.bot.ebooks.reading.pdfs import Page, build_pdf

SIZE = 10.0


def set_column(text: str, x: float, top: float = 500) -> list[PageLine]:
    """A column of single signs, as PDFium gives them."""
    heights = [top - index * SIZE for index in range(len(text))]
    return [PageLine(0, sign, x, x + SIZE, y, SIZE, y) for sign, y in zip(text, heights, strict=True)]


def test_arabic_letters_that_are_drawn_as_one_come_in_the_order_of_reading(tmp_path: Path) -> None:
    page = Page()
    page.write(60, 500, "DCAE")  # as it is seen from left to right; "A" is lam and alef in one
    path = tmp_path / "book.pdf"
    letters = {"A": "\u0644\u0623", "C": "\u0648", "D": "\u0644", "E": "\u0627"}
    path.write_bytes(build_pdf([page], letters=letters))
    assert read_pdf(path).sections[0].text == "\u0627\u0644\u0623\u0648\u0644"


def test_columns_of_a_vertical_page_become_paragraphs() -> None:
    """A paragraph begins with an indented column and goes on in the next ones; the page's number is at the end."""
    first, second = "山路を登りながら、こう考えた。智に働けば角が立つ。", "情に棹させば流される。意地を通せば窮屈だ。"
    lines = []
    x = 400.0
    for text in (first, second) * 3:
        lines += set_column(text[:9], x, 500 - SIZE)
        for start in range(9, len(text), 10):
            x -= 16
            lines += set_column(text[start : start + 10], x)
        x -= 16
    lines.append(PageLine(0, "12", 200, 210, 40, SIZE, 40))
    texts = [paragraph.text for paragraph in ParagraphBuilder([turn_vertical(lines)]).build()]
    assert texts == [first, second] * 3 + ["12"]


def test_single_letters_on_a_page_with_long_lines_stay_where_they_are() -> None:
    lines = [*set_column("山", 60), PageLine(0, "A long line of text", 60, 200, 400, SIZE, 400)]
    assert turn_vertical(lines) == lines


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("ﬁre and ﬂame", "fire and flame"),
        ("\ufee3\ufea4\ufee4\ufeaa", "\u0645\u062d\u0645\u062f"),
        ("so\u00adft", "soft"),
        ("ａ　ｂ", "ａ　ｂ"),
    ],
)
def test_forms_of_letters_become_plain_letters(drawn: str, text: str) -> None:
    assert clean_line(drawn) == text
