"""What is kept of one member, and how it is forgotten."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import (
    boards,
    broadcasts,
    events,
    members,
    metadata,
    runs,
    scripts,
    sessions,
    shares,
    subscriptions,
    visits,
)

# Columns that hold a member's id, by table. A test keeps this complete.
OWNED: Final = {
    events: ("member_id",),
    sessions: ("member_id",),
    runs: ("member_id",),
    scripts: ("member_id",),
    broadcasts: ("author_id", "confirmed_by", "approved_by"),
    subscriptions: ("member_id",),
    shares: ("member_id",),
    boards: ("member_id",),
    visits: ("member_id",),
}
# The studio's material and the program's own affairs: not about the person.
_LEFT_OUT: Final = frozenset(
    {"content", "body", "progress", "coverage", "prev_hash", "hash", "lease_owner", "lease_until", "card_id"}
)


@dataclass(frozen=True, slots=True)
class PersonalDataStore:
    """Finds and removes what tells who somebody is."""

    connection: AsyncConnection
    now: datetime

    async def of(self, member_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Every row that carries the member's id, with its table's name; moments are ISO 8601. Their own row is first."""
        own = (await self.connection.execute(select(members).where(members.c.id == member_id))).mappings()
        for row in own:
            yield members.name, _plain(row)
        for table, columns in OWNED.items():
            shown = [column for column in table.c if column.name not in _LEFT_OUT]
            query = select(*shown).where(or_(*(table.c[column] == member_id for column in columns)))
            query = query.order_by(*table.primary_key.columns).execution_options(yield_per=500)
            async with self.connection.stream(query) as rows:
                async for row in rows.mappings():
                    yield table.name, _plain(row)

    async def forget(self, discord_id: int) -> str | None:
        """The random id of a member whose Discord id, name and own words are gone now; None where nobody is known."""
        query = (
            members.update()
            .where(members.c.discord_id == discord_id)
            .values(discord_id=None, name=None, forgotten_at=self.now)
            .returning(members.c.id)
        )
        member_id: str | None = (await self.connection.execute(query)).scalar()
        if member_id is not None:
            await self.connection.execute(sessions.update().where(sessions.c.member_id == member_id).values(name=""))
            await self.connection.execute(visits.delete().where(visits.c.member_id == member_id))
        return member_id


def member_columns() -> set[tuple[str, str]]:
    """Table and column of everything in the database that holds a member's id."""
    names = {"member_id", "author_id", "confirmed_by", "approved_by"}
    return {(table.name, column.name) for table in metadata.sorted_tables for column in table.c if column.name in names}


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
