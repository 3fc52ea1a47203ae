"""Notices that wait to be posted: written with the fact that they report, posted by whichever process claims them.

A notice that was posted is deleted. One that no channel of its server takes is kept for whoever manages the server.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.leases import LEASE_DURATION, Lease, LeasedRows
from storage.states import NoticeState
from storage.tables import server_notices

AUDIT_CHANNEL: Final = 0
"""Stands in the place of the server's id in notices to the studio's audit channel. No server has this id."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice. ``due_at`` is when the last attempt began, or when the next one may."""

    id: str
    state: NoticeState
    guild_id: int
    text: str
    attempts: int
    due_at: datetime
    lease_owner: str | None
    lease_token: int
    lease_until: datetime | None
    created_at: datetime

    @property
    def lease(self) -> Lease:
        """The lease under which this row was read; of use only to whoever claimed it."""
        return Lease(self.lease_owner or "", self.lease_token)


@dataclass(frozen=True, slots=True)
class NoticeStore:
    """Notices by state, leased."""

    connection: AsyncConnection
    now: datetime

    async def add(self, guild_id: int, text: str, state: NoticeState = NoticeState.READY) -> str:
        """A notice to a server or, with ``AUDIT_CHANNEL``, to the team; it is due at once. Returns its id."""
        notice_id = secrets.token_hex(8)
        row = {"id": notice_id, "state": state, "guild_id": guild_id, "text": text}
        query = server_notices.insert().values(**row, due_at=self.now, created_at=self.now)
        await self.connection.execute(query)
        return notice_id

    async def claim(self, owner: str, limit: int) -> list[Notice]:
        """``ready → sending``: at most ``limit`` due notices, the oldest first, leased by ``owner``."""
        due = (
            select(server_notices.c.id)
            .where(server_notices.c.state == NoticeState.READY, server_notices.c.due_at <= self.now)
            .order_by(server_notices.c.created_at, server_notices.c.id)
            .limit(limit)
        )
        values = {"state": NoticeState.SENDING, "attempts": server_notices.c.attempts + 1, "due_at": self.now}
        return [Notice(**row) for row in await self._leased.claim(due, owner, LEASE_DURATION, values)]

    async def take_over_expired(self, owner: str, *, all_owners: bool) -> list[Notice]:
        """Notices whose process is gone, leased by ``owner`` now. They may have been posted."""
        rows = await self._leased.take_over(owner, LEASE_DURATION, all_owners=all_owners, values={})
        return [Notice(**row) for row in rows]

    async def renew(self, notice: Notice) -> None:
        """The lease lasts its full time again.

        Raises:
            StaleStateError: another process has taken the notice over.
        """
        await self._leased.renew(notice.id, notice.lease, LEASE_DURATION, {})

    async def finish(self, notice: Notice) -> None:
        """``sending → sent``, and deleted: it has been posted, or nobody is there for it.

        Raises:
            StaleStateError: another process has taken the notice over.
        """
        await self._leased.end(notice.id, notice.lease, {"state": NoticeState.SENT})
        await self.connection.execute(server_notices.delete().where(server_notices.c.id == notice.id))

    async def postpone(self, notice: Notice, wait: timedelta) -> None:
        """``sending → ready``, due after ``wait``.

        Raises:
            StaleStateError: another process has taken the notice over.
        """
        await self._leased.end(notice.id, notice.lease, {"state": NoticeState.READY, "due_at": self.now + wait})

    async def keep(self, notice: Notice) -> None:
        """``sending → kept`` for whoever manages the server.

        Raises:
            StaleStateError: another process has taken the notice over.
        """
        await self._leased.end(notice.id, notice.lease, {"state": NoticeState.KEPT})

    async def list_servers_with_kept(self) -> set[int]:
        """The ids of the servers that have kept notices."""
        query = select(server_notices.c.guild_id).where(server_notices.c.state == NoticeState.KEPT)
        return set((await self.connection.execute(query)).scalars())

    async def take_kept(self, guild_id: int) -> list[str]:
        """The texts of the server's kept notices, oldest first, which are deleted: only one caller gets them."""
        query = (
            server_notices.delete()
            .where(server_notices.c.guild_id == guild_id, server_notices.c.state == NoticeState.KEPT)
            .returning(server_notices.c.text, server_notices.c.created_at)
        )
        rows = (await self.connection.execute(query)).all()
        return [row.text for row in sorted(rows, key=lambda row: row.created_at)]

    async def get_next_due(self) -> datetime | None:
        """When the next waiting notice is due, or None."""
        query = select(func.min(server_notices.c.due_at)).where(server_notices.c.state == NoticeState.READY)
        due: datetime | None = (await self.connection.execute(query)).scalar()
        return due

    @property
    def _leased(self) -> LeasedRows:
        held = server_notices.c.state == NoticeState.SENDING
        return LeasedRows(self.connection, self.now, server_notices, server_notices.c.id, held)
