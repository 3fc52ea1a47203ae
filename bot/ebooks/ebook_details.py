"""What is shown of the books that are stored."""

from dataclasses import dataclass

from storage import ReadTransaction
from storage.states import ScriptState
from storage.stores.chapters import ChapterHeader, differ
from storage.stores.ebooks import Ebook
from storage.stores.scripts import ChapterProgress, NewestScript


@dataclass(frozen=True, slots=True)
class EbookSummary:
    """A book in a list. ``chapters`` counts those with a text; the others count chapters by their furthest script."""

    ebook: Ebook
    chapters: int
    words: int
    drafted: int
    approved: int
    released: int


@dataclass(frozen=True, slots=True)
class ChapterDetails:
    """A chapter of a book.

    ``state`` is that of its newest script, None where it has none. ``has_text`` is False for a chapter that has a script and
    no stored text. ``has_changed_source`` is whether its text has changed since that script was written.
    """

    number: int
    title: str
    words: int
    state: ScriptState | None
    has_text: bool
    has_changed_source: bool


@dataclass(frozen=True, slots=True)
class EbookDetails:
    """A book with all its chapters in order. ``words`` counts those of the stored texts."""

    ebook: Ebook
    chapters: tuple[ChapterDetails, ...]
    words: int


async def list_summaries(tx: ReadTransaction) -> tuple[EbookSummary, ...]:
    """Every book that is not removed, oldest first."""
    headers: dict[str, list[ChapterHeader]] = {}
    for header in await tx.chapters.list_headers():
        headers.setdefault(header.ebook_id, []).append(header)
    written: dict[str, list[ChapterProgress]] = {}
    for chapter in await tx.scripts.list_chapter_progress():
        written.setdefault(chapter.ebook_id, []).append(chapter)
    return tuple(
        _summarize(ebook, headers.get(ebook.id, []), [chapter.state for chapter in written.get(ebook.id, [])])
        for ebook in await tx.ebooks.list_all()
    )


async def read_details(tx: ReadTransaction, ebook: Ebook) -> EbookDetails:
    """The book with its chapters; those that have a script and no text are among them."""
    headers = {header.number: header for header in await tx.chapters.list_headers(ebook.id)}
    newest = {script.chapter_number: script for script in await tx.scripts.list_newest(ebook.id)}
    numbers = sorted(headers.keys() | newest.keys())
    chapters = tuple(_describe(number, headers.get(number), newest.get(number)) for number in numbers)
    return EbookDetails(ebook, chapters, sum(header.words for header in headers.values()))


def _summarize(ebook: Ebook, headers: list[ChapterHeader], states: list[ScriptState]) -> EbookSummary:
    return EbookSummary(
        ebook,
        chapters=len(headers),
        words=sum(header.words for header in headers),
        drafted=len(states),
        approved=sum(state is not ScriptState.DRAFT for state in states),
        released=sum(state is ScriptState.RELEASED for state in states),
    )


def _describe(number: int, header: ChapterHeader | None, script: NewestScript | None) -> ChapterDetails:
    return ChapterDetails(
        number=number,
        title=header.title if header else script.title if script else "",
        words=header.words if header else 0,
        state=script.state if script else None,
        has_text=header is not None,
        has_changed_source=script is not None and header is not None and differ(script.source_digest, header.digest),
    )
