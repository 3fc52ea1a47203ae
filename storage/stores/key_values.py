"""Small facts of the program about itself."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import key_values
from storage.upsert import add_or_change


@dataclass(frozen=True, slots=True)
class KeyValueStore:
    """Text by name."""

    connection: AsyncConnection

    async def get(self, name: str) -> str | None:
        """The text, or None."""
        value: str | None = (
            await self.connection.execute(select(key_values.c.value).where(key_values.c.name == name))
        ).scalar()
        return value

    async def put(self, name: str, value: str) -> None:
        """Keeps the text under the name."""
        await add_or_change(self.connection, key_values, {"name": name, "value": value}, ["name"], ["value"])
