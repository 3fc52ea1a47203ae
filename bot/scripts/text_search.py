"""Searches everything that is stored: scripts with their cues, chapters' texts and books."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from bot.errors import InputError, log_unexpected
from bot.scripts.models import Script
from storage import (
    Database,
    DatabaseClosingError,
    ReadTransaction,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.search_text import Term, find_terms, normalize, parse_query
from storage.states import ScriptState
from storage.stores.text_search import FoundText

PAGE_SIZE: Final = 5
"""Results on one page."""
_SHOWN_PLACES: Final = 3
"""Cues or paragraphs that are shown of one result."""
_EXCERPT: Final = 160
"""Characters of an excerpt."""
_BEFORE: Final = 50
"""Characters before the first match of an excerpt."""
_BATCH: Final = 10
"""Texts of each kind that are indexed in one transaction, so that other writers do not wait long."""
_ERROR_PAUSE_SECONDS: Final = 15.0
"""After a failed batch, so that a database that is away is not asked in a tight loop."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text, and from where to where in it the query's words are. ``cue`` is the cue's number, 0 elsewhere."""

    text: str
    matches: tuple[tuple[int, int], ...]
    cue: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A script, a chapter's text (without ``script_id``), or a book (without ``chapter_number`` as well)."""

    script_id: str | None
    ebook_id: str
    ebook_title: str
    chapter_number: int | None
    title: str
    version: int = 0
    state: ScriptState | None = None
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The results of one page, the best first. ``page`` counts from 0."""

    query: str
    page: int
    hits: tuple[SearchHit, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Source:
    """A result with its whole texts: number, speaker and text of each cue, or the paragraphs of a chapter."""

    hit: SearchHit
    body: str


@dataclass(slots=True)
class TextSearchService:
    """Finds by words. While it runs, it indexes what an earlier version of the program has stored."""

    database: Database
    _indexing: asyncio.Task[None] | None = field(default=None)

    async def search(self, query: str, page: int = 0) -> SearchPage:
        """One page of what contains all words of the query.

        Raises:
            InputError: the query has no letter and no digit.
        """
        terms = parse_query(query)
        if not terms:
            raise InputError("There is no word in this to search for.", "Type a word, or the beginning of one.")
        page = max(page, 0)
        sources = await self._read_page(terms, page)
        hits = await asyncio.to_thread(_add_excerpts, sources[:PAGE_SIZE], terms)
        return SearchPage(query, page, hits, len(sources) > PAGE_SIZE)

    async def start(self) -> None:
        """Begins to index what is not in the index yet."""
        self._indexing = asyncio.create_task(self._index_missing())

    async def finish(self) -> None:
        """Returns when everything that was stored is in the index."""
        if self._indexing is not None:
            await self._indexing

    async def stop(self) -> None:
        """Stops indexing; the next start goes on."""
        if self._indexing is not None:
            self._indexing.cancel()
            with suppress(asyncio.CancelledError):
                await self._indexing
            self._indexing = None

    async def _index_missing(self) -> None:
        while True:
            try:
                if not await self._index_batch():
                    return
            except DatabaseClosingError:
                return
            except Exception as error:  # noqa: BLE001 - logged with its traceback; the search must not end the bot
                log_unexpected(error, "indexing stored scripts and chapters")
                await asyncio.sleep(_ERROR_PAUSE_SECONDS)
            await asyncio.sleep(0)

    @write_transaction
    async def _index_batch(self, tx: WriteTransaction) -> int:
        return await tx.text_search.index_missing(_BATCH)

    @read_transaction
    async def _read_page(self, tx: ReadTransaction, terms: tuple[Term, ...], page: int) -> list[_Source]:
        found = await tx.text_search.find(terms, PAGE_SIZE + 1, page * PAGE_SIZE)
        titles = await tx.ebooks.get_titles()
        return [await _read_source(tx, each, titles.get(each.ebook_id, each.ebook_id)) for each in found]


async def _read_source(tx: ReadTransaction, found: FoundText, ebook_title: str) -> _Source:
    if found.script_id is not None:
        stored = await tx.scripts.get(found.script_id)
        hit = SearchHit(
            stored.id, stored.ebook_id, ebook_title, stored.chapter_number, stored.title, stored.version, stored.state
        )
        return _Source(hit, stored.body)
    if found.chapter_number is None:
        return _Source(SearchHit(None, found.ebook_id, ebook_title, None, ebook_title), "")
    chapter = await tx.chapters.find(found.ebook_id, found.chapter_number)
    title, content = (chapter.title, chapter.content) if chapter else ("", "")
    return _Source(SearchHit(None, found.ebook_id, ebook_title, found.chapter_number, title), content)


def _add_excerpts(sources: Iterable[_Source], terms: tuple[Term, ...]) -> tuple[SearchHit, ...]:
    return tuple(_add_excerpt(source, terms) for source in sources)


def _add_excerpt(source: _Source, terms: tuple[Term, ...]) -> SearchHit:
    hit = source.hit
    if hit.script_id is not None:
        script = Script.from_json(source.body)
        places = [(0, "", script.logline), *((cue.n, cue.speaker, cue.text) for cue in script.cues)]
    else:
        places = [(0, "", paragraph) for paragraph in source.body.split("\n\n")]
    ranked: list[tuple[int, int, Excerpt]] = []
    best_count = 0
    for at, (number, speaker, raw) in enumerate(places):
        text = normalize(raw)
        matches = find_terms(text, terms)
        spoken_by = find_terms(normalize(speaker), terms)
        distinct = len({term for _, _, term in [*matches, *spoken_by]})
        if distinct:
            excerpt = _cut(text, [(start, end) for start, end, _ in matches], number, speaker)
            ranked.append((-distinct, at, excerpt))
            best_count += distinct == len(terms)
        if best_count == _SHOWN_PLACES:
            break
    ranked.sort(key=lambda entry: entry[:2])
    best = tuple(excerpt for _, _, excerpt in ranked[:_SHOWN_PLACES])
    return replace(hit, excerpts=best)


def _cut(text: str, matches: list[tuple[int, int]], cue: int, speaker: str) -> Excerpt:
    """The part of the text around its first match, with every match in it; touching matches are one."""
    start = max(matches[0][0] - _BEFORE, 0) if matches else 0
    if start:  # begins at a word, where the text has spaces
        space = text.find(" ", start, matches[0][0])
        start = space + 1 if space >= 0 else start
    end = min(start + _EXCERPT, len(text))
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    merged: list[tuple[int, int]] = []
    for first, last in [(first, min(last, end)) for first, last in matches if first < end]:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    shift = len(lead) - start
    places = tuple((first + shift, last + shift) for first, last in merged)
    return Excerpt(f"{lead}{text[start:end]}{tail}", places, cue, speaker)
