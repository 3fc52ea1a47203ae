"""What is kept of a person: given to them as a file, or forgotten."""

import json
from dataclasses import dataclass

from bot.errors import StateError
from bot.events import DATA_TAKEN, FORGOTTEN
from bot.exports import Download
from bot.people import Person
from storage import Database, Writing

_NOBODY = "Nothing is stored about you."


@dataclass(frozen=True, slots=True)
class Privacy:
    """Everybody's right to look and to be forgotten. Neither act makes a stranger known."""

    database: Database

    async def collect(self, by: Person) -> Download:
        """Everything that carries the person's id, as JSON by table; ``StateError`` where nothing does."""

        async def work(writing: Writing) -> dict[str, object]:
            member_id = await writing.members.find(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is no file to give.")
            found = await writing.traces.of(member_id)
            writing.report(DATA_TAKEN, {"rows": sum(map(len, found.values()))}, member_id=member_id)
            return dict(found)

        found = await self.database.write(work)
        return Download("my_data.json", json.dumps(found, ensure_ascii=False, indent=2, default=str).encode())

    async def forget(self, by: Person) -> None:
        """No table and no export names the person any more; their acts stay, by nobody. ``StateError`` for a stranger."""

        async def work(writing: Writing) -> None:
            member_id = await writing.traces.forget(by.discord_id)
            if member_id is None:
                raise StateError(_NOBODY, "There is nothing to forget.")
            writing.report(FORGOTTEN, {}, member_id=member_id)

        await self.database.write(work)
        await self.database.settle_file()
