"""The data about one member: finding it and deleting it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import (
    batches,
    boards,
    broadcasts,
    ebooks,
    events,
    members,
    runs,
    script_edits,
    scripts,
    sessions,
    shares,
    subscriptions,
    takes,
    visits,
)

MEMBER_COLUMNS: Final = {
    events: ("member_id",),
    sessions: ("member_id",),
    runs: ("member_id",),
    batches: ("member_id",),
    ebooks: ("rights_confirmed_by",),
    scripts: ("member_id", "approved_by"),
    script_edits: ("member_id",),
    takes: ("member_id",),
    broadcasts: ("author_id", "confirmed_by", "approved_by"),
    subscriptions: ("member_id",),
    shares: ("member_id",),
    boards: ("member_id",),
    visits: ("member_id",),
}
"""The columns that hold a member's id, by table. A test keeps this complete."""

# The studio's texts and the program's internal values are not about the person.
_EXCLUDED_COLUMNS: Final = frozenset(
    {"content", "body", "progress", "coverage", "prev_hash", "hash", "lease_owner", "lease_until", "card_id"}
)


@dataclass(frozen=True, slots=True)
class PersonalDataStore:
    """Finds and deletes the data about a member."""

    connection: AsyncConnection
    now: datetime

    async def stream_rows(self, member_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Every row with the member's id, as (table, row); times are ISO 8601. The row in ``members`` comes first."""
        member_rows = (await self.connection.execute(select(members).where(members.c.id == member_id))).mappings()
        for row in member_rows:
            yield members.name, _to_json_values(row)
        for table, columns in MEMBER_COLUMNS.items():
            columns_to_show = [column for column in table.c if column.name not in _EXCLUDED_COLUMNS]
            query = select(*columns_to_show).where(or_(*(table.c[column] == member_id for column in columns)))
            query = query.order_by(*table.primary_key.columns).execution_options(yield_per=500)
            async with self.connection.stream(query) as rows:
                async for row in rows.mappings():
                    yield table.name, _to_json_values(row)

    async def forget_member(self, discord_id: int) -> str | None:
        """The member's Discord id, name, session names and visit are deleted; returns the random member id that stays.

        None if there is no member with this Discord id.
        """
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


def _to_json_values(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
