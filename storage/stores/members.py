"""People. Everything else knows them by our random id alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import members
from storage.upsert import add_unless_there


class Identity(Protocol):
    """Somebody on Discord: the id, and the name as it is shown."""

    @property
    def discord_id(self) -> int:
        """Discord's id (a snowflake)."""
        ...

    @property
    def name(self) -> str:
        """The display name."""
        ...


@dataclass(frozen=True, slots=True)
class MemberStore:
    """Discord's people and our ids for them."""

    connection: AsyncConnection
    now: datetime

    async def remember(self, person: Identity) -> str:
        """The member id of this person, who is stored with their current name afterwards."""
        name = person.name
        query = select(members.c.id, members.c.name).where(members.c.discord_id == person.discord_id)
        row = (await self.connection.execute(query)).first()
        if row is None:
            fresh = {"id": new_id("members"), "discord_id": person.discord_id, "name": name, "created_at": self.now}
            await add_unless_there(self.connection, members, fresh)
            row = (await self.connection.execute(query)).one()
        if row.name != name:
            await self.connection.execute(members.update().where(members.c.id == row.id).values(name=name))
        return str(row.id)

    async def find(self, discord_id: int) -> str | None:
        """Our id for this person, if they are known."""
        found: str | None = (
            await self.connection.execute(select(members.c.id).where(members.c.discord_id == discord_id))
        ).scalar()
        return found

    async def discord_ids(self, member_ids: Iterable[str]) -> dict[str, int]:
        """Discord's ids of those who are not forgotten."""
        rows = await self.connection.execute(
            select(members.c.id, members.c.discord_id).where(
                members.c.id.in_(list(member_ids)), members.c.discord_id.is_not(None)
            )
        )
        return {row.id: row.discord_id for row in rows}

    async def names(self, member_ids: Iterable[str]) -> dict[str, str]:
        """Names of those who are not forgotten."""
        rows = await self.connection.execute(
            select(members.c.id, members.c.name).where(members.c.id.in_(list(member_ids)), members.c.name.is_not(None))
        )
        return {row.id: row.name for row in rows}
