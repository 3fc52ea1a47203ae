"""The title that belongs to a heading: on the line below a number, or a long one that goes on below."""

import re
from collections.abc import Sequence
from typing import Final

from bot.ebooks.reading.heading_rules import MAX_HEADING, Candidate, Surroundings, ends_sentence

_LONG_TITLE: Final = 40  # characters of a title that may go on below
_MAX_TITLE_LINE: Final = 70  # characters of a title on the line below the number
_TWO_SENTENCES: Final = re.compile(r"[。！？].|\w{4}[.!?] \w")
_EMPHASIS: Final = re.compile(r"(?<!\w)_([^_]+)_(?!\w)")


def find_title_lines(around: Surroundings, headings: Sequence[Candidate]) -> dict[int, tuple[int, ...]]:
    """The lines under bare numbers that are titles, where most bare numbers have one."""
    starts = {heading.index for heading in headings}
    bare = [heading.index for heading in headings if heading.is_bare]
    found = {index: lines for index in bare if (lines := _read_title_below(around, index, starts))}
    strict = {index: lines for index, lines in found.items() if not ends_sentence(around.texts[lines[-1]].rstrip("!?"))}
    if len(strict) * 2 >= len(bare):
        return strict if len(found) * 5 < len(bare) * 4 else found
    return found if len(bare) > 2 and len(found) * 5 >= len(bare) * 4 else {}


def _read_title_below(around: Surroundings, index: int, starts: set[int]) -> tuple[int, ...]:
    lines: list[int] = []
    current = around.following.get(index)
    while current is not None and current not in starts and len(lines) < 3:
        text = around.texts[current]
        if not _may_be_title(text) or around.blanks_before[current] > 2:
            return ()
        lines.append(current)
        if around.blanks_after[current] or not around.has_blanks:
            following = around.following.get(current)
            is_title = (
                following is not None and following not in starts and around.texts[current][0] not in '"“«„「『—–-['
            )
            return tuple(lines) if is_title and (around.has_blanks or not ends_sentence(text)) else ()
        current = around.following.get(current)
    return ()


def read_rest_of_title(around: Surroundings, index: int, starts: set[int]) -> tuple[int, ...]:
    """The lines right below on which a long title goes on."""
    lines: list[int] = []
    current, text = index + 1, around.texts[index]
    while current < len(around.texts) and len(text) >= _LONG_TITLE and not ends_sentence(text) and len(lines) < 3:
        below = around.texts[current]
        is_rest = below[:1].islower() or (text.isupper() and below.isupper())
        if not is_rest or len(below) > MAX_HEADING or current in starts or around.lines[index].level:
            break
        lines.append(current)
        current, text = current + 1, below
    return tuple(lines)


def _may_be_title(text: str) -> bool:
    width = sum(2 if character >= "\u2e80" else 1 for character in text)
    return (
        width <= _MAX_TITLE_LINE
        and not text[:1].islower()
        and text[-1] not in ",;，；、"
        and not _TWO_SENTENCES.search(text)
    )


def tidy_title(title: str) -> str:
    """The title without emphasis, marks around it and a full stop at its end."""
    return _EMPHASIS.sub(r"\1", title).strip("#*_=~ ").rstrip(".:：—–-").strip()
