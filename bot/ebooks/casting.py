"""Resolves what is odd about the cast of a draft script: an alias, another name, or a new character of the book."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.actor import Actor
from bot.ebooks.bible import to_character
from bot.ebooks.cast_check import CastWarning, check_cast
from bot.ebooks.cast_service import add_new_member, check_name, check_names, get_member, report_cast
from bot.ebooks.series_bible import MAX_ALIASES, find_character
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import SPEAKER_CHANGED
from bot.scripts.draft_changes import change_draft, lock_script
from bot.scripts.draft_speakers import rename_in_draft
from bot.scripts.models import CastMember, Script
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import ProposalState, ScriptState
from storage.stores.bible import MemberChanges, NewMember, StoredMember
from storage.stores.scripts import StoredScript


@dataclass(frozen=True, slots=True)
class ScriptCast:
    """A script, its warnings, and the characters of its book that are accepted."""

    stored: StoredScript
    script: Script
    warnings: tuple[CastWarning, ...]
    members: tuple[StoredMember, ...]


@dataclass(frozen=True, slots=True)
class CastingService:
    """Changes the speakers of draft scripts. An approved or released script never changes."""

    database: Database

    @read_transaction
    async def read(self, tx: ReadTransaction, script_id: str) -> ScriptCast:
        """The script with its warnings; there are none for a script that is approved or released.

        Raises:
            NotFoundError: there is no such script.
        """
        stored = await get_script(tx, script_id)
        script = Script.from_json(stored.body)
        members = tuple(await tx.bible.list_members(stored.ebook_id, ProposalState.ACCEPTED))
        return ScriptCast(stored, script, await read_warnings(tx, stored, script), members)

    @write_transaction
    async def make_alias(self, tx: WriteTransaction, script_id: str, speaker: str, member_id: str, by: Actor) -> None:
        """The speaker's name is an alias of the character, under whose name the speaker stands in the script from now on.

        A proposal of the speaker as a character of its own is gone.

        Raises:
            NotFoundError: there is no such script, speaker or character.
            StateError: the script is not a draft any more.
            InputError: the character has too many aliases, or the name is another character's.
        """
        stored, _ = await _get_speaker(tx, script_id, speaker)
        member = await get_member(tx, member_id)
        members = await tx.bible.list_members(stored.ebook_id)
        own = [each for each in members if _is_open_proposal(each, speaker)]
        check_names([speaker], [each for each in members if each not in own], member)
        if len(member.aliases) >= MAX_ALIASES:
            raise InputError(f"A character may have {MAX_ALIASES} aliases.", "Remove one in `/ebook cast` first.")
        for proposal in own:
            await tx.bible.remove_member(proposal.id)
        aliases = tuple(dict.fromkeys((*member.aliases, speaker)))
        await tx.bible.change_member(member_id, MemberChanges(aliases=aliases))
        report_cast(tx, member, "edited", by)
        await _rename(tx, stored, {speaker: member.name}, by)

    @write_transaction
    async def rename_speaker(self, tx: WriteTransaction, script_id: str, speaker: str, name: str, by: Actor) -> str:
        """The speaker has another name in this script alone; returns the name as scripts spell it.

        What the script has proposed about the speaker follows the new name, unless the book knows that name already.

        Raises:
            NotFoundError: there is no such script or speaker.
            StateError: the script is not a draft any more.
            InputError: the name is empty, too long or the same.
        """
        stored, _ = await _get_speaker(tx, script_id, speaker)
        spelling = check_name(name)
        if spelling == speaker:
            raise InputError(f"The speaker is called {spelling} already.", "Type another name.")
        await _rename(tx, stored, {speaker: spelling}, by)
        await _move_proposal(tx, stored, speaker, spelling)
        return spelling

    @write_transaction
    async def add_character(self, tx: WriteTransaction, script_id: str, speaker: str, by: Actor) -> None:
        """The speaker is a character of the book: the proposal is accepted, or a new one has the script's voice note.

        Raises:
            NotFoundError: there is no such script or speaker.
            StateError: the script is not a draft any more.
            InputError: the name is an alias of another character.
        """
        stored, speaking = await _get_speaker(tx, script_id, speaker)
        members = await tx.bible.list_members(stored.ebook_id)
        existing = next((each for each in members if each.name.casefold() == speaker.casefold()), None)
        check_names([speaker], members, existing)
        member_id = existing.id if existing else await add_new_member(tx, _build_member(stored, speaking))
        await tx.bible.change_member(member_id, MemberChanges(state=ProposalState.ACCEPTED))
        report_cast(tx, await get_member(tx, member_id), "added", by)

    @write_transaction
    async def use_known_voice(self, tx: WriteTransaction, script_id: str, speaker: str, by: Actor) -> None:
        """The speaker has the voice note of the book's cast in this script.

        Raises:
            NotFoundError: there is no such script, speaker or character.
            StateError: the script is not a draft any more.
        """
        stored, _ = await _get_speaker(tx, script_id, speaker)
        member = await _find_member(tx, stored, speaker)
        script = Script.from_json(stored.body)
        cast = tuple(
            each.model_copy(update={"voice": member.voice}) if each.name == speaker else each for each in script.cast
        )
        summary = f"Gave {speaker} the voice of the book's cast"
        await change_draft(tx, stored, script.model_copy(update={"cast": cast}), summary, by)
        _report_speaker(tx, stored, {"speaker": speaker, "voice": member.voice}, by)

    @write_transaction
    async def keep_own_voice(self, tx: WriteTransaction, script_id: str, speaker: str, by: Actor) -> None:
        """The character has the script's voice note in the book's cast from now on.

        Raises:
            NotFoundError: there is no such script, speaker or character.
            StateError: the script is not a draft any more.
        """
        stored, speaking = await _get_speaker(tx, script_id, speaker)
        member = await _find_member(tx, stored, speaker)
        await tx.bible.change_member(member.id, MemberChanges(voice=speaking.voice))
        report_cast(tx, member, "edited", by)


async def read_warnings(tx: ReadTransaction, stored: StoredScript, script: Script) -> tuple[CastWarning, ...]:
    """The warnings about the cast of a draft; none for a script that is approved or released."""
    if stored.state is not ScriptState.DRAFT:
        return ()
    members = await tx.bible.list_members(stored.ebook_id, ProposalState.ACCEPTED)
    return check_cast(script.cast, [to_character(member) for member in members])


async def get_script(tx: ReadTransaction, script_id: str) -> StoredScript:
    """The stored script.

    Raises:
        NotFoundError: there is no such script.
    """
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None


async def _get_speaker(tx: WriteTransaction, script_id: str, speaker: str) -> tuple[StoredScript, CastMember]:
    stored = await lock_script(tx, script_id)
    if stored.state is not ScriptState.DRAFT:
        raise StateError(f"This script is {stored.state.value}.", "The cast of an approved script does not change.")
    for member in Script.from_json(stored.body).cast:
        if member.name == speaker:
            return stored, member
    raise StateError(f"{speaker} does not speak in this script any more.", "Nothing was changed.")


async def _find_member(tx: ReadTransaction, stored: StoredScript, speaker: str) -> StoredMember:
    for member in await tx.bible.list_members(stored.ebook_id, ProposalState.ACCEPTED):
        if speaker.casefold() in {name.casefold() for name in (member.name, *member.aliases)}:
            return member
    raise NotFoundError(f"{speaker} is no longer in the cast.", "Open `/ebook cast` to add the character again.")


def _is_open_proposal(member: StoredMember, name: str) -> bool:
    return member.state is not ProposalState.ACCEPTED and member.name.casefold() == name.casefold()


def _build_member(stored: StoredScript, speaking: CastMember) -> NewMember:
    return NewMember(
        ebook_id=stored.ebook_id,
        name=speaking.name,
        voice=speaking.voice,
        first_chapter=stored.chapter_number,
        state=ProposalState.ACCEPTED,
    )


async def _move_proposal(tx: WriteTransaction, stored: StoredScript, old: str, new: str) -> None:
    """Otherwise the approval would accept a character whom nobody speaks."""
    members = await tx.bible.list_members(stored.ebook_id)
    is_known = find_character(map(to_character, members), new) is not None
    for member in members:
        if member.script_id == stored.id and member.name == old and member.state is ProposalState.PROPOSED:
            if is_known:
                await tx.bible.remove_member(member.id)
            else:
                await tx.bible.change_member(member.id, MemberChanges(name=new))


async def _rename(tx: WriteTransaction, stored: StoredScript, names: Mapping[str, str], by: Actor) -> None:
    await rename_in_draft(tx, stored, names, by)
    for old, new in names.items():
        _report_speaker(tx, stored, {"speaker": old, "name": new}, by)


def _report_speaker(tx: WriteTransaction, stored: StoredScript, change: dict[str, str], by: Actor) -> None:
    data = {"script_id": stored.id, "chapter_number": stored.chapter_number, **change}
    tx.report(SPEAKER_CHANGED, data, actor=by, ebook_id=stored.ebook_id)
