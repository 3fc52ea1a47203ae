"""How far each book is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.progress.scope import ResolvedScope
from storage import ReadTransaction
from storage.states import ScriptState
from storage.stores.scripts import ChapterProgress


@dataclass(frozen=True, slots=True)
class BookProgress:
    """How far a book is.

    ``chapters`` has every known chapter by its number, in order, with the furthest state of any of its scripts; None while
    it has no script. ``last_at`` is when the newest of these scripts was written.
    """

    ebook_id: str
    title: str
    chapters: dict[int, ScriptState | None]
    last_at: datetime | None

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
    def summary(self) -> str:
        """How far the book is, such as ``9 of 12 drafted · 6 approved · 3 released``.

        "Of 12" is said only while some known chapter is not drafted: else nobody knows how many chapters are to come.
        """
        if not self.chapters:
            return "no chapters yet"
        drafted = f"{self.drafted:,} {'chapter' if self.drafted == 1 else 'chapters'} drafted"
        if self.drafted < len(self.chapters):
            drafted = f"{self.drafted:,} of {len(self.chapters):,} drafted"
        counts = ((self.approved, "approved"), (self.released, "released"))
        return " · ".join([drafted, *(f"{n:,} {word}" for n, word in counts if n)])


async def load_books(tx: ReadTransaction, resolved: ResolvedScope) -> tuple[BookProgress, ...]:
    """Every book in the scope, those with the newest scripts first.

    The scope's member and period do not matter here: a book is as far as it is, whoever wrote it.
    """
    ebook = resolved.ebook
    titles = {ebook.id: ebook.title} if ebook else await tx.ebooks.get_titles()
    known_chapters = await tx.chapters.get_numbers(resolved.filter.ebook_id)
    written_chapters: dict[str, list[ChapterProgress]] = {}
    for chapter in await tx.scripts.list_chapter_progress(resolved.filter.ebook_id):
        written_chapters.setdefault(chapter.ebook_id, []).append(chapter)
    books = [
        _build_book(ebook_id, title, known_chapters.get(ebook_id, set()), written_chapters.get(ebook_id, []))
        for ebook_id, title in titles.items()
    ]
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(books, key=lambda book: book.last_at or never, reverse=True))


def _build_book(ebook_id: str, title: str, known: set[int], written: list[ChapterProgress]) -> BookProgress:
    states: dict[int, ScriptState | None] = dict.fromkeys(known)
    states |= {chapter.chapter_number: chapter.state for chapter in written}
    last_at = max((chapter.created_at for chapter in written), default=None)
    return BookProgress(ebook_id, title, dict(sorted(states.items())), last_at)
