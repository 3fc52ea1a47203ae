"""Everybody's look: what is out and what is coming, and nothing internal."""

from dataclasses import dataclass

from storage import Database
from storage.states import ScriptState


@dataclass(frozen=True, slots=True)
class PublicChapter:
    """What everybody may know of a chapter."""

    ebook_title: str
    number: int
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class PublicView:
    """What is out and what is coming, by book and number."""

    out: tuple[PublicChapter, ...]
    coming: tuple[PublicChapter, ...]


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """Reads what may be told to strangers. Drafts do not appear in it, nor books that have nothing else."""

    database: Database

    async def view(self, ebook: str = "") -> PublicView:
        """Everybody's look, at one book where its id or title is given; an unknown one has nothing to show."""
        async with self.database.read() as tx:
            found = await tx.ebooks.find(ebook) if ebook else None
            if ebook and found is None:
                return PublicView((), ())
            titles = await tx.ebooks.get_titles()
            standings = await tx.scripts.list_chapter_progress(found.id if found else None)
        out, coming = [], []
        for standing in standings:
            link = standing.link if standing.state is ScriptState.RELEASED else ""
            chapter = PublicChapter(titles[standing.ebook_id], standing.chapter_number, standing.title, link)
            if standing.state is ScriptState.RELEASED:
                out.append(chapter)
            elif standing.state is ScriptState.APPROVED:
                coming.append(chapter)
        return PublicView(tuple(out), tuple(coming))

    async def books(self, words: str) -> list[tuple[str, str]]:
        """Id and title of books of which something is out or coming, and whose title or id contains ``words``."""
        async with self.database.read() as tx:
            titles = await tx.ebooks.get_titles()
            standings = await tx.scripts.list_chapter_progress()
        known = {standing.ebook_id for standing in standings if standing.state is not ScriptState.DRAFT}
        wanted = words.casefold()
        return [
            (ebook_id, title)
            for ebook_id, title in titles.items()
            if ebook_id in known and (wanted in title.casefold() or wanted in ebook_id.casefold())
        ]
