"""What may be wrong with the chapters of a book that is to be imported, in sentences for the person who adds it."""

from collections.abc import Collection, Sequence
from statistics import median
from typing import Final

from bot.ebooks.chapter_numbers import find_gaps
from bot.ebooks.planned_text import PlannedChapter

MIN_WORDS: Final = 50
"""A chapter with fewer words is probably none."""
MEDIAN_FACTOR: Final = 5
"""A chapter with this many times the median is probably several."""
_MOST_LISTED: Final = 8  # numbers in one sentence


def find_warnings(chapters: Sequence[PlannedChapter], also_there: Collection[int], max_chars: int) -> list[str]:
    """The warnings about the chapters. Numbers in ``also_there`` are no gap: their chapters were merged or left out."""
    if not chapters:
        return ["No chapter is left. Restore one, or the book cannot be added."]
    warnings = []
    numbers = [chapter.number for chapter in chapters]
    gaps = find_gaps([*numbers, *(number for number in also_there if min(numbers) < number < max(numbers))])
    missing = [str(low) if low == high else f"{low}\N{EN DASH}{high}" for low, high in gaps]
    if missing:
        verb = "is" if len(gaps) == 1 and gaps[0][0] == gaps[0][1] else "are"
        warnings.append(f"The numbering has a gap: {_list(missing)} {verb} missing.")
    usual = median(chapter.words for chapter in chapters)
    long = [chapter.number for chapter in chapters if len(chapters) > 2 and chapter.words >= MEDIAN_FACTOR * usual > 0]
    if long:
        warnings.append(
            f"{_name(long)} {'has' if len(long) == 1 else 'have'} at least {MEDIAN_FACTOR} times the words of a usual chapter: "
            "there may be several chapters in one."
        )
    short = [chapter.number for chapter in chapters if chapter.words < MIN_WORDS]
    if short:
        warnings.append(f"{_name(short)} {'has' if len(short) == 1 else 'have'} fewer than {MIN_WORDS} words.")
    too_long = [chapter.number for chapter in chapters if len(chapter.text) > max_chars]
    if too_long:
        verb, subject = ("has", "it") if len(too_long) == 1 else ("have", "they")
        warnings.append(
            f"{_name(too_long)} {verb} more than {max_chars:,} characters: {subject} cannot be scripted until split."
        )
    return warnings


def _name(numbers: Sequence[int]) -> str:
    return f"{'Chapter' if len(numbers) == 1 else 'Chapters'} {_list(list(map(str, numbers)))}"


def _list(names: Sequence[str]) -> str:
    """The first names in a row, and how many more there are."""
    if len(names) > _MOST_LISTED:
        return f"{', '.join(names[:_MOST_LISTED])} and {len(names) - _MOST_LISTED} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
