"""The texts of the picker: the book, its problems, its chapters, and lines that tell two readings apart."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.ebooks.book_import import ImportPlan
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange
from bot.ebooks.library import AddedBook, ProposedImport
from bot.ebooks.planned_text import PlannedChapter
from cogs.views.formatting import escape_text, fit_lines, format_count, format_duration_range, shorten

SHOWN_LINE: Final = 120
"""Characters of a line of the text, enough to recognise it."""
_WARNING_CHARACTERS: Final = 900
_LIST_CHARACTERS: Final = 300
_SHOWN_TITLE: Final = 60  # characters; twenty lines have to fit into one message


def describe_book(plan: ImportPlan) -> str:
    """Title, author, language, how many chapters and words there are, and how long they run."""
    time = plan.running_time
    facts = [
        f"by {escape_text(plan.author, 80)}" if plan.author else "",
        f"language {escape_text(plan.language, 20)}" if plan.language else "",
        f"**{format_count(len(plan.chapters), 'chapter')}**",
        format_words(plan.words, counts_characters=is_unspaced(plan)),
        f"runs about {format_hours(time.low, time.high)}" if plan.words else "",
    ]
    return f"### {escape_text(plan.title, 150)}\n" + " · ".join(filter(None, facts))


def describe_update(proposed: ProposedImport) -> str:
    """What would change in the book that is there already; empty for a new book."""
    if proposed.existing is None:
        return ""
    counts = Counter(change.kind for change in proposed.changes)
    counted = ", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind if counts[kind]) or "no chapter"
    lines = [f"This updates **{escape_text(proposed.existing.title, 150)}** (`{proposed.existing.id}`): {counted}."]
    missing = [change for change in proposed.changes if change.kind is ChangeKind.MISSING]
    if missing:
        names = ", ".join(f"{change.number} · {change.title}" for change in missing)
        lines.append(f"No longer in the file: {escape_text(names, _LIST_CHARACTERS)}")
    return "\n".join(lines)


def describe_problems(plan: ImportPlan, room: int) -> str:
    """The warnings, and what is left out, in at most ``room`` characters; empty where there is neither."""
    left_out = ""
    if plan.left_out:
        counts = Counter(section.reason for section in plan.left_out)
        named = ", ".join(f"{count} × {reason}" for reason, count in counts.items())
        titles = ", ".join(section.title or "untitled" for section in plan.left_out)
        left_out = f"Left out: {named} ({escape_text(titles, _LIST_CHARACTERS)})"
    most = min(_WARNING_CHARACTERS, room - len(left_out) - 1)
    lines = fit_lines([f"⚠ {escape_text(warning, 300)}" for warning in plan.warnings], most)
    return "\n".join(filter(None, (*lines, left_out)))


def describe_added(added: AddedBook) -> str:
    """What was stored, and how to go on."""
    ebook = added.ebook
    name = f"**{escape_text(ebook.title, 150)}** (`{ebook.id}`)"
    if added.is_new:
        text = f"✔ Added {name} with {format_count(added.stored, 'chapter')}."
    else:
        text = f"✔ Updated {name}: {added.stored} stored, {added.unchanged} unchanged, {added.removed} removed."
    return (
        f"{text}\nType `/script`, choose the book and a chapter, and its script is written. `/ebook show` lists them."
    )


def list_chapters(proposed: ProposedImport, chapters: Sequence[PlannedChapter], chosen: int | None) -> str:
    """One line for each chapter: number, title, words and how it changes. ``chosen`` is the index of one that stands out."""
    by_number = {change.number: change for change in proposed.changes if change.kind is not ChangeKind.MISSING}
    counts_characters = is_unspaced(proposed.plan)
    lines = []
    for index, chapter in enumerate(chapters):
        mark = "**" if index == chosen else ""
        title = f"{mark}{chapter.number} · {escape_text(chapter.title, _SHOWN_TITLE)}{mark}"
        change = _describe_change(by_number.get(chapter.number))
        lines.append(f"{title} · {format_words(chapter.words, counts_characters=counts_characters)}{change}")
    return "\n".join(lines)


def quote_chapter(chapter: PlannedChapter) -> str:
    """How the chapter begins and ends, so that a person sees whether it was cut in the right place."""
    lines = [line for line in chapter.text.split("\n") if line.strip()] or ["(no text)"]
    begin, end = escape_text(lines[0], SHOWN_LINE), escape_text(lines[-1], SHOWN_LINE)
    return f"**Chapter {chapter.number}** begins and ends with:\n> {begin}\n> {end}"


def is_unspaced(plan: ImportPlan) -> bool:
    """Whether most of the book is in a script without spaces between words, whose characters are counted as words."""
    kept = [text for text in plan.texts if not text.left_out]
    return 2 * sum(text.unspaced_characters for text in kept) > sum(text.words for text in kept)


def format_words(number: int, *, counts_characters: bool) -> str:
    """``3,120 words``, or ``3,120 characters`` where these are what was counted."""
    return format_count(number, "character" if counts_characters else "word")


def label_chapter(number: int, title: str) -> str:
    """The label of a chapter in a menu: ``12 · The Lantern``."""
    return shorten(f"{number} · {title}", 100)


def format_hours(low: int, high: int) -> str:
    """A range of seconds; from two hours on in hours: ``8.6–10.1 h``."""
    if high < 7_200:
        return format_duration_range(low, high)
    first, last = f"{low / 3600:.1f}", f"{high / 3600:.1f}"
    return f"{first}–{last} h" if first != last else f"{last} h"


def find_differing_lines(one: ImportPlan, other: ImportPlan) -> tuple[str, str]:
    """The first line in which two readings of a file differ; empty where they do not."""
    lines = [
        [plan.title, *(line for text in plan.texts for line in (text.title, *text.text.split("\n")) if line.strip())]
        for plan in (one, other)
    ]
    pairs = zip(lines[0], lines[1], strict=False)
    return next(((first, second) for first, second in pairs if first != second), ("", ""))


def _describe_change(change: ChapterChange | None) -> str:
    if change is None or change.kind is ChangeKind.UNCHANGED:
        return ""
    was = f", was {change.previous_number}" if change.previous_number is not None else ""
    return f" · *{change.kind}{was}*"
