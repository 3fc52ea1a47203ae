"""The full-text index: what is stored is found by its words. Each store keeps its own texts in it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.search_text import Term, list_words
from storage.tables import chapters, ebooks, scripts, search_documents

_PART_WORDS: Final = 12_000
"""Words of one row: PostgreSQL counts positions up to 16,383 and takes a megabyte of words at most."""
_GAP: Final = "\u00e9"
"""A word between two cues, so that no phrase is found across them. Prepared words have no accents, so that nobody finds it."""

_SQLITE: Final = (
    "WITH hits AS MATERIALIZED (SELECT rowid AS id, -bm25(search_index, 5.0, 1.0) AS score FROM search_index"
    " WHERE search_index MATCH :query)"
)
_POSTGRES: Final = (
    "WITH hits AS MATERIALIZED (SELECT id, ts_rank(search_index, to_tsquery('simple', :query)) AS score FROM search_documents"
    " WHERE search_index @@ to_tsquery('simple', :query))"
)
_GROUPED: Final = (
    " SELECT d.script_id, d.ebook_id, d.chapter_number FROM hits JOIN search_documents d ON d.id = hits.id"
    " GROUP BY d.script_id, d.ebook_id, d.chapter_number"
    " ORDER BY d.chapter_number IS NOT NULL, max(hits.score) DESC, max(d.id) DESC LIMIT :limit OFFSET :offset"
)


@dataclass(frozen=True, slots=True)
class FoundText:
    """A script, or a chapter's text (without ``script_id``), or a book (without ``chapter_number`` as well)."""

    script_id: str | None
    ebook_id: str
    chapter_number: int | None


@dataclass(frozen=True, slots=True)
class TextSearch:
    """Scripts, chapters and books by their words."""

    connection: AsyncConnection

    async def find(self, terms: Sequence[Term], limit: int, offset: int = 0) -> list[FoundText]:
        """What contains all terms: books by their titles, then the best first."""
        if not terms:
            return []
        if self.connection.dialect.name == "postgresql":
            statement, query = _POSTGRES + _GROUPED, " & ".join(map(_write_for_postgres, terms))
        else:
            statement, query = _SQLITE + _GROUPED, " AND ".join(map(_write_for_sqlite, terms))
        rows = await self.connection.execute(text(statement), {"query": query, "limit": limit, "offset": offset})
        return [FoundText(*row) for row in rows]

    async def index_script(self, script_id: str, ebook_id: str, chapter_number: int, title: str, body: str) -> None:
        """The script is found by its title and the texts in its JSON, and no longer by earlier ones."""
        await self._delete(search_documents.c.script_id == script_id)
        logline, texts = _read_texts(body)
        key = {"script_id": script_id, "ebook_id": ebook_id, "chapter_number": chapter_number}
        await self._add(key, [title, logline], texts)

    async def index_chapter(self, ebook_id: str, number: int, title: str, content: str) -> None:
        """The chapter is found by its title and text, and no longer by earlier ones."""
        await self.remove_chapters(ebook_id, [number])
        key = {"script_id": None, "ebook_id": ebook_id, "chapter_number": number}
        await self._add(key, [title], content.split("\n\n"))

    async def index_ebook(self, ebook_id: str, title: str) -> None:
        """The book is found by its title."""
        documents = search_documents.c
        await self._delete(documents.ebook_id == ebook_id, documents.chapter_number.is_(None))
        await self._add({"script_id": None, "ebook_id": ebook_id, "chapter_number": None}, [title], [])

    async def remove_chapters(self, ebook_id: str, numbers: Collection[int]) -> None:
        """These chapters' texts are not found any more."""
        documents = search_documents.c
        await self._delete(
            documents.ebook_id == ebook_id, documents.script_id.is_(None), documents.chapter_number.in_(list(numbers))
        )

    async def remove_ebook(self, ebook_id: str) -> None:
        """The book and its chapters' texts are not found any more; its scripts are."""
        await self._delete(search_documents.c.ebook_id == ebook_id, search_documents.c.script_id.is_(None))

    async def index_missing(self, limit: int) -> int:
        """Indexes up to ``limit`` stored texts of each kind that are not in the index yet; returns how many they were."""
        documents = search_documents.c
        query = select(scripts.c.id, scripts.c.ebook_id, scripts.c.chapter_number, scripts.c.title, scripts.c.body)
        found = await self._list_missing(query, documents.script_id == scripts.c.id, limit)
        for row in found:
            await self.index_script(*row)
        count = len(found)
        same_chapter = and_(
            documents.ebook_id == chapters.c.ebook_id,
            documents.chapter_number == chapters.c.number,
            documents.script_id.is_(None),
        )
        query = select(chapters.c.ebook_id, chapters.c.number, chapters.c.title, chapters.c.content)
        found = await self._list_missing(query, same_chapter, limit)
        for row in found:
            await self.index_chapter(*row)
        count += len(found)
        same_book = and_(documents.ebook_id == ebooks.c.id, documents.chapter_number.is_(None))
        query = select(ebooks.c.id, ebooks.c.title).where(ebooks.c.removed_at.is_(None))
        found = await self._list_missing(query, same_book, limit)
        for row in found:
            await self.index_ebook(*row)
        return count + len(found)

    async def _list_missing(self, query: Any, is_document: ColumnElement[bool], limit: int) -> Sequence[Any]:  # noqa: ANN401 - a query of any columns
        missing = query.where(~exists().where(is_document)).limit(limit)
        return (await self.connection.execute(missing)).all()

    async def _delete(self, *clauses: ColumnElement[bool]) -> None:
        await self.connection.execute(search_documents.delete().where(*clauses))

    async def _add(self, key: dict[str, Any], headings: Sequence[str], texts: Sequence[str]) -> None:
        words: list[str] = []
        for each in texts:
            words += list_words(each)
            words.append(_GAP)
        heading = f" {_GAP} ".join(" ".join(list_words(each)) for each in headings)
        rows = [
            {**key, "heading": heading, "body": " ".join(words[at : at + _PART_WORDS])}
            for at in range(0, len(words) or 1, _PART_WORDS)
        ]
        await self.connection.execute(search_documents.insert(), rows)


def _read_texts(body: str) -> tuple[str, list[str]]:
    """The logline of a script's JSON, and the speaker and the words of each cue; nothing for what is no script."""
    try:
        script = json.loads(body)
    except ValueError:
        return "", []
    if not isinstance(script, dict):
        return "", []
    cues = script.get("cues")
    texts = [f"{cue.get('speaker', '')} {cue.get('text', '')}" for cue in cues or () if isinstance(cue, dict)]
    return str(script.get("logline", "")), texts


def _write_for_sqlite(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}'


def _write_for_postgres(term: Term) -> str:
    *others, last = (f"'{word}'" for word in term.words)
    return "(" + " <-> ".join([*others, last + (":*" if term.is_prefix else "")]) + ")"
