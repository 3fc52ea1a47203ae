"""What people do by hand with the text of a draft: change, add, move and delete cues, undo, and go on from an older version."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.actor import Actor
from bot.errors import NotFoundError, StateError
from bot.event_names import SCRIPT_COPIED, SCRIPT_EDIT_UNDONE, SCRIPT_EDITED
from bot.scripts import editing
from bot.scripts.coverage import Coverage, count_coverage, measure_spans
from bot.scripts.draft_changes import change_draft, keep_original, lock_script
from bot.scripts.edit_history import find_edit_to_undo, find_text_before
from bot.scripts.editing import CueFields, digest_cue, find_cue
from bot.scripts.models import Cue, CueKind, Script, ScriptMode
from bot.scripts.source_text import find_source_wordings, read_source
from bot.scripts.spans import Span, split_spans
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import EditKind, ScriptState
from storage.stores.scripts import NewScript, StoredScript

Change = Callable[[Script], Script]


class EditConflictError(StateError):
    """Somebody else has changed the cue since the form was opened. ``cue`` is how it is now, None where it was deleted."""

    def __init__(self, cue: Cue | None) -> None:
        what = "deleted" if cue is None else "changed"
        super().__init__(
            f"Somebody else has {what} this cue since you opened it.", "Your text is below; nothing is lost."
        )
        self.cue = cue


@dataclass(frozen=True, slots=True)
class EditedScript:
    """A script after an edit; ``number`` is that of the edit in its history, ``cue`` the cue that it was about.

    ``undone`` is the summary of the edit that was taken back, such as "Deleted cue 22".
    """

    stored: StoredScript
    script: Script
    number: int
    cue: Cue | None = None
    undone: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """The spans of the text that a faithful script was made from, and how many words each has; empty for other scripts."""

    spans: tuple[Span, ...]
    sizes: tuple[int, ...]

    @classmethod
    def split(cls, text: str) -> "_Source":
        """The source with this text."""
        spans = split_spans(text)
        return cls(spans, measure_spans(spans))


@dataclass(frozen=True, slots=True)
class EditService:
    """Edits draft scripts. An approved or released version never changes; ``copy_version`` makes a draft of it."""

    database: Database

    @read_transaction
    async def get_cue(self, tx: ReadTransaction, script_id: str, cue_id: str) -> tuple[StoredScript, Script, Cue]:
        """The cue, with the script that it belongs to.

        Raises:
            NotFoundError: there is no such script, or the cue was deleted.
        """
        stored = await _get_stored(tx, script_id)
        script = Script.from_json(stored.body)
        return stored, script, find_cue(script, cue_id)

    async def change_cue(self, script_id: str, cue_id: str, seen: str, fields: CueFields, by: Actor) -> EditedScript:
        """The cue has these fields. ``seen`` is the ``digest_cue`` of the cue as the person saw it.

        Raises:
            EditConflictError: somebody else has changed or deleted the cue since.
            InputError: see ``editing.change_cue``.
            NotFoundError: there is no such script.
            StateError: the script is approved or released.
        """
        source = await self._read_measured_source(script_id)
        return await self._change_cue(script_id, cue_id, seen, fields, source, by)

    async def insert_cue(
        self, script_id: str, anchor_id: str, kind: CueKind, fields: CueFields, by: Actor, *, before: bool = False
    ) -> EditedScript:
        """A new cue stands after the anchor, or before it.

        Raises:
            InputError: see ``editing.change_cue``.
            NotFoundError: there is no such script, or the anchor was deleted.
            StateError: the script is approved or released.
        """
        source = await self._read_measured_source(script_id)
        return await self._insert_cue(script_id, anchor_id, kind, fields, source, by, before=before)

    async def move_cue(self, script_id: str, cue_id: str, position: int, by: Actor) -> EditedScript:
        """The cue has this number.

        Raises:
            InputError: there is no such number.
            NotFoundError: there is no such script, or the cue was deleted.
            StateError: the script is approved or released.
        """
        source = await self._read_measured_source(script_id)
        return await self._move_cue(script_id, cue_id, position, source, by)

    async def delete_cue(self, script_id: str, cue_id: str, by: Actor) -> EditedScript:
        """The cue is gone; an undo brings it back.

        Raises:
            InputError: it is the last one.
            NotFoundError: there is no such script, or the cue was deleted already.
            StateError: the script is approved or released.
        """
        source = await self._read_measured_source(script_id)
        return await self._delete_cue(script_id, cue_id, source, by)

    async def undo(self, script_id: str, by: Actor) -> EditedScript:
        """The newest edit that was not undone is taken back.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is approved or released, or there is nothing to undo.
        """
        source = await self._read_measured_source(script_id)
        return await self._undo(script_id, source, by)

    async def restore(self, script_id: str, number: int, by: Actor) -> EditedScript:
        """The script has the text that it had after the edit with this number.

        Raises:
            NotFoundError: there is no such script or edit.
            StateError: the script is approved or released.
        """
        source = await self._read_measured_source(script_id)
        return await self._restore(script_id, number, source, by)

    @write_transaction
    async def copy_version(self, tx: WriteTransaction, script_id: str, by: Actor) -> StoredScript:
        """The next version of the chapter exists, a draft with the text of this one.

        Raises:
            NotFoundError: there is no such script.
        """
        parent = await lock_script(
            tx, script_id
        )  # a take that is logged in the same moment counts for the copy as well
        member_id = await tx.members.remember(by)
        version = await tx.runs.next_version(parent.ebook_id, parent.chapter_number)
        new = NewScript(
            ebook_id=parent.ebook_id,
            chapter_number=parent.chapter_number,
            version=version,
            title=parent.title,
            theme=parent.theme,
            hook=parent.hook,
            writer=parent.writer,
            model=parent.model,
            body=parent.body,
            error=parent.error,
            coverage=parent.coverage,
            seconds=parent.seconds,
            member_id=member_id,
            source_digest=parent.source_digest,
            parent_id=parent.id,
            spoken_cues=parent.spoken_cues,
            recorded_cues=parent.recorded_cues,
        )
        copy = await tx.scripts.get(await tx.scripts.add(new))
        await tx.script_edits.add(
            copy.id, EditKind.CREATED, f"From version {parent.version}", member_id=member_id, body=copy.body
        )
        data = {"script_id": copy.id, "from": parent.id, "chapter_number": copy.chapter_number, "version": version}
        tx.report(SCRIPT_COPIED, data, actor=by, ebook_id=copy.ebook_id)
        return copy

    @write_transaction
    async def _change_cue(
        self,
        tx: WriteTransaction,
        script_id: str,
        cue_id: str,
        seen: str,
        fields: CueFields,
        source: _Source,
        by: Actor,
    ) -> EditedScript:
        stored, script = await _get_draft(tx, script_id)
        cue = next((each for each in script.cues if each.id == cue_id), None)
        if cue is None or digest_cue(cue) != seen:
            raise EditConflictError(cue)
        wordings = find_source_wordings(source.spans, cue) or None
        voices = await _read_voices(tx, stored.ebook_id)
        changed = editing.change_cue(script, cue_id, fields, voices=voices, wordings=wordings)
        return await _store(tx, stored, changed, f"Changed cue {cue.n}", source, by, cue_id=cue_id)

    @write_transaction
    async def _insert_cue(
        self,
        tx: WriteTransaction,
        script_id: str,
        anchor_id: str,
        kind: CueKind,
        fields: CueFields,
        source: _Source,
        by: Actor,
        *,
        before: bool,
    ) -> EditedScript:
        stored, script = await _get_draft(tx, script_id)
        voices = await _read_voices(tx, stored.ebook_id)
        changed = editing.insert_cue(script, anchor_id, kind, fields, before=before, voices=voices)
        known = {cue.id for cue in script.cues}
        new = next(cue for cue in changed.cues if cue.id not in known)
        return await _store(tx, stored, changed, f"Added cue {new.n}", source, by, cue_id=new.id)

    @write_transaction
    async def _move_cue(
        self,
        tx: WriteTransaction,
        script_id: str,
        cue_id: str,
        position: int,
        source: _Source,
        by: Actor,
    ) -> EditedScript:
        stored, script = await _get_draft(tx, script_id)
        old = find_cue(script, cue_id)
        changed = editing.move_cue(script, cue_id, position)
        return await _store(tx, stored, changed, f"Moved cue {old.n} to {position}", source, by, cue_id=cue_id)

    @write_transaction
    async def _delete_cue(
        self, tx: WriteTransaction, script_id: str, cue_id: str, source: _Source, by: Actor
    ) -> EditedScript:
        stored, script = await _get_draft(tx, script_id)
        old = find_cue(script, cue_id)
        changed = editing.delete_cue(script, cue_id, voices=await _read_voices(tx, stored.ebook_id))
        return await _store(tx, stored, changed, f"Deleted cue {old.n}", source, by)

    @write_transaction
    async def _undo(self, tx: WriteTransaction, script_id: str, source: _Source, by: Actor) -> EditedScript:
        stored, script = await _get_draft(tx, script_id)
        edits = await tx.script_edits.list(script_id)
        edit = find_edit_to_undo(edits)
        if edit is None:
            raise StateError("There is nothing to undo.", "This is the script as it was written.")
        body = await tx.script_edits.get_body(script_id, find_text_before(edits, edit.number))
        before = Script.from_json(body)
        known = {cue.id for cue in script.cues}
        returned = next((cue.id for cue in before.cues if cue.id not in known), "")
        summary = f"Undid “{edit.summary}”"
        edited = await _store(tx, stored, before, summary, source, by, cue_id=returned, undoes=edit.number)
        return replace(edited, undone=edit.summary)

    @write_transaction
    async def _restore(
        self, tx: WriteTransaction, script_id: str, number: int, source: _Source, by: Actor
    ) -> EditedScript:
        stored, _ = await _get_draft(tx, script_id)
        await keep_original(tx, stored)
        try:
            body = await tx.script_edits.get_body(script_id, number)
        except KeyError:
            raise NotFoundError("There is no such edit.", "Open the versions again to see the edits.") from None
        return await _store(tx, stored, Script.from_json(body), f"Restored edit {number}", source, by)

    async def _read_measured_source(self, script_id: str) -> "_Source":
        """A faithful script's source; splitting and measuring a long chapter takes too long for the event loop."""
        return await asyncio.to_thread(_Source.split, await self._read_faithful_source(script_id))

    @read_transaction
    async def _read_faithful_source(self, tx: ReadTransaction, script_id: str) -> str:
        stored = await _get_stored(tx, script_id)
        is_faithful = Script.from_json(stored.body).mode is ScriptMode.FAITHFUL
        return await read_source(tx, stored) if is_faithful else ""


def check_draft(stored: StoredScript) -> None:
    """Refuses to edit what is no draft.

    Raises:
        StateError: the script is approved or released.
    """
    if stored.state is not ScriptState.DRAFT:
        withdraw = ", or withdraw the approval" if stored.state is ScriptState.APPROVED else ""
        raise StateError(
            f"This version is {stored.state.value}, so its text no longer changes.",
            f"Make a new draft from it{withdraw}.",
        )


async def _get_stored(tx: ReadTransaction, script_id: str) -> StoredScript:
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None


async def _get_draft(tx: WriteTransaction, script_id: str) -> tuple[StoredScript, Script]:
    stored = await lock_script(tx, script_id)
    check_draft(stored)
    return stored, Script.from_json(stored.body)


async def _read_voices(tx: ReadTransaction, ebook_id: str) -> dict[str, str]:
    return {member.name: member.voice for member in await tx.bible.list_members(ebook_id)}


async def _store(
    tx: WriteTransaction,
    stored: StoredScript,
    script: Script,
    summary: str,
    source: _Source,
    by: Actor,
    *,
    cue_id: str = "",
    undoes: int | None = None,
) -> EditedScript:
    coverage: Coverage | None = None
    if source.spans:
        coverage = count_coverage(source.spans, script.cues, script.cuts, source.sizes)
    number = await change_draft(tx, stored, script, summary, by, undoes=undoes, coverage=coverage)
    data = {"script_id": stored.id, "chapter_number": stored.chapter_number, "version": stored.version, "edit": number}
    event = SCRIPT_EDITED if undoes is None else SCRIPT_EDIT_UNDONE
    tx.report(event, data | {"summary": summary}, actor=by, ebook_id=stored.ebook_id)
    cue = next((each for each in script.cues if each.id == cue_id), None)
    return EditedScript(await tx.scripts.get(stored.id), script, number, cue)
