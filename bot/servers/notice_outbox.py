"""Posts notices. They are jobs like deliveries: claimed with a lease, tried again, recovered after a kill.

The notice's id is the nonce of the request, so that an attempt whose answer was lost and its repetition make one message.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.clock import Wait
from bot.jobs.nonce_window import NONCE_WINDOW
from bot.jobs.worker import JobWorker
from bot.ports import NoticeMessages, NoticeResult
from bot.servers.directory import ServerDirectory
from bot.studio_config import load_config
from storage import (
    Database,
    ReadTransaction,
    StaleStateError,
    Topic,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.stores.notices import AUDIT_CHANNEL, Notice

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 5
"""Notices that are posted at the same time; each may need a request for several channels."""
MAX_ATTEMPTS: Final = 5
_BACKOFF_SECONDS: Final = (2.0, 8.0, 30.0, 60.0)
"""The waits after each attempt but the last. Together they are shorter than the time for which Discord remembers a nonce."""
_STOP_SECONDS: Final = 3.0
"""For requests under way at a stop; the next start repeats them with the same nonce."""


@dataclass(slots=True)
class NoticeOutbox:
    """The handler of notices."""

    database: Database
    messages: NoticeMessages
    servers: ServerDirectory
    wait: Wait
    jobs: JobWorker[Notice] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = JobWorker(self, self.wait, _AT_ONCE, self.database.exclusive, _STOP_SECONDS)

    @property
    def kind(self) -> str:
        """Notices."""
        return "notices"

    async def start(self) -> None:
        """Posts from now on, beginning with what an earlier process left."""
        self.database.notifications.subscribe(Topic.NOTICES, lambda _: self.jobs.wake())
        await self.jobs.start()

    async def stop(self) -> None:
        """Lets requests under way end for three seconds, and begins no other."""
        await self.jobs.stop()

    def get_key(self, job: Notice) -> str:
        """The notice's id."""
        return job.id

    @write_transaction
    async def claim(self, tx: WriteTransaction, owner: str, limit: int) -> Sequence[Notice]:
        """Due notices; claiming commits the intent to post them."""
        return await tx.notices.claim(owner, limit)

    @write_transaction
    async def recover(self, tx: WriteTransaction, owner: str, *, all_owners: bool) -> Sequence[Notice]:
        """Notices that a dead process had begun.

        One that Discord may have forgotten is not posted in a server again, since it may stand there already; it is kept for
        whoever manages the server.
        """
        taken = await tx.notices.take_over_expired(owner, all_owners=all_owners)
        again = []
        for notice in taken:
            if notice.guild_id != AUDIT_CHANNEL and tx.now - notice.due_at >= NONCE_WINDOW:
                await _keep(tx, notice)
            else:
                again.append(notice)
        return again

    async def renew(self, job: Notice) -> bool:
        """Renews the lease."""
        try:
            await self._renew(job)
        except StaleStateError:
            return False
        return True

    @read_transaction
    async def get_seconds_until_due(self, tx: ReadTransaction) -> float | None:
        """Seconds until the next waiting notice is due."""
        due = await tx.notices.get_next_due()
        return None if due is None else (due - tx.now).total_seconds()

    async def after_round(self) -> None:
        """Nothing."""

    async def run(self, job: Notice, *, recovered: bool) -> None:  # noqa: ARG002 - part of the protocol
        """One attempt, with its outcome committed."""
        try:
            await self._record(job, await self._post(job))
        except StaleStateError:
            _log.info("notice %s was taken over by another process", job.id)

    async def _post(self, notice: Notice) -> NoticeResult:
        """Tries channel after channel until one takes the notice or it is uncertain whether one did."""
        for channel_id in await self._list_channels(notice.guild_id):
            result = await self.messages.post(channel_id, notice.text, notice.id)
            if result is not NoticeResult.REFUSED:
                return result
        return NoticeResult.REFUSED

    async def _list_channels(self, guild_id: int) -> list[int]:
        if guild_id != AUDIT_CHANNEL:
            return [channel.channel_id for channel in await self.servers.list_notice_channels(guild_id)]
        channel_id = await self._get_audit_channel()
        return [] if channel_id is None else [channel_id]

    @write_transaction
    async def _record(self, tx: WriteTransaction, notice: Notice, result: NoticeResult) -> None:
        if result is NoticeResult.UNCERTAIN and notice.attempts < MAX_ATTEMPTS:
            await tx.notices.postpone(notice, timedelta(seconds=_BACKOFF_SECONDS[notice.attempts - 1]))
        elif result is NoticeResult.POSTED or notice.guild_id == AUDIT_CHANNEL:
            await tx.notices.finish(notice)
        else:
            _log.info("could not notify server %d: no channel took the notice", notice.guild_id)
            await _keep(tx, notice)

    @write_transaction
    async def _renew(self, tx: WriteTransaction, notice: Notice) -> None:
        await tx.notices.renew(notice)

    @read_transaction
    async def _get_audit_channel(self, tx: ReadTransaction) -> int | None:
        return (await load_config(tx)).audit_channel_id


async def _keep(tx: WriteTransaction, notice: Notice) -> None:
    await tx.notices.keep(notice)
    tx.wake(Topic.NOTICE_KEPT, str(notice.guild_id))
