"""What an import would change in a book that is already there. Values only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.planned_text import MAX_TITLE, PlannedChapter
from bot.scripts.ngrams import MIN_MATCH, build_ngrams
from bot.scripts.text_units import find_normalized_units
from storage.stores.chapters import ChapterHeader, digest_text

_MOST_COMPARED: Final = 20  # texts on each side, since each is compared with each


class ChangeKind(StrEnum):
    """What happens to one chapter."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    MISSING = "no longer there"


@dataclass(frozen=True, slots=True)
class ChapterChange:
    """What happens to one chapter. ``previous_number`` is the number that it had, None where it stays or is new."""

    kind: ChangeKind
    number: int
    title: str
    previous_number: int | None = None


def align_plan(plan: ImportPlan, stored: Sequence[ChapterHeader]) -> ImportPlan:
    """The plan with the numbers and titles that the team has given to the same texts before."""
    plan = _align_numbers(plan, stored)
    titles = {chapter.number: (chapter.digest, chapter.title) for chapter in stored}
    for index, chapter in enumerate(plan.chapters):
        digest, title = titles.get(chapter.number, ("", ""))
        if 0 < len(title) <= MAX_TITLE and title != chapter.title and digest == digest_text(chapter.text):
            plan = plan.rename(index, title)
    return plan


def find_unmatched(plan: ImportPlan, stored: Sequence[ChapterHeader]) -> list[int]:
    """The numbers of the stored chapters that the plan does not have; their texts are needed for ``compare_chapters``."""
    numbers = {chapter.number for chapter in plan.chapters}
    return [chapter.number for chapter in stored if chapter.number not in numbers]


def compare_chapters(
    plan: ImportPlan, stored: Sequence[ChapterHeader], texts: Mapping[int, str]
) -> tuple[ChapterChange, ...]:
    """The changes in the order of the plan, then the chapters that it does not have.

    Chapters are the same by their number, else by their title or their text; ``texts`` has the stored texts of
    ``find_unmatched`` by number.
    """
    by_number = {chapter.number: chapter for chapter in stored}
    unmatched = {number: by_number[number] for number in find_unmatched(plan, stored)}
    moved = _match_others([chapter for chapter in plan.chapters if chapter.number not in by_number], unmatched, texts)
    changes = []
    for chapter in plan.chapters:
        kind, previous = ChangeKind.NEW, moved.get(chapter.number)
        if previous is not None:
            kind = ChangeKind.CHANGED
        elif chapter.number in by_number:
            same = by_number[chapter.number]
            is_same = (same.digest, same.title) == (digest_text(chapter.text), chapter.title)
            kind = ChangeKind.UNCHANGED if is_same else ChangeKind.CHANGED
        changes.append(ChapterChange(kind, chapter.number, chapter.title, previous))
    missing = [chapter for number, chapter in unmatched.items() if number not in moved.values()]
    return (*changes, *(ChapterChange(ChangeKind.MISSING, chapter.number, chapter.title) for chapter in missing))


def _align_numbers(plan: ImportPlan, stored: Sequence[ChapterHeader]) -> ImportPlan:
    """The plan from another first number, where more of its texts stand at the numbers that they have then."""
    numbers = {chapter.digest: chapter.number for chapter in stored}
    offsets = Counter(
        numbers[digest] - chapter.number
        for chapter in plan.chapters
        if (digest := digest_text(chapter.text)) in numbers
    )
    if not offsets:
        return plan
    offset, count = offsets.most_common(1)[0]
    first = plan.chapters[0].number + offset
    return plan.set_first_number(first) if offset and count > offsets[0] and first >= 0 else plan


def _match_others(
    planned: Sequence[PlannedChapter], stored: Mapping[int, ChapterHeader], texts: Mapping[int, str]
) -> dict[int, int]:
    """For numbers that are new in the plan, the stored number of the same chapter."""
    matches: dict[int, int] = {}
    free = dict(stored)
    for chapter in planned:
        titled = [number for number, other in free.items() if other.title.casefold() == chapter.title.casefold()]
        if len(titled) == 1:
            matches[chapter.number] = titled[0]
            del free[titled[0]]
    others = [chapter for chapter in planned if chapter.number not in matches]
    if len(others) > _MOST_COMPARED or len(free) > _MOST_COMPARED:
        return matches
    ngrams = {number: _build_ngram_set(texts.get(number, "")) for number in free}
    for chapter in others:
        own = _build_ngram_set(chapter.text)
        share, number = max(((_measure_overlap(own, ngrams[number]), number) for number in free), default=(0.0, -1))
        if share >= MIN_MATCH:
            matches[chapter.number] = number
            del free[number]
    return matches


def _build_ngram_set(text: str) -> set[tuple[str, ...]]:
    return set(build_ngrams(find_normalized_units(text)))


def _measure_overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / max(len(one), len(other)) if one and other else 0.0
