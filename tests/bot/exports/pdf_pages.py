"""Reads a PDF back, as a person would see its words."""

import re
import unicodedata
from typing import Final

import pypdfium2

_INVISIBLE: Final = re.compile("[\u0000-\u0008\u200b-\u200f\u2060-\u206f\ufffe\uffff]")


def read_pages(content: bytes) -> list[str]:
    """The text of each page on one line, with single spaces."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return [" ".join(_INVISIBLE.sub("", page).split()) for page in pages]


def measure_paper(content: bytes) -> tuple[float, float]:
    """Width and height of the first page in millimetres."""
    with pypdfium2.PdfDocument(content) as document:
        width, height = document[0].get_size()
    return round(width / 72 * 25.4, 1), round(height / 72 * 25.4, 1)


def squeeze(text: str) -> str:
    """The text without spaces and without what is invisible: how words are compared that were broken into lines."""
    return "".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def read_lines_as_seen(content: bytes, page: int) -> list[str]:
    """The lines of a page with their letters from left to right, as the eye finds them, without spaces."""
    document = pypdfium2.PdfDocument(content)
    text = document[page].get_textpage()
    lines: dict[int, list[tuple[float, str]]] = {}
    for index in range(text.count_chars()):
        letter = text.get_text_range(index, 1)
        if letter.strip():
            left, bottom, _, _ = text.get_charbox(index, loose=True)
            lines.setdefault(round(bottom), []).append((left, letter))
    return ["".join(letter for _, letter in sorted(letters)) for _, letters in sorted(lines.items(), reverse=True)]
