"""The public view: what is out and what is coming, and nothing internal."""

from dataclasses import dataclass

from storage import Database, ReadTransaction, read_transaction
from storage.states import ScriptState
from storage.stores.scripts import ChapterProgress


@dataclass(frozen=True, slots=True)
class PublicChapter:
    """What the public may know about a chapter. ``link`` is "" if there is none or the chapter is not released."""

    ebook_title: str
    number: int
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class PublicView:
    """Released chapters, the newest release first, and approved ones, which come next, by book and number."""

    released: tuple[PublicChapter, ...]
    upcoming: tuple[PublicChapter, ...]


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """Reads what the public may see: no draft, and no book that has nothing but drafts."""

    database: Database

    @read_transaction
    async def get_view(self, tx: ReadTransaction, ebook: str = "") -> PublicView:
        """The public view of one book by its id or title, or of all books; of an unknown book it is empty."""
        only = await tx.ebooks.find(ebook) if ebook else None
        if ebook and only is None:
            return PublicView((), ())
        titles = await tx.ebooks.get_titles()
        chapters = await tx.scripts.list_chapter_progress(only.id if only else None)
        released = [chapter for chapter in reversed(chapters) if chapter.state is ScriptState.RELEASED]
        # An imported script can be released without a time.
        released.sort(key=lambda chapter: chapter.released_at or chapter.created_at, reverse=True)
        return PublicView(
            tuple(_show_chapter(chapter, titles, chapter.link) for chapter in released),
            tuple(_show_chapter(chapter, titles) for chapter in chapters if chapter.state is ScriptState.APPROVED),
        )

    @read_transaction
    async def find_books(self, tx: ReadTransaction, text: str) -> list[tuple[str, str]]:
        """Id and title of the public books whose id or title contains ``text``, in any case; without removed books."""
        titles = {ebook.id: ebook.title for ebook in await tx.ebooks.list_all()}
        chapters = await tx.scripts.list_chapter_progress()
        public_ids = {chapter.ebook_id for chapter in chapters if chapter.state is not ScriptState.DRAFT}
        folded = text.casefold()
        return [
            (ebook_id, title)
            for ebook_id, title in titles.items()
            if ebook_id in public_ids and (folded in title.casefold() or folded in ebook_id.casefold())
        ]


def _show_chapter(chapter: ChapterProgress, titles: dict[str, str], link: str = "") -> PublicChapter:
    return PublicChapter(titles[chapter.ebook_id], chapter.chapter_number, chapter.title, link)
