"""Small values of the program itself, such as the studio's configuration."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import key_values
from storage.upsert import insert_if_absent, insert_or_update


@dataclass(frozen=True, slots=True)
class KeyValueStore:
    """Texts by name."""

    connection: AsyncConnection

    async def get(self, name: str) -> str | None:
        """The text stored under this name, or None."""
        value: str | None = (
            await self.connection.execute(select(key_values.c.value).where(key_values.c.name == name))
        ).scalar()
        return value

    async def lock(self, name: str, default: str) -> str:
        """The text stored under this name, ``default`` where there is none; other writers of it wait for this transaction."""
        await insert_if_absent(self.connection, key_values, {"name": name, "value": default})
        query = select(key_values.c.value).where(key_values.c.name == name).with_for_update()
        value: str = (await self.connection.execute(query)).scalar_one()
        return value

    async def put(self, name: str, value: str) -> None:
        """The text is stored under this name; an earlier one is replaced."""
        await insert_or_update(self.connection, key_values, {"name": name, "value": value}, ["name"], ["value"])

    async def delete(self, name: str) -> None:
        """Nothing is stored under this name."""
        await self.connection.execute(key_values.delete().where(key_values.c.name == name))

    async def list_names(self, prefix: str) -> list[str]:
        """The names that begin with ``prefix``, in order."""
        query = select(key_values.c.name).where(key_values.c.name.startswith(prefix, autoescape=True))
        return list((await self.connection.execute(query.order_by(key_values.c.name))).scalars())
