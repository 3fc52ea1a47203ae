"""What is kept of a person: given to them as a file, or forgotten."""

import asyncio
import json
from dataclasses import dataclass

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import MEMBER_FORGOTTEN, PERSONAL_DATA_DOWNLOADED
from bot.exports.files import Download, zip_if_larger
from storage import Database, WriteTransaction

_NOBODY = "Nothing is stored about you."


@dataclass(frozen=True, slots=True)
class PrivacyService:
    """Everybody's right to look and to be forgotten. Neither act makes a stranger known."""

    database: Database

    async def collect(self, by: Actor, limit: int) -> Download:
        """Everything that carries the person's id, as JSON by table, compressed where it has more than ``limit`` bytes.

        ``StateError`` where nothing does, or where it is too large even so.
        """
        tables: dict[str, list[str]] = {}
        async with self.database.read() as tx:
            member_id = await tx.members.find_id(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is no file to give.")
            async for table, row in tx.personal_data.of(member_id):
                tables.setdefault(table, []).append(json.dumps(row, ensure_ascii=False))
        found = await asyncio.to_thread(_file, tables, limit)
        if len(found.content) > limit:
            raise StateError("Your data is larger than a file on Discord may be.", "Ask the studio's operator for it.")
        count = sum(map(len, tables.values()))

        async def work(tx: WriteTransaction) -> None:
            known = await tx.members.find_id(by.discord_id)
            tx.report(PERSONAL_DATA_DOWNLOADED, {"rows": count}, member_id=known)

        await self.database.write(work)
        return found

    async def forget(self, by: Actor) -> None:
        """No table and no export names the person any more; their acts stay, by nobody. ``StateError`` for a stranger."""

        async def work(tx: WriteTransaction) -> None:
            member_id = await tx.personal_data.forget(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is nothing to forget.")
            tx.report(MEMBER_FORGOTTEN, {}, member_id=member_id)

        await self.database.write(work)
        await self.database.truncate_wal()


def _file(tables: dict[str, list[str]], limit: int) -> Download:
    parts = (f"  {json.dumps(name)}: [\n    " + ",\n    ".join(rows) + "\n  ]" for name, rows in tables.items())
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return zip_if_larger([Download("my_data.json", text.encode(errors="backslashreplace"))], limit, "my_data.zip")[0]
