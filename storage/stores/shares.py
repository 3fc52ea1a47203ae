"""Shares: who has passed a broadcast on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import shares
from storage.upsert import insert_if_absent


@dataclass(frozen=True, slots=True)
class ShareStore:
    """Shares by broadcast and member."""

    connection: AsyncConnection
    now: datetime

    async def add(self, broadcast_id: str, member_id: str, delivery_id: str) -> bool:
        """Whether the share was added; False where this member has shared this broadcast before."""
        row = {
            "broadcast_id": broadcast_id,
            "member_id": member_id,
            "delivery_id": delivery_id,
            "created_at": self.now,
        }
        return await insert_if_absent(self.connection, shares, row)

    async def list_top_sharers(self, limit: int) -> list[tuple[str, int]]:
        """Member ids and numbers of shares, most shares first; of equals, the one who shared first."""
        number = func.count().label("number")
        query = (
            select(shares.c.member_id, number)
            .group_by(shares.c.member_id)
            .order_by(number.desc(), func.min(shares.c.created_at))
            .limit(limit)
        )
        return [(row.member_id, row.number) for row in await self.connection.execute(query)]

    async def count_of_broadcast(self, broadcast_id: str) -> int:
        """How many members have shared it."""
        query = select(func.count()).where(shares.c.broadcast_id == broadcast_id)
        return int((await self.connection.execute(query)).scalar_one())

    async def count_of_member(self, member_id: str) -> int:
        """How many broadcasts the member has shared."""
        query = select(func.count()).where(shares.c.member_id == member_id)
        return int((await self.connection.execute(query)).scalar_one())
