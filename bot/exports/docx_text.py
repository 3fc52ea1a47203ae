"""Text of a Word document in writing systems of both directions: which letters are of which kind, and what stands where.

Word orders a line by the marks on its runs, LibreOffice by its characters alone; so every run is marked, and an invisible
mark of direction stands where two texts of different directions meet.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.exports.docx_layout import insert_bidi

_COMPLEX: Final = re.compile(r"[\u0590-\u0fff\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters for which Word takes the font, the size and the weight that are set for complex scripts."""
_LEFT_TO_RIGHT_MARK: Final = "\u200e"
_RIGHT_TO_LEFT_MARK: Final = "\u200f"
_SPACED_COLUMNS: Final = 1_500
"""What fits on a page of either paper with a line and a half of space; a Chinese character takes two columns."""
_CLOSE_COLUMNS: Final = 2_200
"""What fits on a page with almost no space between the lines."""
_SMALL: Final = Pt(9)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that runs in its own direction and moves nothing around it."""

    text: str
    bold: bool = False
    underline: bool = False
    joins: bool = False
    """Whether it is punctuation between two texts, which runs as the paragraph does."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What all letters of a run have in common."""

    bold: bool
    underline: bool
    is_complex: bool
    is_reversed: bool


def join_with(text: str, *, bold: bool = False, underline: bool = False) -> Piece:
    """Punctuation of ours between two texts."""
    return Piece(text, bold=bold, underline=underline, joins=True)


def write_line(paragraph: Paragraph, pieces: Sequence[Piece], *, right_to_left: bool) -> None:
    """Appends the pieces to a paragraph that runs in this direction."""
    if right_to_left:
        insert_bidi(paragraph)
    pieces = [piece for piece in pieces if piece.text]
    directions = [right_to_left if piece.joins else _find_direction(piece.text, base=right_to_left) for piece in pieces]
    is_mixed = any(direction != right_to_left for direction in directions)
    parts: list[tuple[_Look, str]] = []
    for piece, direction in zip(pieces, directions, strict=True):
        mark = _RIGHT_TO_LEFT_MARK if direction else _LEFT_TO_RIGHT_MARK
        text = piece.text
        if direction != right_to_left:
            text = f"{mark}{text}{mark}"
        elif is_mixed and piece.joins:
            text = f"{mark}{text}"
        for part, is_complex, is_reversed in _look_at(text, base=direction):
            parts.append((_Look(piece.bold, piece.underline, is_complex, is_reversed), part))
    for look, group in groupby(parts, key=itemgetter(0)):
        _add_run(paragraph, "".join(part for _, part in group), look)


def fit_on_page(paragraph: Paragraph) -> None:
    """Sets a long line more closely, and a very long one smaller, so that no line of dialogue is broken over two pages."""
    columns = sum(1 + (unicodedata.east_asian_width(letter) in {"W", "F"}) for letter in paragraph.text)
    if columns > _SPACED_COLUMNS:
        paragraph.paragraph_format.line_spacing = 1.1
    if columns > _CLOSE_COLUMNS:
        for run in paragraph.runs:
            run.font.size = _SMALL


def _add_run(paragraph: Paragraph, text: str, look: _Look) -> None:
    run = paragraph.add_run(text)
    run.bold = look.bold or None
    run.underline = look.underline or None
    if look.is_complex:
        run.font.complex_script = True
        run.font.cs_bold = look.bold or None
    if look.is_reversed:
        run.font.rtl = True


def _find_direction(text: str, *, base: bool) -> bool:
    """Whether the text runs from right to left; one that could run either way runs as its paragraph does.

    Numbers alone run from left to right, so that a range begins with its lower end.
    """
    letters = [direction for direction in map(_find_own_direction, text) if direction is not None]
    if not letters and any(letter.isdigit() for letter in text):
        return False
    right = sum(letters)
    return base if 2 * right == len(letters) else 2 * right > len(letters)


def _look_at(text: str, *, base: bool) -> Iterator[tuple[str, bool, bool]]:
    """Each character, whether it is set in the font for complex scripts, and whether it runs from right to left.

    A text that is the same throughout, as most are, comes as a whole.
    """
    if text.isascii() and not base:
        yield text, False, False
        return
    first = next((letter for letter in text if _find_own_direction(letter) is False), "")
    is_complex = _COMPLEX.match(first) is not None
    for letter, direction in zip(text, _find_directions(text, base=base), strict=True):
        if _find_own_direction(letter) is False:
            is_complex = _COMPLEX.match(letter) is not None
        yield letter, direction or is_complex, direction


def _find_directions(text: str, *, base: bool) -> list[bool]:
    """For each character whether it runs from right to left, nearly as the Unicode bidirectional algorithm has it.

    A digit goes with the letters before it. Spaces and punctuation go with the letters around them, and where those differ,
    with the text as a whole.
    """
    own: list[bool | None] = []
    letters = base
    for letter in text:
        direction = _find_own_direction(letter)
        if unicodedata.bidirectional(letter) in {"NSM", "BN"} and own:
            direction = own[-1]  # a vowel sign or a joiner belongs to its letter
        elif direction is None and letter.isdigit():
            direction = letters
        letters = direction if direction is not None else letters
        own.append(direction)
    filled: list[bool] = []
    for direction, group in groupby(own):
        count = len(list(group))
        before = filled[-1] if filled else base
        at = len(filled) + count
        after = next((each for each in own[at : at + 1] if each is not None), base)
        filled += [direction if direction is not None else before if before == after else base] * count
    return filled


def _find_own_direction(letter: str) -> bool | None:
    """Whether the letter runs from right to left; None for what is no letter."""
    direction = unicodedata.bidirectional(letter)
    return None if direction not in {"R", "AL", "L"} else direction != "L"
