"""Finds and lists scripts without their texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.states import ScriptState
from storage.tables import ebooks, scripts

_NUMBER: Final = re.compile(r"\b(?P<what>chapter|chap\.?|ch\.?|version|v\.?)\s*(?P<number>\d{1,6})(?!\w)")
"""A chapter's number or a version among the words that somebody types: ``ch 3``, ``v2``."""


@dataclass(frozen=True, slots=True)
class FoundScript:
    """What identifies a script for a person."""

    id: str
    title: str
    ebook_title: str
    chapter_number: int
    version: int
    state: ScriptState


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedScript(FoundScript):
    """A script in a list. ``error`` is why it is a template, empty for others; ``member_id`` is who requested it."""

    seconds: int
    spoken_cues: int
    recorded_cues: int
    error: str
    member_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScriptFilter:
    """Which scripts are listed; None leaves the choice open. ``is_template`` is whether no model wrote them."""

    ebook_id: str | None = None
    state: ScriptState | None = None
    is_template: bool | None = None


@dataclass(frozen=True, slots=True)
class ScriptSearch:
    """Scripts by title, book, id, chapter and version."""

    connection: AsyncConnection

    async def find(self, text: str, limit: int) -> list[FoundScript]:
        """The newest scripts that match every word of ``text``, ``limit`` at most.

        A word is in the script's title, its book's title or id, or its own id, in any case. ``chapter 3`` or ``ch 3`` is the
        chapter's number, ``version 2`` or ``v2`` the version.
        """
        rest = text.lower()
        columns = (scripts.c.title, ebooks.c.title, scripts.c.ebook_id, scripts.c.id)
        clauses: list[ColumnElement[bool]] = []
        for match in _NUMBER.finditer(rest):
            column = scripts.c.version if match["what"].startswith("v") else scripts.c.chapter_number
            in_name = or_(*(_contains(each, match[0]) for each in columns))
            clauses.append(or_(column == int(match["number"]), in_name))
        words = _NUMBER.sub(" ", rest).split()
        clauses += [or_(*(_contains(column, word) for column in columns)) for word in words]
        query = _select(FoundScript.__dataclass_fields__).where(*clauses).order_by(scripts.c.seq.desc()).limit(limit)
        return [FoundScript(**row) for row in (await self.connection.execute(query)).mappings()]

    async def list(self, which: ScriptFilter, limit: int, offset: int) -> Sequence[ListedScript]:
        """Scripts, the newest version of each chapter first, and after these all older versions."""
        newest = (
            select(scripts.c.ebook_id, scripts.c.chapter_number, func.max(scripts.c.version).label("version"))
            .group_by(scripts.c.ebook_id, scripts.c.chapter_number)
            .subquery()
        )
        same_chapter = and_(
            newest.c.ebook_id == scripts.c.ebook_id, newest.c.chapter_number == scripts.c.chapter_number
        )
        query = _select(ListedScript.__dataclass_fields__).join(newest, same_chapter).where(*_write_clauses(which))
        order = (scripts.c.version != newest.c.version, scripts.c.created_at.desc(), scripts.c.seq.desc())
        rows = await self.connection.execute(query.order_by(*order).limit(limit).offset(offset))
        return [ListedScript(**row) for row in rows.mappings()]

    async def count(self, which: ScriptFilter) -> int:
        """How many scripts the whole list has."""
        query = select(func.count()).select_from(scripts).where(*_write_clauses(which))
        return int((await self.connection.execute(query)).scalar_one())


def _select(names: Any) -> Select[Any]:  # noqa: ANN401 - the fields of a dataclass
    columns = [ebooks.c.title.label(name) if name == "ebook_title" else scripts.c[name] for name in names]
    return select(*columns).join(ebooks, ebooks.c.id == scripts.c.ebook_id)


def _contains(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word, autoescape=True)


def _write_clauses(which: ScriptFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if which.ebook_id is not None:
        clauses.append(scripts.c.ebook_id == which.ebook_id)
    if which.state is not None:
        clauses.append(scripts.c.state == which.state)
    if which.is_template is not None:
        clauses.append((scripts.c.error != "") if which.is_template else (scripts.c.error == ""))
    return clauses
