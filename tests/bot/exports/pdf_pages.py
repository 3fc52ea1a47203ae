"""Reads a PDF back, as a person would see its words."""

import re
import unicodedata
from collections import defaultdict
from ctypes import c_double
from typing import Final

import pypdfium2

_INVISIBLE: Final = re.compile("[\u0000-\u0008\u200b-\u200f\u2060-\u206f\ufffe\uffff]")


def read_pages(content: bytes) -> list[str]:
    """The text of each page on one line, with single spaces."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return [" ".join(_INVISIBLE.sub("", page).split()) for page in pages]


def read_lines_as_seen(content: bytes) -> list[str]:
    """The lines of all pages, the characters of each from the left edge to the right one, without spaces."""
    lines: list[str] = []
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            text = page.get_textpage()
            places: dict[int, list[tuple[float, str]]] = defaultdict(list)
            for n in range(text.count_chars()):
                x, y = c_double(), c_double()
                pypdfium2.raw.FPDFText_GetCharOrigin(text, n, x, y)
                places[-round(y.value)].append((x.value, text.get_text_range(n, 1)))
            lines += [squeeze("".join(letter for _, letter in sorted(line))) for _, line in sorted(places.items())]
    return lines


def measure_paper(content: bytes) -> tuple[float, float]:
    """Width and height of the first page in millimetres."""
    with pypdfium2.PdfDocument(content) as document:
        width, height = document[0].get_size()
    return round(width / 72 * 25.4, 1), round(height / 72 * 25.4, 1)


def squeeze(text: str) -> str:
    """The text without spaces and without what is invisible: how words are compared that were broken into lines."""
    return "".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
