"""The script check of stored drafts: what is found, and each way to resolve it, in one transaction with its event."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.actor import Actor
from bot.ebooks.cast_check import CastWarningKind
from bot.ebooks.casting import get_script, read_warnings
from bot.errors import NotFoundError, StateError
from bot.event_names import FINDING_RESOLVED
from bot.scripts.checks.check import check_script, select_open
from bot.scripts.checks.cue_checks import find_absent_speakers
from bot.scripts.checks.findings import Finding, FindingKind
from bot.scripts.checks.resolving import clear_direction, end_sound, give_line
from bot.scripts.draft_changes import change_draft, lock_script
from bot.scripts.models import CastMember, Cue, Script
from bot.scripts.source_text import read_source
from bot.scripts.spans import Span, split_spans
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import ProposalState, ScriptState
from storage.stores.bible import StoredMember
from storage.stores.scripts import StoredScript


@dataclass(frozen=True, slots=True)
class CheckedScript:
    """A script, the findings that are open, and the names of who may speak in it: its cast, then the book's characters."""

    stored: StoredScript
    script: Script
    findings: tuple[Finding, ...]
    speakers: tuple[str, ...]

    def get_finding(self, key: str) -> Finding:
        """The open finding with this key.

        Raises:
            StateError: it is resolved.
        """
        for finding in self.findings:
            if finding.key == key:
                return finding
        raise StateError("This finding is resolved, or the script has changed.", "Nothing was changed.")


@dataclass(frozen=True, slots=True)
class ScriptCheckService:
    """Checks draft scripts and resolves what is found. An approved or released script never changes."""

    database: Database

    @read_transaction
    async def read(self, tx: ReadTransaction, script_id: str) -> CheckedScript:
        """The script with its open findings; there are none for a script that is approved or released.

        Raises:
            NotFoundError: there is no such script.
        """
        stored = await get_script(tx, script_id)
        script = Script.from_json(stored.body)
        members = await _list_members(tx, stored.ebook_id)
        speakers = dict.fromkeys([*(member.name for member in script.cast), *(member.name for member in members)])
        return CheckedScript(stored, script, await read_findings(tx, stored, script), tuple(speakers))

    @write_transaction
    async def accept(self, tx: WriteTransaction, script_id: str, key: str, by: Actor) -> None:
        """The finding is fine as it is, and is not shown again while the words in question stay the same.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not a draft any more, or the finding is resolved.
        """
        stored, script, finding = await _get_finding(tx, script_id, key)
        accepted = script.model_copy(update={"accepted": (*script.accepted, key)})
        await _store(tx, stored, accepted, finding, "accepted", by)

    @write_transaction
    async def give_line(self, tx: WriteTransaction, script_id: str, key: str, speaker: str, by: Actor) -> None:
        """The speaker has the line of the finding. A speaker who is new in the script has the voice of the book's cast.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not a draft any more, or the finding is resolved.
        """
        stored, script, finding = await _get_finding(tx, script_id, key)
        members = await _list_members(tx, stored.ebook_id)
        voice = next((member.voice for member in members if member.name.casefold() == speaker.casefold()), "")
        spans = split_spans(await read_source(tx, stored))
        cue = _get_cue(script, finding)
        changed = give_line(script, spans, cue, CastMember(name=speaker, voice=voice))
        await _store(tx, stored, changed, finding, "given", by, speaker=speaker)

    @write_transaction
    async def clear_direction(self, tx: WriteTransaction, script_id: str, key: str, by: Actor) -> None:
        """The cue of the finding has no direction.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not a draft any more, or the finding is resolved.
        """
        await self._change(tx, script_id, key, clear_direction, "direction_cleared", by)

    @write_transaction
    async def end_sound(self, tx: WriteTransaction, script_id: str, key: str, by: Actor) -> None:
        """The sound of the finding fades out at the end of the script.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not a draft any more, or the finding is resolved.
        """
        await self._change(tx, script_id, key, end_sound, "sound_ended", by)

    async def _change(
        self,
        tx: WriteTransaction,
        script_id: str,
        key: str,
        change: Callable[[Script, Cue], Script],
        how: str,
        by: Actor,
    ) -> None:
        stored, script, finding = await _get_finding(tx, script_id, key)
        await _store(tx, stored, change(script, _get_cue(script, finding)), finding, how, by)


async def read_findings(tx: ReadTransaction, stored: StoredScript, script: Script) -> tuple[Finding, ...]:
    """The open findings about a draft; none for a script that is approved or released.

    A speaker about whom there is a warning of the cast check is not named a second time.
    """
    if stored.state is not ScriptState.DRAFT:
        return ()
    content = await read_source(tx, stored)
    ebook = await tx.ebooks.find(stored.ebook_id)
    members = await _list_members(tx, stored.ebook_id)
    accepted = [(each.name, *each.aliases) for each in members if each.state is ProposalState.ACCEPTED]
    proposed = [(each.name, *each.aliases) for each in members if each.state is not ProposalState.ACCEPTED]
    other_texts: list[str] = []
    if content and find_absent_speakers(script, [content], accepted):
        headers = await tx.chapters.list_headers(stored.ebook_id)
        numbers = [header.number for header in headers if header.number != stored.chapter_number]
        other_texts = list((await tx.chapters.get_texts(stored.ebook_id, numbers)).values())
    check = partial(
        _check,
        script,
        content,
        accepted,
        proposed=proposed,
        other_texts=other_texts,
        target_minutes=ebook.target_minutes if ebook else None,
    )
    findings = select_open(await asyncio.to_thread(check), script.accepted)  # a long chapter takes a while
    warnings = await read_warnings(tx, stored, script)
    named = {warning.speaker for warning in warnings if warning.kind is not CastWarningKind.VOICE}
    return tuple(each for each in findings if each.kind is not FindingKind.UNKNOWN_SPEAKER or each.speaker not in named)


def _check(
    script: Script,
    content: str,
    characters: list[tuple[str, ...]],
    *,
    proposed: list[tuple[str, ...]],
    other_texts: list[str],
    target_minutes: int | None,
) -> tuple[Finding, ...]:
    spans: tuple[Span, ...] = split_spans(content)
    return check_script(
        script, spans, characters, proposed=proposed, other_texts=other_texts, target_minutes=target_minutes
    )


async def _list_members(tx: ReadTransaction, ebook_id: str) -> list[StoredMember]:
    members = await tx.bible.list_members(ebook_id)
    return [member for member in members if member.state is not ProposalState.REJECTED]


async def _get_finding(tx: WriteTransaction, script_id: str, key: str) -> tuple[StoredScript, Script, Finding]:
    stored = await lock_script(tx, script_id)
    if stored.state is not ScriptState.DRAFT:
        raise StateError(f"This script is {stored.state.value}.", "An approved script does not change.")
    script = Script.from_json(stored.body)
    checked = CheckedScript(stored, script, await read_findings(tx, stored, script), ())
    return stored, script, checked.get_finding(key)


def _get_cue(script: Script, finding: Finding) -> Cue:
    if finding.cue is None or not 1 <= finding.cue <= len(script.cues):
        raise NotFoundError("This finding is about the whole script.", "Nothing was changed.")
    return script.cues[finding.cue - 1]


async def _store(
    tx: WriteTransaction,
    stored: StoredScript,
    script: Script,
    finding: Finding,
    how: str,
    by: Actor,
    *,
    speaker: str = "",
) -> None:
    await change_draft(tx, stored, script, f"{_SUMMARIES[how]}{_describe_place(finding, speaker)}", by)
    data = {"script_id": stored.id, "chapter_number": stored.chapter_number, "finding": finding.kind.value, "how": how}
    data |= {"cue": finding.cue} if finding.cue else {}
    data |= {"speaker": speaker} if speaker else {}
    tx.report(FINDING_RESOLVED, data, actor=by, ebook_id=stored.ebook_id)


_SUMMARIES: Final = {
    "accepted": "Called a finding of the check fine",
    "given": "Gave a line to another speaker",
    "direction_cleared": "Removed a direction",
    "sound_ended": "Ended a sound",
}


def _describe_place(finding: Finding, speaker: str) -> str:
    to = f": {speaker}" if speaker else ""
    return f"{to} (cue {finding.cue})" if finding.cue else to
