"""Live boards: one for each channel, and whose turn it is to bring it up to date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import boards
from storage.upsert import add_unless_there


@dataclass(frozen=True, slots=True)
class Board:
    """A board. ``message_id`` is None while none stands there; ``trouble`` says in words why it is not current."""

    channel_id: int
    guild_id: int
    message_id: int | None
    member_id: str | None
    ebook_id: str
    period: str
    shown_seq: int
    shown_at: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    trouble: str
    created_at: datetime

    def free(self, now: datetime, lease: timedelta) -> bool:
        """Whether somebody may claim it for a time of ``lease``; as ``claim`` decides."""
        return self.lease_until is None or not now < self.lease_until <= now + lease


@dataclass(frozen=True, slots=True)
class BoardStore:
    """Boards by channel. The lease keeps two processes from posting two."""

    connection: AsyncConnection
    now: datetime

    async def add(self, channel_id: int, guild_id: int, member_id: str, *, ebook_id: str, period: str) -> bool:
        """Whether the channel has a board now that had none."""
        row = {
            "channel_id": channel_id,
            "guild_id": guild_id,
            "member_id": member_id,
            "ebook_id": ebook_id,
            "period": period,
            "created_at": self.now,
        }
        return await add_unless_there(self.connection, boards, row)

    async def all(self) -> list[Board]:
        """Every board, the oldest first."""
        query = select(boards).order_by(boards.c.created_at, boards.c.channel_id)
        return [Board(**row) for row in (await self.connection.execute(query)).mappings()]

    async def claim(self, channel_id: int, owner: str, lease: timedelta, *, at_once: bool = False) -> Board | None:
        """The board, ours alone until the lease ends or is given back; None while it is another's or rests.

        ``at_once`` takes it whatever lease there is: for the only process, which knows that all others are dead.
        """
        query = boards.update().where(boards.c.channel_id == channel_id)
        if not at_once:
            # A lease that ends further off than any lasts was given before the clock was set back.
            ends = boards.c.lease_until
            query = query.where(or_(ends.is_(None), ends <= self.now, ends > self.now + lease))
        values = {"lease_owner": owner, "lease_until": self.now + lease}
        row = (await self.connection.execute(query.values(values).returning(*boards.c))).mappings().first()
        return Board(**row) if row else None

    async def release(self, channel_id: int, owner: str, rest: timedelta, **values: Any) -> bool:  # noqa: ANN401
        """Whether the board was still ours: then it has these values, and nobody touches it for so long."""
        query = boards.update().where(boards.c.channel_id == channel_id, boards.c.lease_owner == owner)
        values = {"lease_until": self.now + rest, **values}
        return (await self.connection.execute(query.values(values))).rowcount == 1

    async def remove(self, channel_id: int) -> Board | None:
        """The board that is no more; None where there was none."""
        query = boards.delete().where(boards.c.channel_id == channel_id).returning(*boards.c)
        row = (await self.connection.execute(query)).mappings().first()
        return Board(**row) if row else None
