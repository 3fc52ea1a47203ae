"""People. Every other table knows them by our own random id only, so that a person can be forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import members
from storage.upsert import insert_if_absent


class Identity(Protocol):
    """A person on Discord: their id and the name that Discord shows."""

    @property
    def discord_id(self) -> int:
        """Discord's user id (a snowflake)."""
        ...

    @property
    def name(self) -> str:
        """The display name."""
        ...


@dataclass(frozen=True, slots=True)
class MemberStore:
    """Maps Discord's user ids to our member ids.

    A forgotten member keeps their row and their member id, but has neither a Discord id nor a name any more.
    """

    connection: AsyncConnection
    now: datetime

    async def remember(self, person: Identity) -> str:
        """The person is stored with their current name; returns their member id, a new one if they were unknown.

        Two transactions that remember the same new person at once get the same id.
        """
        name = person.name
        query = select(members.c.id, members.c.name).where(members.c.discord_id == person.discord_id)
        row = (await self.connection.execute(query)).first()
        if row is None:
            values = {"id": new_id("members"), "discord_id": person.discord_id, "name": name, "created_at": self.now}
            # On PostgreSQL another transaction may have inserted this person since the query; their row wins.
            await insert_if_absent(self.connection, members, values)
            row = (await self.connection.execute(query)).one()
        if row.name != name:
            await self.connection.execute(members.update().where(members.c.id == row.id).values(name=name))
        return str(row.id)

    async def find_id(self, discord_id: int) -> str | None:
        """The member id of this Discord user, or None if the user is unknown or forgotten."""
        member_id: str | None = (
            await self.connection.execute(select(members.c.id).where(members.c.discord_id == discord_id))
        ).scalar()
        return member_id

    async def get_discord_ids(self, member_ids: Iterable[str]) -> dict[str, int]:
        """Discord ids by member id; unknown and forgotten members are missing from the result."""
        rows = await self.connection.execute(
            select(members.c.id, members.c.discord_id).where(
                members.c.id.in_(list(member_ids)), members.c.discord_id.is_not(None)
            )
        )
        return {row.id: row.discord_id for row in rows}

    async def get_names(self, member_ids: Iterable[str]) -> dict[str, str]:
        """Display names by member id; unknown and forgotten members are missing from the result."""
        rows = await self.connection.execute(
            select(members.c.id, members.c.name).where(members.c.id.in_(list(member_ids)), members.c.name.is_not(None))
        )
        return {row.id: row.name for row in rows}
