"""The series bible of a book: its cast, its lexicon and a synopsis of each chapter, proposed or accepted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import UNCHANGED, Unchanged, changed_columns
from storage.ids import new_id
from storage.states import ProposalState
from storage.tables import cast_members, lexicon_words, synopses
from storage.upsert import insert_if_absent


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A character of the book.

    ``aliases`` are other names, ``voice`` is how the voice sounds and ``pronunciation`` how the name is said. ``script_id``
    names the script that proposed the entry; it is None where a person added it.
    """

    id: str
    ebook_id: str
    name: str
    aliases: tuple[str, ...]
    role: str
    voice: str
    pronunciation: str
    first_chapter: int | None
    state: ProposalState
    script_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredWord:
    """A word of the book and how it is pronounced."""

    id: str
    ebook_id: str
    spelling: str
    pronunciation: str
    state: ProposalState
    script_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSynopsis:
    """What happens in a chapter, in a few sentences. A chapter may have several, of which at most one is accepted."""

    id: str
    ebook_id: str
    chapter_number: int
    text: str
    state: ProposalState
    script_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A character to add; the fields are those of ``StoredMember``."""

    ebook_id: str
    name: str
    state: ProposalState
    aliases: tuple[str, ...] = ()
    role: str = ""
    voice: str = ""
    pronunciation: str = ""
    first_chapter: int | None = None
    script_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanges:
    """The fields of a character to change; the others stay as they are."""

    name: str | Unchanged = UNCHANGED
    aliases: tuple[str, ...] | Unchanged = UNCHANGED
    role: str | Unchanged = UNCHANGED
    voice: str | Unchanged = UNCHANGED
    pronunciation: str | Unchanged = UNCHANGED
    first_chapter: int | Unchanged | None = UNCHANGED
    state: ProposalState | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True)
class BibleStore:
    """Cast, lexicon and synopses by book. Entries are listed in the order in which they were added."""

    connection: AsyncConnection
    now: datetime

    async def list_members(self, ebook_id: str, *states: ProposalState) -> list[StoredMember]:
        """The book's characters in one of the states; in any state where none is given."""
        return [_to_member(row) for row in await self._list(cast_members, ebook_id, states, "name")]

    async def list_words(self, ebook_id: str, *states: ProposalState) -> list[StoredWord]:
        """The words of the book's lexicon in one of the states; in any state where none is given."""
        return [StoredWord(**row) for row in await self._list(lexicon_words, ebook_id, states, "spelling")]

    async def list_synopses(self, ebook_id: str, *states: ProposalState) -> list[StoredSynopsis]:
        """The synopses of the book in one of the states, by chapter; in any state where none is given."""
        rows = await self._list(synopses, ebook_id, states, "id")
        return sorted((StoredSynopsis(**row) for row in rows), key=lambda synopsis: synopsis.chapter_number)

    async def get_member(self, member_id: str) -> StoredMember:
        """The character.

        Raises:
            KeyError: there is no such character.
        """
        return _to_member(await self._get(cast_members, member_id))

    async def get_word(self, word_id: str) -> StoredWord:
        """The word.

        Raises:
            KeyError: there is no such word.
        """
        return StoredWord(**await self._get(lexicon_words, word_id))

    async def get_synopsis(self, synopsis_id: str) -> StoredSynopsis:
        """The synopsis.

        Raises:
            KeyError: there is no such synopsis.
        """
        return StoredSynopsis(**await self._get(synopses, synopsis_id))

    async def add_member(self, member: NewMember) -> str | None:
        """Adds a character and returns its id; None where the book has an entry with exactly this name."""
        values = {
            "ebook_id": member.ebook_id,
            "name": member.name,
            "aliases": _to_column(member.aliases),
            "role": member.role,
            "voice": member.voice,
            "pronunciation": member.pronunciation,
            "first_chapter": member.first_chapter,
        }
        return await self._add(cast_members, values, member.state, member.script_id)

    async def add_word(
        self, ebook_id: str, spelling: str, pronunciation: str, state: ProposalState, script_id: str | None = None
    ) -> str | None:
        """Adds a word and returns its id; None where the book has an entry with exactly this spelling."""
        values = {"ebook_id": ebook_id, "spelling": spelling, "pronunciation": pronunciation}
        return await self._add(lexicon_words, values, state, script_id)

    async def add_synopsis(
        self, ebook_id: str, chapter_number: int, text: str, state: ProposalState, script_id: str | None = None
    ) -> str:
        """Adds a synopsis and returns its id."""
        values = {"ebook_id": ebook_id, "chapter_number": chapter_number, "text": text}
        added = await self._add(synopses, values, state, script_id)
        if added is None:
            raise RuntimeError("a new random id was taken")
        return added

    async def change_member(self, member_id: str, changes: MemberChanges) -> None:
        """Changes the character.

        Raises:
            sqlalchemy.exc.IntegrityError: another entry of the book has this name.
        """
        values = changed_columns(changes)
        if "aliases" in values:
            values["aliases"] = _to_column(values["aliases"])
        await self._change(cast_members, member_id, values)

    async def change_word(self, word_id: str, spelling: str, pronunciation: str) -> None:
        """Changes the word.

        Raises:
            sqlalchemy.exc.IntegrityError: another entry of the book has this spelling.
        """
        await self._change(lexicon_words, word_id, {"spelling": spelling, "pronunciation": pronunciation})

    async def change_synopsis(self, synopsis_id: str, text: str) -> None:
        """Changes the text of the synopsis."""
        await self._change(synopses, synopsis_id, {"text": text})

    async def set_word_state(self, word_id: str, state: ProposalState) -> None:
        """Accepts or rejects the word."""
        await self._change(lexicon_words, word_id, {"state": state})

    async def set_synopsis_state(self, synopsis_id: str, state: ProposalState) -> None:
        """Accepts or rejects the synopsis. Accepted, it takes the place of the chapter's earlier accepted one."""
        if state is ProposalState.ACCEPTED:
            synopsis = await self.get_synopsis(synopsis_id)
            others = synopses.update().where(
                synopses.c.ebook_id == synopsis.ebook_id,
                synopses.c.chapter_number == synopsis.chapter_number,
                synopses.c.state == ProposalState.ACCEPTED,
                synopses.c.id != synopsis_id,
            )
            await self.connection.execute(others.values(state=ProposalState.REJECTED, updated_at=self.now))
        await self._change(synopses, synopsis_id, {"state": state})

    async def remove_member(self, member_id: str) -> None:
        """The character is gone, and may be proposed again."""
        await self.connection.execute(cast_members.delete().where(cast_members.c.id == member_id))

    async def remove_word(self, word_id: str) -> None:
        """The word is gone, and may be proposed again."""
        await self.connection.execute(lexicon_words.delete().where(lexicon_words.c.id == word_id))

    async def remove_synopsis(self, synopsis_id: str) -> None:
        """The synopsis is gone."""
        await self.connection.execute(synopses.delete().where(synopses.c.id == synopsis_id))

    async def _list(
        self, table: Table, ebook_id: str, states: Sequence[ProposalState], second_key: str
    ) -> list[dict[str, Any]]:
        query = select(table).where(table.c.ebook_id == ebook_id)
        if states:
            query = query.where(table.c.state.in_(states))
        rows = await self.connection.execute(query.order_by(table.c.created_at, table.c[second_key]))
        return [dict(row) for row in rows.mappings()]

    async def _get(self, table: Table, entry_id: str) -> dict[str, Any]:
        row = (await self.connection.execute(select(table).where(table.c.id == entry_id))).mappings().first()
        if row is None:
            raise KeyError(entry_id)
        return dict(row)

    async def _add(
        self, table: Table, values: dict[str, Any], state: ProposalState, script_id: str | None
    ) -> str | None:
        entry_id = new_id(table.name)
        row = values | {"id": entry_id, "state": state, "script_id": script_id}
        row |= {"created_at": self.now, "updated_at": self.now}
        return entry_id if await insert_if_absent(self.connection, table, row) else None

    async def _change(self, table: Table, entry_id: str, values: dict[str, Any]) -> None:
        query = table.update().where(table.c.id == entry_id).values(values | {"updated_at": self.now})
        await self.connection.execute(query)


def _to_member(row: dict[str, Any]) -> StoredMember:
    return StoredMember(**row | {"aliases": tuple(json.loads(row["aliases"]))})


def _to_column(aliases: Sequence[str]) -> str:
    return json.dumps(list(aliases), ensure_ascii=False)
