"""What is kept of a person: given to them as a file, or forgotten."""

import asyncio
import json
from dataclasses import dataclass

from bot.actor import Person
from bot.errors import StateError
from bot.event_names import DATA_TAKEN, FORGOTTEN
from bot.exports import Download, packed
from storage import Database, Writing

_NOBODY = "Nothing is stored about you."


@dataclass(frozen=True, slots=True)
class Privacy:
    """Everybody's right to look and to be forgotten. Neither act makes a stranger known."""

    database: Database

    async def collect(self, by: Person, limit: int) -> Download:
        """Everything that carries the person's id, as JSON by table, compressed where it has more than ``limit`` bytes.

        ``StateError`` where nothing does, or where it is too large even so.
        """
        tables: dict[str, list[str]] = {}
        async with self.database.read() as reading:
            member_id = await reading.members.find(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is no file to give.")
            async for table, row in reading.traces.of(member_id):
                tables.setdefault(table, []).append(json.dumps(row, ensure_ascii=False))
        found = await asyncio.to_thread(_file, tables, limit)
        if len(found.content) > limit:
            raise StateError("Your data is larger than a file on Discord may be.", "Ask the studio's operator for it.")
        count = sum(map(len, tables.values()))

        async def work(writing: Writing) -> None:
            known = await writing.members.find(by.discord_id)
            writing.report(DATA_TAKEN, {"rows": count}, member_id=known)

        await self.database.write(work)
        return found

    async def forget(self, by: Person) -> None:
        """No table and no export names the person any more; their acts stay, by nobody. ``StateError`` for a stranger."""

        async def work(writing: Writing) -> None:
            member_id = await writing.traces.forget(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is nothing to forget.")
            writing.report(FORGOTTEN, {}, member_id=member_id)

        await self.database.write(work)
        await self.database.settle_file()


def _file(tables: dict[str, list[str]], limit: int) -> Download:
    parts = (f"  {json.dumps(name)}: [\n    " + ",\n    ".join(rows) + "\n  ]" for name, rows in tables.items())
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return packed([Download("my_data.json", text.encode(errors="backslashreplace"))], limit, "my_data.zip")[0]
