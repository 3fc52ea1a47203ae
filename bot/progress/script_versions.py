"""The versions of a chapter's script: where each came from, what was edited, and how any two states of the text differ."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import NotFoundError
from bot.progress.paging import PagePosition, locate_page
from bot.scripts.diff import CueChange, compare_scripts
from bot.scripts.edit_history import find_edit_to_undo, find_text_before
from bot.scripts.models import Script, ScriptMode
from bot.scripts.source_text import build_unaltered_script, read_source
from bot.scripts.spans import split_spans
from storage import Database, ReadTransaction, read_transaction
from storage.states import EditKind
from storage.stores.script_edits import ScriptEdit, ScriptVersion

VERSIONS_PER_PAGE: Final = 6
EDITS_PER_PAGE: Final = 10
NOW: Final = -1
"""The number of the state that a script has now."""
MAX_OFFERED: Final = 25
"""States that are offered for a comparison; a menu of Discord's has no more options."""
SOURCE: Final = -2
"""The number of the state in which a faithful script has every word as the book has it."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with what has happened to it. ``parent`` is the number of the version that it was made from, if any."""

    version: ScriptVersion
    parent: int | None
    edits: tuple[ScriptEdit, ...]

    @property
    def edit_count(self) -> int:
        """How many changes people have made, changes that were taken back included."""
        return sum(edit.kind in {EditKind.CHANGED, EditKind.UNDONE} for edit in self.edits)

    @property
    def decision(self) -> ScriptEdit | None:
        """The newest approval or withdrawal, if there was one since the history is kept."""
        kinds = {EditKind.APPROVED, EditKind.WITHDRAWN}
        return next((edit for edit in reversed(self.edits) if edit.kind in kinds), None)


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Some versions of one chapter, the newest first. ``count`` counts all; ``names`` are those of members, by id."""

    script_id: str
    count: int
    position: PagePosition
    lines: tuple[VersionLine, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries of one version's history, the newest first. ``others`` are the chapter's other versions."""

    line: VersionLine
    is_faithful: bool
    position: PagePosition
    edits: tuple[ScriptEdit, ...]
    others: tuple[ScriptVersion, ...]
    names: Mapping[str, str]

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit that is not undone."""
        return find_edit_to_undo(self.line.edits) is not None


@dataclass(frozen=True, slots=True)
class TextState:
    """The text of a script after the edit with this number, as it is now (``NOW``), or as the book has it (``SOURCE``)."""

    script_id: str
    number: int = NOW


@dataclass(frozen=True, slots=True)
class OfferedState:
    """A state that the new one of a comparison can be compared with; ``summary`` says what the edit before it did."""

    state: TextState
    label: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two states differ. ``changes`` has every cue of both, the unchanged ones too.

    ``others`` are further states of the chapter's script: every version as it is now, then the texts after their edits.
    """

    old: TextState
    new: TextState
    old_label: str
    new_label: str
    version: ScriptVersion
    changes: tuple[CueChange, ...]
    others: tuple[OfferedState, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionService:
    """Reads versions and compares their texts."""

    database: Database

    @read_transaction
    async def list_versions(self, tx: ReadTransaction, script_id: str, page: int) -> VersionPage:
        """A page of all versions of the script's chapter (from 0; the nearest that exists).

        Raises:
            NotFoundError: there is no such script.
        """
        versions = await _list_versions(tx, script_id)
        position = locate_page(page, len(versions), VERSIONS_PER_PAGE)
        shown = versions[position.offset : position.offset + VERSIONS_PER_PAGE]
        lines = tuple([await _read_line(tx, version, versions) for version in shown])
        return VersionPage(script_id, len(versions), position, lines, await _read_names(tx, lines))

    @read_transaction
    async def read_history(self, tx: ReadTransaction, script_id: str, page: int) -> HistoryPage:
        """A page of one version's history (from 0; the nearest that exists).

        Raises:
            NotFoundError: there is no such script.
        """
        versions = await _list_versions(tx, script_id)
        line = await _read_line(tx, next(each for each in versions if each.id == script_id), versions)
        newest_first = line.edits[::-1]
        position = locate_page(page, len(newest_first), EDITS_PER_PAGE)
        is_faithful = Script.from_json((await tx.scripts.get(script_id)).body).mode is ScriptMode.FAITHFUL
        return HistoryPage(
            line=line,
            is_faithful=is_faithful,
            position=position,
            edits=newest_first[position.offset : position.offset + EDITS_PER_PAGE],
            others=tuple(each for each in versions if each.id != script_id),
            names=await _read_names(tx, (line,)),
        )

    @read_transaction
    async def find_states_of_edit(
        self, tx: ReadTransaction, script_id: str, number: int
    ) -> tuple[TextState, TextState]:
        """The text before the edit and the text after it; the first text of all is compared with itself.

        Raises:
            NotFoundError: there is no such edit, or it changed no text.
        """
        edits = await tx.script_edits.list(script_id)
        if not any(edit.number == number and edit.has_body for edit in edits):
            raise _unknown_state()
        first = not any(edit.number < number and edit.has_body for edit in edits)
        before = number if first else find_text_before(edits, number)
        return TextState(script_id, before), TextState(script_id, number)

    async def compare_in_order(self, one: TextState, other: TextState) -> Comparison:
        """The two texts, the lower version first; of one version, the earlier text.

        Raises:
            NotFoundError: there is no such script or edit, or they are not of the same chapter.
        """
        first, _, _ = await self._describe(other, one)
        second, _, _ = await self._describe(one, other)
        is_in_order = (first.version, _place(one)) <= (second.version, _place(other))
        return await (self.compare(one, other) if is_in_order else self.compare(other, one))

    async def compare(self, old: TextState, new: TextState) -> Comparison:
        """The cues of both states and what became of them.

        Raises:
            NotFoundError: there is no such script or edit.
        """
        version, old_label, new_label = await self._describe(old, new)
        before, after = await self._read_text(old), await self._read_text(new)
        changes = await asyncio.to_thread(compare_scripts, before, after)
        others = await self._list_others(old, new)
        return Comparison(old, new, old_label, new_label, version, tuple(changes), others)

    @read_transaction
    async def _list_others(self, tx: ReadTransaction, old: TextState, new: TextState) -> tuple[OfferedState, ...]:
        versions = await _list_versions(tx, new.script_id)
        offered = [OfferedState(TextState(each.id), _label(each, NOW)) for each in versions]
        for version in versions[:MAX_OFFERED]:
            texts = [edit for edit in await tx.script_edits.list(version.id) if edit.has_body]
            offered += [
                OfferedState(TextState(version.id, edit.number), _label(version, edit.number), edit.summary)
                for edit in reversed(texts[:-1])  # the last one is the text as it is now
            ]
        return tuple(each for each in offered if each.state not in {old, new})[:MAX_OFFERED]

    @read_transaction
    async def _describe(self, tx: ReadTransaction, old: TextState, new: TextState) -> tuple[ScriptVersion, str, str]:
        known = {each.id: each for each in await _list_versions(tx, new.script_id)}
        if old.script_id not in known:
            raise _unknown_state()
        version = known[new.script_id]
        return version, _label(known[old.script_id], old.number), _label(version, new.number)

    async def _read_text(self, state: TextState) -> Script:
        body, source = await self._read_body(state)
        script = Script.from_json(body)
        if state.number != SOURCE:
            return script
        if not source:
            raise NotFoundError("The text that this script was written from is not stored.", "Compare two versions.")
        return await asyncio.to_thread(lambda: build_unaltered_script(script, split_spans(source)))

    @read_transaction
    async def _read_body(self, tx: ReadTransaction, state: TextState) -> tuple[str, str]:
        try:
            stored = await tx.scripts.get(state.script_id)
            if state.number == SOURCE:
                return stored.body, await read_source(tx, stored)
            if state.number == NOW:
                return stored.body, ""
            return await tx.script_edits.get_body(state.script_id, state.number), ""
        except KeyError:
            raise _unknown_state() from None


def _place(state: TextState) -> float:
    """Where the text is among those of its version."""
    return math.inf if state.number == NOW else state.number


def _label(version: ScriptVersion, number: int) -> str:
    match number:
        case -1:
            return f"version {version.version}"
        case -2:
            return "the book"
        case 0:
            return f"version {version.version} at the beginning"
        case _:
            return f"version {version.version} after edit {number}"


async def _list_versions(tx: ReadTransaction, script_id: str) -> tuple[ScriptVersion, ...]:
    try:
        stored = await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
    return tuple(await tx.script_edits.list_versions(stored.ebook_id, stored.chapter_number))


async def _read_line(tx: ReadTransaction, version: ScriptVersion, versions: tuple[ScriptVersion, ...]) -> VersionLine:
    parent = next((each.version for each in versions if each.id == version.parent_id), None)
    return VersionLine(version, parent, tuple(await tx.script_edits.list(version.id)))


async def _read_names(tx: ReadTransaction, lines: tuple[VersionLine, ...]) -> dict[str, str]:
    people = {line.version.member_id for line in lines} | {line.version.approved_by for line in lines}
    people |= {edit.member_id for line in lines for edit in line.edits}
    return await tx.members.get_names({person for person in people if person})


def _unknown_state() -> NotFoundError:
    return NotFoundError("There is no such version or edit.", "Use `/scripts versions` again.")
