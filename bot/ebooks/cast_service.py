"""What people do with a book's cast: add, edit, rename, accept, reject and remove characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.actor import Actor
from bot.ebooks.series_bible import MAX_ALIASES, MAX_NOTE
from bot.errors import InputError, NotFoundError
from bot.event_names import CAST_CHANGED, CHARACTER_RENAMED
from bot.scripts.draft_speakers import list_drafts_with, rename_in_draft
from bot.scripts.names import MAX_NAME, clean_name
from bot.scripts.text_units import to_single_line
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import ProposalState
from storage.stores.bible import MemberChanges, NewMember, StoredMember

_MAX_CHAPTER: Final = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterNotes:
    """What is known about a character besides the name. ``aliases`` are separated by commas, as they are typed."""

    aliases: str = ""
    role: str = ""
    voice: str = ""
    pronunciation: str = ""

    def to_changes(self, name: str) -> MemberChanges:
        """The fields to store for the character of this name.

        Raises:
            InputError: there are too many aliases, or one is too long.
        """
        return MemberChanges(
            aliases=_split_aliases(self.aliases, name),
            role=to_single_line(self.role)[:MAX_NOTE],
            voice=to_single_line(self.voice)[:MAX_NOTE],
            pronunciation=to_single_line(self.pronunciation)[:MAX_NOTE],
        )


@dataclass(frozen=True, slots=True)
class RenamedCharacter:
    """A character under the new name, and the ids of the draft scripts that were changed with it."""

    member: StoredMember
    script_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CastService:
    """Changes the cast of a book. Names and aliases of a book are compared without regard to case."""

    database: Database

    @read_transaction
    async def get_member(self, tx: ReadTransaction, member_id: str) -> StoredMember:
        """The character.

        Raises:
            NotFoundError: there is no such character.
        """
        return await get_member(tx, member_id)

    @read_transaction
    async def count_drafts(self, tx: ReadTransaction, member_id: str) -> int:
        """How many draft scripts have the character among their speakers.

        Raises:
            NotFoundError: there is no such character.
        """
        member = await get_member(tx, member_id)
        return len(await list_drafts_with(tx, member.ebook_id, member.name))

    @read_transaction
    async def list_draft_runs(self, tx: ReadTransaction, ebook_id: str, limit: int) -> list[str]:
        """The runs of the book's newest draft scripts, whose cards say what is odd about their cast."""
        drafts = await tx.drafts.list(ebook_id)
        return [draft.run_id for draft in drafts[-limit:] if draft.run_id]

    @write_transaction
    async def add_member(
        self, tx: WriteTransaction, ebook_id: str, name: str, notes: CharacterNotes, by: Actor
    ) -> StoredMember:
        """The character is in the cast. A proposed or rejected entry of the name becomes an accepted one with these notes.

        Raises:
            InputError: the name is empty or taken, or an alias cannot be used.
        """
        await tx.runs.lock_book(ebook_id)
        spelling = check_name(name)
        members = await tx.bible.list_members(ebook_id)
        existing = next((each for each in members if each.name.casefold() == spelling.casefold()), None)
        if existing is not None and existing.state is ProposalState.ACCEPTED:
            raise InputError(f"{spelling} is in the cast already.", "Edit that entry instead.")
        changes = notes.to_changes(spelling)
        check_names([spelling, *_as_tuple(changes.aliases)], members, existing)
        new = NewMember(ebook_id=ebook_id, name=spelling, state=ProposalState.ACCEPTED)
        member_id = existing.id if existing else await add_new_member(tx, new)
        await tx.bible.change_member(member_id, changes)
        return await self._accept(tx, member_id, "added", by)

    @write_transaction
    async def edit_member(
        self, tx: WriteTransaction, member_id: str, notes: CharacterNotes, first_chapter: int | None, by: Actor
    ) -> StoredMember:
        """The character has these notes, and appears first in this chapter.

        Raises:
            NotFoundError: there is no such character.
            InputError: an alias or the chapter cannot be used.
        """
        member = await get_member(tx, member_id)
        await tx.runs.lock_book(member.ebook_id)
        if first_chapter is not None and not 0 <= first_chapter <= _MAX_CHAPTER:
            raise InputError(f"A chapter's number must be 0 to {_MAX_CHAPTER}.", "For example: 1.")
        changes = notes.to_changes(member.name)
        check_names(_as_tuple(changes.aliases), await tx.bible.list_members(member.ebook_id), member)
        await tx.bible.change_member(member_id, changes)
        await tx.bible.change_member(member_id, MemberChanges(first_chapter=first_chapter))
        report_cast(tx, member, "edited", by)
        return await get_member(tx, member_id)

    @write_transaction
    async def decide_member(self, tx: WriteTransaction, member_id: str, by: Actor, *, accept: bool) -> StoredMember:
        """The character is accepted into the cast, or rejected and not proposed again.

        Raises:
            NotFoundError: there is no such character.
        """
        if accept:
            return await self._accept(tx, member_id, "accepted", by)
        member = await get_member(tx, member_id)
        await tx.bible.change_member(member_id, MemberChanges(state=ProposalState.REJECTED))
        report_cast(tx, member, "rejected", by)
        return await get_member(tx, member_id)

    @write_transaction
    async def accept_all(self, tx: WriteTransaction, ebook_id: str, by: Actor) -> int:
        """Every proposed character is accepted; returns how many there were."""
        proposed = await tx.bible.list_members(ebook_id, ProposalState.PROPOSED)
        for member in proposed:
            await self._accept(tx, member.id, "accepted", by)
        return len(proposed)

    @write_transaction
    async def rename_member(
        self, tx: WriteTransaction, member_id: str, name: str, by: Actor, *, update_drafts: bool
    ) -> RenamedCharacter:
        """The character has this name, and the old one is kept as an alias. Approved and released scripts stay as they are.

        ``update_drafts`` is whether the speaker is renamed in the book's draft scripts as well.

        Raises:
            NotFoundError: there is no such character.
            InputError: the name is empty or another character's.
        """
        member = await get_member(tx, member_id)
        await tx.runs.lock_book(member.ebook_id)
        new_name = check_name(name)
        if new_name == member.name:
            raise InputError(f"The character is called {new_name} already.", "Type another name.")
        check_names([new_name], await tx.bible.list_members(member.ebook_id), member)
        aliases = dict.fromkeys((*member.aliases, member.name))
        kept = tuple(alias for alias in aliases if alias.casefold() != new_name.casefold())[-MAX_ALIASES:]
        await tx.bible.change_member(member_id, MemberChanges(name=new_name, aliases=kept))
        script_ids = []
        if update_drafts:
            for draft in await list_drafts_with(tx, member.ebook_id, member.name):
                await rename_in_draft(tx, draft, {member.name: new_name}, by)
                script_ids.append(draft.id)
        data = {"ebook_id": member.ebook_id, "from": member.name, "to": new_name, "scripts": script_ids}
        tx.report(CHARACTER_RENAMED, data, actor=by, ebook_id=member.ebook_id)
        return RenamedCharacter(await get_member(tx, member_id), tuple(script_ids))

    @write_transaction
    async def remove_member(self, tx: WriteTransaction, member_id: str, by: Actor) -> StoredMember:
        """The character is gone from the cast; returns what it was. A later script may propose it again.

        Raises:
            NotFoundError: there is no such character.
        """
        member = await get_member(tx, member_id)
        await tx.bible.remove_member(member_id)
        report_cast(tx, member, "removed", by)
        return member

    async def _accept(self, tx: WriteTransaction, member_id: str, action: str, by: Actor) -> StoredMember:
        await tx.bible.change_member(member_id, MemberChanges(state=ProposalState.ACCEPTED))
        member = await get_member(tx, member_id)
        report_cast(tx, member, action, by)
        return member


async def get_member(tx: ReadTransaction, member_id: str) -> StoredMember:
    """The character.

    Raises:
        NotFoundError: there is no such character.
    """
    try:
        return await tx.bible.get_member(member_id)
    except KeyError:
        raise NotFoundError("This character is no longer in the cast.", "Open `/ebook cast` again.") from None


def report_cast(tx: WriteTransaction, member: StoredMember, action: str, by: Actor) -> None:
    """Reports what was done with a character."""
    data: dict[str, Any] = {"ebook_id": member.ebook_id, "action": action, "name": member.name}
    tx.report(CAST_CHANGED, data, actor=by, ebook_id=member.ebook_id)


def check_name(name: str) -> str:
    """The name as scripts spell it.

    Raises:
        InputError: it is empty or too long.
    """
    if len(to_single_line(name)) > MAX_NAME:
        raise InputError(f"A name may have {MAX_NAME} characters.", "Shorten it.")
    spelling = clean_name(name)
    if not spelling:
        raise InputError("The character has no name.", "Type one, such as HANA.")
    return spelling


def check_names(names: Sequence[str], members: Sequence[StoredMember], own: StoredMember | None) -> None:
    """Checks that no other character of the book has one of the names.

    Raises:
        InputError: one is taken.
    """
    for member in members:
        if own is not None and member.id == own.id:
            continue
        taken = {each.casefold() for each in (member.name, *member.aliases)}
        for name in names:
            if name.casefold() in taken:
                also = f", an alias of {member.name}" if name.casefold() != member.name.casefold() else ""
                raise InputError(f"{name} is another character of this book{also}.", "Remove or rename that one first.")


def _split_aliases(text: str, name: str) -> tuple[str, ...]:
    parts = [part for part in text.replace("\n", ",").replace("、", ",").split(",") if part.strip()]
    aliases = {alias.casefold(): alias for alias in map(check_name, parts)}
    aliases.pop(name.casefold(), None)
    if len(aliases) > MAX_ALIASES:
        raise InputError(f"A character may have {MAX_ALIASES} aliases.", "Remove some.")
    return tuple(aliases.values())


async def add_new_member(tx: WriteTransaction, new: NewMember) -> str:
    """Adds a character whose name the book has not; returns its id.

    Raises:
        InputError: somebody has added the name in the same moment.
    """
    member_id = await tx.bible.add_member(new)
    if member_id is None:
        raise InputError(f"{new.name} is in the cast already.", "Edit that entry instead.")
    return member_id


def _as_tuple(aliases: object) -> tuple[str, ...]:
    return aliases if isinstance(aliases, tuple) else ()
