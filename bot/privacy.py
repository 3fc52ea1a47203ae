"""What is stored about a person: they can get it as a file, or have it deleted."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import BROADCAST_DISCARDED, MEMBER_FORGOTTEN, PERSONAL_DATA_DOWNLOADED
from bot.exports.files import Download, zip_if_larger
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction

_NOTHING_STORED = "Nothing is stored about you."


@dataclass(frozen=True, slots=True)
class PrivacyService:
    """Everybody's right to see and to delete their data. A person who is not a member yet does not become one by it."""

    database: Database
    refresh_broadcast_card: Callable[[str], Awaitable[None]]

    async def export_data(self, by: Actor, limit: int) -> Download:
        """Every row that carries the person's id, as JSON by table; a ZIP file if that has more than ``limit`` bytes.

        Raises:
            StateError: nothing is stored about the person, or even the ZIP file is larger than ``limit``.
        """
        rows_by_table = await self._collect_rows(by)
        download = await asyncio.to_thread(_build_file, rows_by_table, limit)
        if len(download.content) > limit:
            raise StateError("Your data is larger than a file on Discord may be.", "Ask the studio's operator for it.")
        await self._report_export(by, sum(map(len, rows_by_table.values())))
        return download

    async def forget_member(self, by: Actor) -> int:
        """No table and no export names the person any more; their events stay under a random id that leads to nobody.

        Announcements of theirs that wait for a second approver are discarded, since nobody could tell any more that they
        must not approve them themselves; returns how many those are.

        Raises:
            StateError: nothing is stored about the person.
        """
        discarded = await self._forget(by)
        # Deleted names are still in SQLite's write-ahead log until it is truncated.
        await self.database.truncate_wal()
        for broadcast_id in discarded:
            await self.refresh_broadcast_card(broadcast_id)
        return len(discarded)

    @read_transaction
    async def _collect_rows(self, tx: ReadTransaction, by: Actor) -> dict[str, list[str]]:
        member_id = await tx.members.find_id(by.discord_id)
        if member_id is None:
            raise StateError(_NOTHING_STORED, "There is no file to give.")
        rows_by_table: dict[str, list[str]] = {}
        async for table, row in tx.personal_data.stream_rows(member_id):
            rows_by_table.setdefault(table, []).append(json.dumps(row, ensure_ascii=False))
        return rows_by_table

    @write_transaction
    async def _report_export(self, tx: WriteTransaction, by: Actor, rows: int) -> None:
        # Not ``actor=by``: a member who was forgotten meanwhile must not become known again.
        member_id = await tx.members.find_id(by.discord_id)
        tx.report(PERSONAL_DATA_DOWNLOADED, {"rows": rows}, member_id=member_id)

    @write_transaction
    async def _forget(self, tx: WriteTransaction, by: Actor) -> list[str]:
        member_id = await tx.personal_data.forget_member(by.discord_id)
        if member_id is None:
            raise StateError(_NOTHING_STORED, "There is nothing to forget.")
        discarded = await tx.broadcasts.discard_unsent_of(member_id)
        for broadcast_id in discarded:
            tx.report(BROADCAST_DISCARDED, {"broadcast_id": broadcast_id}, member_id=member_id)
        tx.report(MEMBER_FORGOTTEN, {}, member_id=member_id)
        return discarded


def _build_file(rows_by_table: dict[str, list[str]], limit: int) -> Download:
    """The rows, which are JSON texts, as one JSON file or, above ``limit`` bytes, as a ZIP file of it."""
    parts = (f"  {json.dumps(name)}: [\n    " + ",\n    ".join(rows) + "\n  ]" for name, rows in rows_by_table.items())
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return zip_if_larger([Download("my_data.json", text.encode(errors="backslashreplace"))], limit, "my_data.zip")[0]
