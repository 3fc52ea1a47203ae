"""Notes at the foot of a PDF's pages, which leave the running text."""

import re
from collections.abc import Sequence
from typing import Final

from bot.ebooks.reading.pdf_lines import PageLine, find_body_size, group_rows
from bot.ebooks.reading.text_layout import join_lines

_MARK: Final = re.compile(r"^(?:\d{1,3}|[*†‡§¶]{1,3})[.)]?\s*(?=\S)")
_SMALL: Final = 0.93  # of the size of the text, below which a line at the foot is a note


def take_notes(pages: Sequence[list[PageLine]]) -> tuple[list[list[PageLine]], list[str]]:
    """The lines of each page without the notes at its foot, and the notes in order."""
    size = find_body_size(line for page in pages for line in page)
    texts: list[list[PageLine]] = []
    notes: list[list[str]] = []
    had_notes = False
    for page in pages:
        foot = _find_foot(page, size)
        has_mark = bool(foot) and _MARK.match(page[foot[0]].text) is not None
        if not has_mark and not (foot and had_notes):
            texts.append(list(page))
            had_notes = False
            continue
        for index in foot:
            if _MARK.match(page[index].text) or not notes:
                notes.append([])
            notes[-1].append(page[index].text)
        texts.append([line for index, line in enumerate(page) if index not in set(foot)])
        had_notes = True
    return texts, [join_lines(note) for note in notes]


def _find_foot(page: Sequence[PageLine], size: float) -> list[int]:
    """The indexes of the small lines at the foot of a page that has text above them, from the top to the bottom."""
    foot: list[int] = []
    for row in reversed(group_rows(page)):
        if any(page[index].size >= size * _SMALL for index in row):
            return foot[::-1]
        foot += sorted(row, key=lambda index: -page[index].left)
    return []
