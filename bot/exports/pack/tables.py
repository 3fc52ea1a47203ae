"""Tables of the production pack as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from bot.exports.files import Download, escape_csv_cell
from bot.scripts.text_units import to_single_line

Cell = str | int | float


def build_table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Download:
    """The rows as a CSV file for spreadsheets.

    Excel and Numbers recognise UTF-8 by the byte order mark. Every cell is on one line, so that programs that read line by
    line get it right, and none is taken for a formula.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_render_cell(cell) for cell in row])
    return Download(name, table.getvalue().encode("utf-8-sig"))


def format_minutes(seconds: float) -> str:
    """Minutes with one decimal, such as ``12.5``; the least that is something is ``0.1``."""
    return f"{max(seconds / 60, 0.1 if seconds else 0.0):.1f}"


def format_time(seconds: float) -> str:
    """Hours, minutes, seconds and milliseconds, such as ``0:04:07.500``: a time on the time line of an audio program."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}.{milliseconds:03}"


def _render_cell(cell: Cell) -> str:
    return escape_csv_cell(to_single_line(cell)) if isinstance(cell, str) else str(cell)
