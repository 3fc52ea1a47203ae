"""Live boards: one for each channel, leased by the process that brings it up to date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.tables import boards
from storage.upsert import insert_if_absent

LONGEST_REST: Final = timedelta(minutes=5)
"""No board rests longer. A due time further off was set before the clock was set back, and counts as due."""


@dataclass(frozen=True, slots=True)
class Board:
    """A live board. ``message_id`` is None while it has no message; ``trouble`` says in words why it is not current."""

    channel_id: int
    guild_id: int
    message_id: int | None
    member_id: str | None
    ebook_id: str
    period: str
    shown_seq: int
    shown_at: datetime | None
    due_at: datetime | None
    lease_owner: str | None
    lease_token: int
    lease_until: datetime | None
    trouble: str
    created_at: datetime

    @property
    def lease(self) -> Lease:
        """The lease under which this row was read; of use only to whoever claimed it."""
        return Lease(self.lease_owner or "", self.lease_token)


@dataclass(frozen=True, slots=True)
class NewBoard:
    """What is known of a board before it exists. ``ebook_id`` is empty for all books."""

    channel_id: int
    guild_id: int
    member_id: str
    ebook_id: str
    period: str


@dataclass(frozen=True, slots=True)
class ShownBoard:
    """What a board's message shows. ``seq`` is the last event in it; None where it shows what it showed before."""

    message_id: int
    seq: int | None


@dataclass(frozen=True, slots=True)
class BoardStore:
    """Boards by channel. The lease keeps two processes from posting two messages."""

    connection: AsyncConnection
    now: datetime

    async def add(self, new: NewBoard) -> bool:
        """Whether the channel has a board now that had none."""
        row = {
            "channel_id": new.channel_id,
            "guild_id": new.guild_id,
            "member_id": new.member_id,
            "ebook_id": new.ebook_id,
            "period": new.period,
            "created_at": self.now,
        }
        return await insert_if_absent(self.connection, boards, row)

    async def list_all(self) -> list[Board]:
        """Every board, the oldest first."""
        query = select(boards).order_by(boards.c.created_at, boards.c.channel_id)
        return [Board(**row) for row in (await self.connection.execute(query)).mappings()]

    async def claim_due(self, owner: str, limit: int) -> list[Board]:
        """At most ``limit`` boards that are due and that nobody holds, leased by ``owner``."""
        due = or_(boards.c.due_at.is_(None), boards.c.due_at <= self.now, boards.c.due_at > self.now + LONGEST_REST)
        query = select(boards.c.channel_id).where(due, self._is_free())
        query = query.order_by(boards.c.due_at, boards.c.channel_id).limit(limit)
        return [Board(**row) for row in await self._leased.claim(query, owner, LEASE_DURATION, {})]

    async def claim(self, channel_id: int, owner: str) -> Board | None:
        """This board, leased by ``owner`` whether it is due or not; None while another process holds it."""
        query = select(boards.c.channel_id).where(boards.c.channel_id == channel_id, self._is_free())
        claimed = await self._leased.claim(query, owner, LEASE_DURATION, {})
        return Board(**claimed[0]) if claimed else None

    async def free_all(self) -> None:
        """Every board is due and held by nobody: for the start of the only process that there can be."""
        await self.connection.execute(boards.update().values(lease_owner=None, lease_until=None, due_at=None))

    async def renew(self, channel_id: int, lease: Lease) -> None:
        """The lease lasts its full time again.

        Raises:
            StaleStateError: the board was taken down, or another process has taken it over.
        """
        await self._leased.renew(channel_id, lease, LEASE_DURATION, {})

    async def release(
        self,
        board: Board,
        rest: timedelta,
        *,
        shown: ShownBoard | None = None,
        trouble: str | None = None,
    ) -> None:
        """Nobody holds the board, and it is due after ``rest``.

        ``shown`` records its message; a message that shows new events also clears the trouble. ``trouble`` sets it.

        Raises:
            StaleStateError: the board was taken down, or another process has taken it over.
        """
        values: dict[str, Any] = {"due_at": self.now + rest}
        if shown is not None:
            values["message_id"] = shown.message_id
            if shown.seq is not None:
                values |= {"shown_seq": shown.seq, "shown_at": self.now, "trouble": ""}
        if trouble is not None:
            values["trouble"] = trouble
        await self._leased.end(board.channel_id, board.lease, values)

    async def get_next_due(self) -> datetime | None:
        """When the next board is due that nobody holds; a moment in the past where one is due. None: there is none."""
        rows = await self.connection.execute(select(boards.c.due_at).where(self._is_free()))
        moments = [due or self.now for due in rows.scalars()]
        return min(moments, default=None)

    async def remove(self, channel_id: int) -> Board | None:
        """The board that was removed; None where the channel had none."""
        query = boards.delete().where(boards.c.channel_id == channel_id).returning(*boards.c)
        row = (await self.connection.execute(query)).mappings().first()
        return Board(**row) if row else None

    def _is_free(self) -> ColumnElement[bool]:
        # A lease that ends later than any lease can last was given before the clock was set back.
        ends = boards.c.lease_until
        return or_(ends.is_(None), ends <= self.now, ends > self.now + LEASE_DURATION)

    @property
    def _leased(self) -> LeasedRows:
        return LeasedRows(self.connection, self.now, boards, boards.c.channel_id, true())
