"""How far each book is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice

from bot.progress.scope import ResolvedScope
from storage import ReadTransaction
from storage.states import ScriptState
from storage.stores.ebooks import Ebook
from storage.stores.scripts import ChapterProgress


@dataclass(frozen=True, slots=True)
class ChapterLines:
    """How many of a chapter's ``spoken`` lines are ``recorded``."""

    recorded: int
    spoken: int

    @property
    def share(self) -> float:
        """The share of the lines that is recorded, 0 to 1."""
        return self.recorded / self.spoken


@dataclass(frozen=True, slots=True)
class BookProgress:
    """How far a book is.

    ``chapters`` has every known or planned chapter by its number, in order, with the furthest state of any of its scripts;
    None while it has no script. ``last_at`` is when the newest of these scripts was written. ``is_whole`` is whether these
    are all chapters that the book will have, because the team has planned so many or has added the whole book. ``lines`` are
    those of the same scripts; chapters of which they are not counted are missing.
    """

    ebook_id: str
    title: str
    chapters: dict[int, ScriptState | None]
    last_at: datetime | None
    is_whole: bool = False
    lines: dict[int, ChapterLines] = field(default_factory=dict)

    @property
    def is_total_known(self) -> bool:
        """Whether the number of chapters says anything: some are to come, or they are the whole book."""
        return bool(self.chapters) and (self.is_whole or self.drafted < len(self.chapters))

    @property
    def drafted(self) -> int:
        """How many chapters have a script in any state."""
        return sum(state is not None for state in self.chapters.values())

    @property
    def approved(self) -> int:
        """How many chapters are approved, whether released or not."""
        return sum(state in {ScriptState.APPROVED, ScriptState.RELEASED} for state in self.chapters.values())

    @property
    def released(self) -> int:
        """How many chapters are released."""
        return sum(state is ScriptState.RELEASED for state in self.chapters.values())

    @property
    def recorded_chapters(self) -> list[int]:
        """The numbers of the chapters all of whose lines are recorded."""
        return [number for number, lines in self.lines.items() if lines.recorded == lines.spoken]

    @property
    def recorded_share(self) -> float:
        """The share of the book's written lines that is recorded, 0 to 1."""
        spoken = sum(lines.spoken for lines in self.lines.values())
        return sum(lines.recorded for lines in self.lines.values()) / spoken if spoken else 0.0

    @property
    def summary(self) -> str:
        """How far the book is, such as ``9 of 12 drafted · 6 approved · 3 released · 31% recorded``.

        "Of 12" is not said where nobody knows how many chapters are to come. The share is that of the written lines.
        """
        if not self.chapters:
            return "no chapters yet"
        drafted = f"{self.drafted:,} {'chapter' if self.drafted == 1 else 'chapters'} drafted"
        if self.is_total_known:
            drafted = f"{self.drafted:,} of {len(self.chapters):,} drafted"
        counts = ((self.approved, "approved"), (self.released, "released"))
        parts = [drafted, *(f"{n:,} {word}" for n, word in counts if n)]
        if self.recorded_share:
            parts.append(f"{format_recorded_share(self.recorded_share)} recorded")
        return " · ".join(parts)


def format_recorded_share(share: float) -> str:
    """``31%``: at least 1%, so that the first take is seen, and 100% only where nothing is left to record."""
    return f"{100 if share == 1 else min(max(round(share * 100), 1), 99)}%"


async def load_books(tx: ReadTransaction, resolved: ResolvedScope) -> tuple[BookProgress, ...]:
    """Every book in the scope that is not removed, those with the newest scripts first.

    The scope's member and period do not matter here: a book is as far as it is, whoever wrote it.
    """
    ebooks = [resolved.ebook] if resolved.ebook else await tx.ebooks.list_all()
    stored_chapters = await tx.chapters.get_numbers(resolved.filter.ebook_id)
    written_chapters: dict[str, list[ChapterProgress]] = {}
    for chapter in await tx.scripts.list_chapter_progress(resolved.filter.ebook_id):
        written_chapters.setdefault(chapter.ebook_id, []).append(chapter)
    books = [
        _build_book(ebook, stored_chapters.get(ebook.id, set()), written_chapters.get(ebook.id, [])) for ebook in ebooks
    ]
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(books, key=lambda book: book.last_at or never, reverse=True))


def _build_book(ebook: Ebook, stored: set[int], written: list[ChapterProgress]) -> BookProgress:
    known = stored | {chapter.chapter_number for chapter in written}
    states: dict[int, ScriptState | None] = dict.fromkeys(known | _find_chapters_to_come(ebook, stored, known))
    states |= {chapter.chapter_number: chapter.state for chapter in written}
    last_at = max((chapter.created_at for chapter in written), default=None)
    is_whole = bool(ebook.planned_chapters or (ebook.source_digest and stored))
    lines = {
        chapter.chapter_number: ChapterLines(chapter.recorded_cues, chapter.spoken_cues)
        for chapter in written
        if chapter.spoken_cues
    }
    return BookProgress(ebook.id, ebook.title, dict(sorted(states.items())), last_at, is_whole, lines)


def _find_chapters_to_come(ebook: Ebook, stored: set[int], known: set[int]) -> set[int]:
    """The numbers of chapters that are planned and not known; without a plan and any text, those below the highest."""
    if ebook.planned_chapters:
        free = (number for number in count(1) if number not in known)
        return set(islice(free, max(0, ebook.planned_chapters - len(known))))
    return set() if stored else set(range(1, max(known, default=0))) - known
