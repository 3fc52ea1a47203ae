"""The take log of a chapter: what the team notes at the microphone, cue by cue."""

from dataclasses import dataclass
from typing import Final

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import TAKE_CORRECTED, TAKE_DELETED, TAKE_LOGGED
from bot.scripts.draft_changes import lock_script
from bot.scripts.editing import find_cue
from bot.scripts.models import Cue, Script
from bot.scripts.recorded_counts import recount_versions
from bot.scripts.takes import CueRecording, find_recording, list_recordings
from bot.scripts.text_units import to_single_line
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import TakeVerdict
from storage.stores.scripts import StoredScript
from storage.stores.takes import Take

MAX_TAKE_NOTE: Final = 200
"""Characters of a take's note: a sentence for whoever records or cuts the line."""
MAX_TAKE_NUMBER: Final = 999


@dataclass(frozen=True, slots=True)
class LoggedCue:
    """A cue of a script with its takes, and the number that its next take gets."""

    stored: StoredScript
    script: Script
    recording: CueRecording
    next_number: int
    take: Take | None = None

    @property
    def cue(self) -> Cue:
        """The cue as the script has it now."""
        return self.recording.cue


@dataclass(frozen=True, slots=True)
class ScriptTakes:
    """The take log of a script: what is known about each of its spoken cues, in order."""

    stored: StoredScript
    script: Script
    recordings: tuple[CueRecording, ...]


@dataclass(frozen=True, slots=True)
class TakeLog:
    """Logs takes of spoken cues, for scripts in any state. A take counts for every version that has the same words."""

    database: Database

    @read_transaction
    async def get_cue(self, tx: ReadTransaction, script_id: str, cue_id: str) -> LoggedCue:
        """The cue with its takes.

        Raises:
            NotFoundError: there is no such script, or the cue was deleted.
        """
        return await _load_cue(tx, script_id, cue_id)

    @read_transaction
    async def get_script(self, tx: ReadTransaction, script_id: str) -> ScriptTakes:
        """The take log of the script.

        Raises:
            NotFoundError: there is no such script.
        """
        stored = await _get_stored(tx, script_id)
        script = Script.from_json(stored.body)
        takes = await tx.takes.list(stored.ebook_id, stored.chapter_number)
        return ScriptTakes(stored, script, tuple(list_recordings(script, takes)))

    @write_transaction
    async def log_take(
        self,
        tx: WriteTransaction,
        script_id: str,
        cue_id: str,
        spoken: str,
        number: int,
        verdict: TakeVerdict,
        note: str,
        by: Actor,
    ) -> LoggedCue:
        """The cue has one more take; ``take`` of the result is that one.

        ``spoken`` is the ``digest_spoken`` of the cue as the person saw it. Where the cue has a take with this number already,
        perhaps because somebody logged one in the same moment, the take gets the next number.

        Raises:
            InputError: the number or the note is out of range, or the cue is a sound.
            NotFoundError: there is no such script, or the cue was deleted.
        """
        note = _clean_note(note)
        _check_number(number)
        logged = await _lock_and_load_cue(tx, script_id, cue_id)
        if not logged.cue.kind.is_spoken:
            raise InputError("Only spoken cues have takes.", "Sounds and music are in the sound designer's list.")
        stored = logged.stored
        if number in {take.number for take in logged.recording.takes}:
            number = logged.next_number
        take_id = await tx.takes.add(
            script_id=script_id,
            ebook_id=stored.ebook_id,
            chapter_number=stored.chapter_number,
            cue_id=cue_id,
            number=number,
            verdict=verdict,
            note=note,
            spoken_digest=spoken,
            member_id=await tx.members.remember(by),
        )
        return await _finish(tx, TAKE_LOGGED, logged, await tx.takes.get(take_id), by)

    @write_transaction
    async def correct_take(
        self,
        tx: WriteTransaction,
        script_id: str,
        take_id: str,
        number: int,
        verdict: TakeVerdict,
        note: str,
        by: Actor,
    ) -> LoggedCue:
        """The take has this number, this verdict and this note; it keeps its place among the takes.

        Raises:
            InputError: the number or the note is out of range.
            NotFoundError: there is no such script, the take is of another chapter, or it or its cue was deleted.
            StateError: another take of the cue has this number.
        """
        note = _clean_note(note)
        _check_number(number)
        logged = await _lock_and_load_take(tx, script_id, take_id)
        if any(take.number == number and take.id != take_id for take in logged.recording.takes):
            raise StateError(
                f"There is another take {number} of this cue.",
                f"Choose another number; {logged.next_number} is free.",
            )
        await tx.takes.correct(take_id, number, verdict, note)
        return await _finish(tx, TAKE_CORRECTED, logged, await tx.takes.get(take_id), by)

    @write_transaction
    async def delete_last_take(self, tx: WriteTransaction, script_id: str, take_id: str, by: Actor) -> LoggedCue:
        """The take, which was logged by mistake, is gone.

        Raises:
            NotFoundError: there is no such script, the take is of another chapter, or it or its cue was deleted.
            StateError: it is not the last take of its cue, because somebody has logged another one since.
        """
        logged = await _lock_and_load_take(tx, script_id, take_id)
        last = logged.recording.takes[-1]
        if last.id != take_id:
            raise StateError("There is a newer take of this cue.", "Only the last one can be deleted.")
        await tx.takes.delete(take_id)
        return await _finish(tx, TAKE_DELETED, logged, last, by)


async def _finish(tx: WriteTransaction, event: str, before: LoggedCue, take: Take, by: Actor) -> LoggedCue:
    """Counts what is recorded now and reports the event."""
    await recount_versions(tx, take)
    stored = before.stored
    data = {
        "script_id": stored.id,
        "chapter_number": stored.chapter_number,
        "version": stored.version,
        "cue": before.cue.n,
        "take": take.number,
        "verdict": take.verdict.value,
    }
    tx.report(event, data, actor=by, ebook_id=stored.ebook_id)
    after = await _load_cue(tx, stored.id, take.cue_id)
    return LoggedCue(after.stored, after.script, after.recording, after.next_number, take)


async def _lock_and_load_cue(tx: WriteTransaction, script_id: str, cue_id: str) -> LoggedCue:
    await lock_script(tx, script_id)
    return await _load_cue(tx, script_id, cue_id)


async def _lock_and_load_take(tx: WriteTransaction, script_id: str, take_id: str) -> LoggedCue:
    """The cue of the take, which is one of the script's chapter."""
    stored = await lock_script(tx, script_id)
    try:
        take = await tx.takes.get(take_id)
    except KeyError:
        raise NotFoundError("Somebody has deleted this take.") from None
    if (take.ebook_id, take.chapter_number) != (stored.ebook_id, stored.chapter_number):
        raise NotFoundError("This take is of another chapter.", "Use `/scripts takes` to find it.")
    return await _load_cue(tx, script_id, take.cue_id)


async def _load_cue(tx: ReadTransaction, script_id: str, cue_id: str) -> LoggedCue:
    stored = await _get_stored(tx, script_id)
    script = Script.from_json(stored.body)
    cue = find_cue(script, cue_id)
    recording = find_recording(cue, await tx.takes.list(stored.ebook_id, stored.chapter_number))
    highest = max((take.number for take in recording.takes), default=0)
    return LoggedCue(stored, script, recording, highest + 1)


async def _get_stored(tx: ReadTransaction, script_id: str) -> StoredScript:
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None


def _check_number(number: int) -> None:
    if not 1 <= number <= MAX_TAKE_NUMBER:
        raise InputError(
            f"A take has a number from 1 to {MAX_TAKE_NUMBER}.", "Leave the number as it was if you are not sure."
        )


def _clean_note(note: str) -> str:
    note = to_single_line(note)
    if len(note) > MAX_TAKE_NOTE:
        raise InputError(f"The note has {len(note)} characters; it may have {MAX_TAKE_NOTE}.", "Shorten it.")
    return note
