"""Chinese and Japanese pages with lines from the top to the bottom, turned so that they read like any other page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.ebooks.reading.pdf_lines import PageLine

_SAME_COLUMN: Final = 0.6  # times the size, by which signs in a column may lie apart sideways
_NEXT_SIGN: Final = 2.6  # times the size, by which the next sign in a column is lower at most
_BELOW: Final = -10_000.0  # where lines that run from left to right are put: page numbers and running heads


def turn_vertical(lines: Sequence[PageLine]) -> list[PageLine]:
    """The lines of a page; those of a vertical page are its columns, turned by a quarter."""
    pieces = [line for line in lines if _is_piece(line)]
    if sum(len(line.text) for line in pieces) * 2 <= sum(len(line.text) for line in lines):
        return list(lines)
    columns: list[PageLine] = []
    others: list[PageLine] = []
    for line in lines:
        if not _is_piece(line):
            others.append(replace(line, y=_BELOW + line.y, low=_BELOW + line.y))
        elif columns and _continues(columns[-1], line):
            columns[-1] = replace(columns[-1], text=columns[-1].text + line.text, low=line.low)
        else:
            columns.append(line)
    return [*map(_turn, columns), *others]


def _is_piece(line: PageLine) -> bool:
    """Whether the line is one sign of a column, or a whole column."""
    is_narrow = len(line.text) == 1 or (len(line.text) > 2 and abs(line.right - line.left) < line.size * 1.6)
    return is_narrow and line.text[0] >= "\u2e80"


def _continues(column: PageLine, line: PageLine) -> bool:
    is_below = 0 < column.low - line.y < line.size * _NEXT_SIGN
    return (
        is_below
        and abs(column.left - line.left) < line.size * _SAME_COLUMN
        and abs(column.size - line.size) < line.size * 0.2
    )


def _turn(column: PageLine) -> PageLine:
    return replace(
        column, left=-column.y - column.size, right=-column.low, y=round(column.left, 1), low=round(column.left, 1)
    )
