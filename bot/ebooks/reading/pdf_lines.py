"""The lines of a PDF's pages, with their places and sizes. Nothing here decides what they mean."""

import ctypes
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pypdfium2
from pypdfium2 import raw

_BROKEN_WORD: Final = "\x02\ufffe"  # how PDFium marks a hyphen at a line's end, which it takes out
_PIECE: Final = re.compile(f"[^\r\n{_BROKEN_WORD}]+[{_BROKEN_WORD}]?")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_REFERENCE: Final = re.compile(r"(?<=[^\W\d_]|[.,;:!?”’\"')\]])\d{1,3}(?![\w])")
_ALEF_LAM: Final = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_SMALL: Final = 0.85  # of the size of the line, below which a number refers to a note
_SPACES: Final = re.compile(r"[ \t\f\xa0\u2000-\u200a\u202f\u205f]+")
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


@dataclass(slots=True)
class PageLine:
    """One line on a page. Places are in points from the lower left corner; ``y`` is the line on which the letters stand.

    ``low`` is the same for the last letter, which stands lower in a vertical line.

    In a line that runs from right to left, ``left`` and ``right`` are mirrored, so that ``left`` is always where it begins.
    ``is_broken`` says that the line ends within a word, whose hyphen is not in ``text``.
    """

    page: int
    text: str
    left: float
    right: float
    y: float
    size: float
    low: float
    is_broken: bool = False


def read_lines(page: pypdfium2.PdfPage, index: int) -> list[PageLine]:
    """The lines of one page in the order in which the file has them."""
    textpage = page.get_textpage()
    try:
        return list(_list_lines(textpage, index))
    finally:
        textpage.close()


def _list_lines(textpage: pypdfium2.PdfTextPage, page: int) -> Iterator[PageLine]:
    text = textpage.get_text_range()
    wide = [index for index, character in enumerate(text) if character > "\uffff"]  # two units each in PDFium's count
    for match in _PIECE.finditer(text):
        piece = match[0]
        first = match.start() + len(piece) - len(piece.lstrip())
        last = match.start() + len(piece.rstrip(f" \t\xa0{_BROKEN_WORD}")) - 1
        if last < first:
            continue
        shifts = bisect_left(wide, first), bisect_left(wide, last)
        start, middle, end = (
            raw.FPDFText_GetCharIndexFromTextIndex(textpage, index)
            for index in (first + shifts[0], (first + last) // 2 + shifts[0], last + shifts[1])
        )
        boxes = [box for index in (start, middle, end) if index >= 0 and (box := _find_box(textpage, index))]
        if not boxes:
            continue
        left, right = min(box[0] for box in boxes), max(box[1] for box in boxes)
        size = sorted(box[3] - box[2] for box in boxes)[len(boxes) // 2]
        y = _find_base(textpage, start, boxes[0][2])
        lead = first - match.start()
        piece = _order_ligatures(textpage, piece, start - lead)
        clean = clean_line(_drop_references(textpage, piece, start - lead, size))
        if not clean:
            continue
        if len(_RIGHT_TO_LEFT.findall(clean)) * 2 > len(clean.replace(" ", "")):
            left, right = -right, -left
        low = y if len(boxes) < 3 else y + boxes[2][2] - boxes[0][2]
        yield PageLine(page, clean, left, right, y, round(size, 1), low, is_broken=piece[-1] in _BROKEN_WORD)


def _order_ligatures(textpage: pypdfium2.PdfTextPage, piece: str, start: int) -> str:
    """The line with lam before alef in their ligature, whose letters PDFium gives in the order in which they are seen."""
    for match in _ALEF_LAM.finditer(piece):
        boxes = [_find_box(textpage, start + index) for index in (match.start(), match.start() + 1)]
        if boxes[0] == boxes[1]:
            piece = piece[: match.start()] + match[0][::-1] + piece[match.end() :]
    return piece


def _drop_references(textpage: pypdfium2.PdfTextPage, piece: str, start: int, size: float) -> str:
    """The line without the small numbers that refer to notes."""
    for match in reversed(list(_REFERENCE.finditer(piece))):
        box = _find_box(textpage, start + match.start())
        if box and box[3] - box[2] < size * _SMALL:
            piece = piece[: match.start()] + piece[match.end() :]
    return piece


def clean_line(text: str) -> str:
    """The line with single spaces, without invisible marks, and with letters in place of ligatures and other forms."""
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()
    return text if text.isascii() else "".join(map(_resolve_ligature, text))


def _resolve_ligature(character: str) -> str:
    is_form = (
        "\ufb00" <= character <= "\ufdff" or "\ufe10" <= character <= "\ufe44" or "\ufe70" <= character <= "\ufefc"
    )
    return unicodedata.normalize("NFKC", character) if is_form else character


def _find_box(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float] | None:
    """Left, right, bottom and top of the space that a character takes."""
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
        return None
    return box.left, box.right, min(box.bottom, box.top), max(box.bottom, box.top)


def _find_base(textpage: pypdfium2.PdfTextPage, index: int, otherwise: float) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    found = raw.FPDFText_GetCharOrigin(textpage, index, ctypes.byref(x), ctypes.byref(y))
    return round(y.value, 1) if found else round(otherwise, 1)


def find_body_size(lines: Iterable[PageLine]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def group_rows(lines: Sequence[PageLine]) -> list[list[int]]:
    """The indexes of a page's lines from the top to the bottom; lines at the same height are in one row."""
    rows: list[list[int]] = []
    for index in sorted(range(len(lines)), key=lambda index: -lines[index].y):
        if rows and abs(lines[rows[-1][0]].y - lines[index].y) < lines[index].size * 0.3:
            rows[-1].append(index)
        else:
            rows.append([index])
    return rows
