"""What people do with finished scripts: read, approve, withdraw the approval."""

from dataclasses import dataclass
from typing import Final

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import SCRIPT_APPROVED, SCRIPT_WITHDRAWN
from bot.scripts.bible_acceptance import accept_proposals
from bot.scripts.draft_changes import record_approval
from bot.scripts.models import Script
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.states import EditKind, ScriptState
from storage.stores.script_search import FoundScript
from storage.stores.scripts import StoredScript

_CHOOSE_HINT: Final = "Type a word of its title or book, and choose it from the list that appears."
_MAX_FOUND: Final = 100
"""Scripts that are looked at to see whether they are versions of one chapter."""


@dataclass(frozen=True, slots=True)
class ScriptLibrary:
    """Finished scripts by id."""

    database: Database

    async def get(self, script_id: str) -> tuple[StoredScript, Script]:
        """The stored row and the script that it holds.

        Raises:
            NotFoundError: there is no such script.
        """
        stored = await self._get_stored(script_id)
        return stored, Script.from_json(stored.body)

    async def approve(self, script_id: str, by: Actor) -> StoredScript:
        """``draft → approved``, and what it proposes for the series bible is accepted; returns the row as it is afterwards.

        Raises:
            NotFoundError: there is no such script.
            StateError: it is approved or released already.
        """
        try:
            await self._approve(script_id, by)
        except StaleStateError:
            stored = await self._get_stored(script_id)
            state = "released" if stored.state is ScriptState.RELEASED else "approved"
            raise StateError(f"This script is already {state}.", "Nothing was changed.") from None
        return await self._get_stored(script_id)

    async def ensure_approved(self, script_id: str, by: Actor) -> StoredScript:
        """Like ``approve``, for a person who goes on to the release: a script that somebody has just approved is fine.

        Raises:
            NotFoundError: there is no such script.
            StateError: it is released already.
        """
        stored = await self._get_stored(script_id)
        return stored if stored.state is ScriptState.APPROVED else await self.approve(script_id, by)

    async def withdraw(self, script_id: str, by: Actor) -> StoredScript:
        """``approved → draft``; returns the row as it is afterwards.

        Raises:
            NotFoundError: there is no such script.
            StateError: it is not approved, or released already.
        """
        try:
            await self._withdraw(script_id, by)
        except StaleStateError:
            stored = await self._get_stored(script_id)
            state = "released already" if stored.state is ScriptState.RELEASED else "not approved"
            raise StateError(f"This script is {state}.", "Nothing was changed.") from None
        return await self._get_stored(script_id)

    @read_transaction
    async def search(self, tx: ReadTransaction, text: str, limit: int) -> list[FoundScript]:
        """The newest scripts whose title, book or id contains the text in any case, ``limit`` at most."""
        return await tx.script_search.find(text, limit)

    @read_transaction
    async def find_id(self, tx: ReadTransaction, typed: str) -> str:
        """The id of the script that somebody means who typed an id, or words that only one chapter has: its newest version.

        Raises:
            NotFoundError: no script has these words.
            InputError: scripts of several chapters have them.
        """
        found = await tx.script_search.find(typed, _MAX_FOUND)
        if not found:
            raise NotFoundError("No script has these words.", _CHOOSE_HINT)
        if len({(script.ebook_title, script.chapter_number) for script in found}) > 1:
            raise InputError("These words may mean more than one script.", _CHOOSE_HINT)
        return found[0].id

    @read_transaction
    async def _get_stored(self, tx: ReadTransaction, script_id: str) -> StoredScript:
        return await _get_stored_script(tx, script_id)

    @write_transaction
    async def _approve(self, tx: WriteTransaction, script_id: str, by: Actor) -> None:
        stored = await _get_stored_script(tx, script_id)
        await tx.scripts.approve(script_id, await tx.members.remember(by))
        data = {"script_id": script_id, "chapter_number": stored.chapter_number, "version": stored.version}
        data |= await accept_proposals(tx, stored)
        await record_approval(tx, stored, EditKind.APPROVED, by)
        tx.report(SCRIPT_APPROVED, data, actor=by, ebook_id=stored.ebook_id)

    @write_transaction
    async def _withdraw(self, tx: WriteTransaction, script_id: str, by: Actor) -> None:
        stored = await _get_stored_script(tx, script_id)
        await tx.scripts.withdraw(script_id)
        await record_approval(tx, stored, EditKind.WITHDRAWN, by)
        data = {"script_id": script_id, "chapter_number": stored.chapter_number, "version": stored.version}
        tx.report(SCRIPT_WITHDRAWN, data, actor=by, ebook_id=stored.ebook_id)


async def _get_stored_script(tx: ReadTransaction, script_id: str) -> StoredScript:
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
