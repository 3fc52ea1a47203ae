"""The studio's scripts as a list: filtered, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.ebooks.ebook_keys import find_ebook, shorten_ebook_id
from bot.errors import NotFoundError
from bot.progress.paging import PagePosition, locate_page
from storage import Database, ReadTransaction, read_transaction
from storage.states import ScriptState
from storage.stores.script_search import ListedScript, ScriptFilter

PAGE_SIZE: Final = 10
"""Scripts on one page."""


class ScriptStatus(StrEnum):
    """Which scripts a list has."""

    ALL = "all"
    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class ScriptListPage:
    """One page of a list. ``ebook_key`` is short enough for a custom id and empty for all books; ``names`` are the members'."""

    status: ScriptStatus
    ebook_key: str
    ebook_title: str
    count: int
    position: PagePosition
    scripts: tuple[ListedScript, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScriptListService:
    """Lists of scripts."""

    database: Database

    @read_transaction
    async def read_page(self, tx: ReadTransaction, status: ScriptStatus, ebook: str, page: int) -> ScriptListPage:
        """The page (from 0; the nearest that exists). ``ebook`` is a book's id, title or key; empty for all books.

        Raises:
            NotFoundError: there is no such book.
        """
        found = await find_ebook(tx, ebook) if ebook else None
        if ebook and found is None:
            raise NotFoundError("There is no book with this name.", "`/ebook list` shows all books.")
        which = _choose(status, found.id if found else None)
        count = await tx.script_search.count(which)
        position = locate_page(page, count, PAGE_SIZE)
        scripts = await tx.script_search.list(which, PAGE_SIZE, position.offset)
        names = await tx.members.get_names({each.member_id for each in scripts if each.member_id})
        key, title = (shorten_ebook_id(found.id), found.title) if found else ("", "")
        return ScriptListPage(status, key, title, count, position, tuple(scripts), names)


def _choose(status: ScriptStatus, ebook_id: str | None) -> ScriptFilter:
    match status:
        case ScriptStatus.ALL:
            return ScriptFilter(ebook_id)
        case ScriptStatus.TEMPLATE:
            return ScriptFilter(ebook_id, is_template=True)
        case _:
            return ScriptFilter(ebook_id, ScriptState(status.value))
