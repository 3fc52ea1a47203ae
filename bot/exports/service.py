"""Downloads of scripts: read, rendered in a thread, and reported as an event."""

import asyncio
from dataclasses import dataclass, field

from bot.actor import Actor
from bot.ebooks.bible import to_character
from bot.ebooks.series_bible import LexiconWord
from bot.errors import NotFoundError
from bot.event_names import SCRIPT_DOWNLOADED
from bot.exports.files import Download
from bot.exports.formats import RENDERERS, ExportFormat
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet, build_sheet
from bot.exports.take_table import build_take_table
from bot.scripts.models import Script
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import ProposalState


@dataclass(frozen=True, slots=True)
class ExportService:
    """Makes files from stored scripts."""

    database: Database
    options: ExportOptions = field(default_factory=ExportOptions)

    async def export_script(self, script_id: str, file_format: ExportFormat, by: Actor) -> Download:
        """The script as a file; the download is an event.

        Raises:
            NotFoundError: there is no such script.
        """
        sheet = await self.read_sheet(script_id)
        download = await asyncio.to_thread(RENDERERS[file_format], sheet, self.options)
        await self._report(sheet, file_format.value, by)
        return download

    async def export_takes(self, script_id: str, by: Actor) -> Download:
        """The take log of the script as a table; the download is an event.

        Raises:
            NotFoundError: there is no such script.
        """
        sheet = await self.read_sheet(script_id)
        download = await asyncio.to_thread(build_take_table, sheet)
        await self._report(sheet, "takes", by)
        return download

    @read_transaction
    async def read_sheet(self, tx: ReadTransaction, script_id: str) -> ScriptSheet:
        """Everything that exports print about the script.

        Raises:
            NotFoundError: there is no such script.
        """
        return await read_sheet(tx, script_id)

    @write_transaction
    async def _report(self, tx: WriteTransaction, sheet: ScriptSheet, file_format: str, by: Actor) -> None:
        data = {"script_id": sheet.stored.id, "formats": [file_format]}
        tx.report(SCRIPT_DOWNLOADED, data, actor=by, ebook_id=sheet.stored.ebook_id)


async def read_sheet(tx: ReadTransaction, script_id: str) -> ScriptSheet:
    """Everything that exports print about the script.

    Raises:
        NotFoundError: there is no such script.
    """
    try:
        stored = await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
    members = await tx.bible.list_members(stored.ebook_id, ProposalState.ACCEPTED)
    words = await tx.bible.list_words(stored.ebook_id, ProposalState.ACCEPTED)
    edits = [edit for edit in await tx.script_edits.list(script_id) if edit.has_body]
    return await asyncio.to_thread(  # counting the words of a long script takes too long for the event loop
        build_sheet,
        stored,
        Script.from_json(stored.body),
        ebook=await tx.ebooks.find(stored.ebook_id),
        characters=[to_character(member) for member in members],
        lexicon=[LexiconWord(spelling=word.spelling, pronunciation=word.pronunciation) for word in words],
        drafted_at=edits[-1].created_at if edits else None,
        edit=edits[-1].number if edits else 0,
        takes=await tx.takes.list(stored.ebook_id, stored.chapter_number),
    )
