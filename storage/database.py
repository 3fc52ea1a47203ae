"""The open database: where transactions begin and end.

A write is one transaction. The events that report it are added last, so a change without its event, or an event without
its change, cannot exist.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Engines, checkpoint_and_truncate, create_engines, parse_url
from storage.errors import DatabaseClosingError, DatabaseUnreadableError
from storage.group_commit import GroupCommit
from storage.lock import FileLock
from storage.migrate import check_version, migrate
from storage.notifications import Notifications, Topic
from storage.outages import Outages, Retrying, describe_open_error, explain_outage
from storage.server_groups import ServerGroups
from storage.transaction import ReadTransaction, WriteTransaction

T = TypeVar("T")
SESSION_GAP: Final = timedelta(minutes=30)
"""Events of a member that lie further apart belong to two working sessions; ``SESSION_MINUTES`` changes it."""
_CLOSE_SECONDS: Final = 5.0
"""How long closing waits for transactions under way; the process has 9 seconds in all to stop."""
_TRUNCATE_PAUSE_SECONDS: Final = 1.0
"""Between two attempts to empty the write-ahead log while somebody reads from it."""


@dataclass(slots=True)
class Database:
    """SQLite or PostgreSQL, migrated and ready.

    ``clock`` decides what "now" means in every transaction. None is right outside tests: the process's clock on SQLite, the
    server's on PostgreSQL, because the clocks of several machines differ and leases are compared between them.
    """

    engines: Engines
    clock: Callable[[], datetime] | None = None
    session_gap: timedelta = SESSION_GAP
    outages: Outages = field(default_factory=Outages)
    notifications: Notifications = field(init=False)
    _lock: FileLock | None = None
    _uses: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _truncating: asyncio.Task[None] | None = None
    _groups: GroupCommit[WriteTransaction] | ServerGroups[WriteTransaction] = field(init=False)

    def __post_init__(self) -> None:
        self.notifications = Notifications(self.engines.single)
        if self.engines.path is not None:
            self._groups = GroupCommit(self.engines.writer, self._begin, self._finish_group)
        else:
            self._groups = ServerGroups(self.engines.writer, self.outages, self._begin, self._finish_group)

    @classmethod
    async def open(
        cls, url: str, clock: Callable[[], datetime] | None = None, *, session_gap: timedelta = SESSION_GAP
    ) -> "Database":
        """An open database at the newest version of its tables.

        Raises:
            DatabaseInUseError: another process has the SQLite file.
            DatabaseNewerError: a newer program wrote it.
            DatabaseUnreadableError: anything else that keeps it closed.
        """
        engines = create_engines(parse_url(url))
        lock = FileLock.acquire(engines.path) if engines.path else None
        database = cls(engines, clock, session_gap, _lock=lock)
        database._idle.set()
        try:
            await migrate(engines.writer, engines.patient)
        except (DBAPIError, OSError) as error:
            await database.close()
            raise DatabaseUnreadableError(describe_open_error(engines.path, error)) from error
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def open_for_reading(cls, url: str, clock: Callable[[], datetime] | None = None) -> "Database":
        """A database that can only be read, also beside a running bot: nothing is created, migrated or locked.

        Raises:
            DatabaseNewerError: a newer program wrote it.
            DatabaseUnreadableError: there is none, an older program wrote it, or it cannot be read.
        """
        engines = create_engines(parse_url(url), to_write=False)
        database = cls(engines, clock)
        database._idle.set()
        try:
            await check_version(engines.reader)
        except (DBAPIError, OSError) as error:
            await database.close()
            raise DatabaseUnreadableError(describe_open_error(engines.path, error)) from error
        except BaseException:
            await database.close()
            raise
        return database

    def prepare_to_close(self) -> None:
        """The program is being stopped: nothing waits long for a lock or a server any more. Transactions are still begun."""
        self.outages.stop()
        self.engines.lock_wait.is_short = True

    async def close(self) -> None:
        """Refuses new transactions, waits up to five seconds for open ones, closes every connection and frees the file."""
        self._closing = True
        await self.notifications.stop()
        if self._truncating is not None:
            self._truncating.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _CLOSE_SECONDS)
        await self.engines.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def exclusive(self) -> bool:
        """Whether this process is the only one that can use the database, so that leases of others are void (SQLite)."""
        return self.engines.path is not None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTransaction]:
        """A consistent read. SQLite refuses writes through it.

        Not for tasks that may be cancelled: see ``read_shielded``.
        """
        with self._use():
            async with self.engines.reader.connect() as connection:
                yield ReadTransaction(connection, await self._get_time(connection))

    async def write(self, work: Callable[[WriteTransaction], Awaitable[T]]) -> T:
        """Runs ``work`` in one transaction and returns what it returns; an exception rolls everything back.

        Cancellation is held back until the transaction has ended: a write that is cut short can leave the SQLite file
        locked until the garbage collector runs. A cancelled caller therefore does not know whether its write was committed
        and has to read it. ``work`` must be short and must not wait for the network. It may be run more than once: a
        transaction that was not committed, because the server was restarted or the file was locked, is tried again.

        Raises:
            DatabaseUnavailableError: the database could not be used; nothing was stored, unless the error says that this is
                uncertain.
            DatabaseClosingError: the database is being closed.
        """

        wake_ups: list[tuple[Topic, str]] = []

        async def act(tx: WriteTransaction) -> T:
            result = await work(tx)
            wake_ups[:] = tx.wake_ups
            return result

        async def transaction() -> T:
            with self._use():
                try:
                    result: T = await self._groups.write(act)
                except DBAPIError as error:
                    raise explain_outage(error) or error from error
            for topic, payload in wake_ups:
                self.notifications.publish(topic, payload)
            return result

        return await self._hold_cancellation(transaction)

    def _begin(self, connection: AsyncConnection, server_time: datetime | None = None) -> WriteTransaction:
        return WriteTransaction(connection, self.clock() if self.clock else server_time or datetime.now(UTC))

    async def _finish_group(self, transactions: Sequence[WriteTransaction]) -> None:
        if transactions:
            first, *others = transactions
            await first.finish(self.session_gap, others)

    async def read_shielded(self, work: Callable[[ReadTransaction], Awaitable[T]]) -> T:
        """Runs ``work`` on a consistent read and returns what it returns; cancellation is held back until it has ended."""

        async def transaction() -> T:
            try:
                async with self.read() as tx:
                    return await work(tx)
            except (DBAPIError, OSError, PoolTimeoutError) as error:
                raise explain_outage(error) or error from error

        return await self._hold_cancellation(transaction)

    async def truncate_wal(self) -> None:
        """Empties SQLite's write-ahead log, so that overwritten names are gone from it too; nothing on PostgreSQL.

        Where somebody is reading from the log, it is emptied as soon as they have finished.
        """
        if self.engines.path is not None and not await asyncio.to_thread(checkpoint_and_truncate, self.engines.path):
            if self._truncating is not None:
                self._truncating.cancel()
            self._truncating = asyncio.create_task(self._truncate_later(self.engines.path))

    async def _truncate_later(self, path: Path) -> None:
        """Tries until it works. It may be cancelled: closing the database empties the log as well."""
        while True:
            await asyncio.sleep(_TRUNCATE_PAUSE_SECONDS)
            if await asyncio.to_thread(checkpoint_and_truncate, path):
                return

    async def _get_time(self, connection: AsyncConnection) -> datetime:
        if self.clock is not None:
            return self.clock()
        if connection.dialect.name == "sqlite":
            return datetime.now(UTC)
        # Not now(): that is the transaction's start, and a transaction may have waited for a lock since.
        moment: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        return moment

    @contextmanager
    def _use(self) -> Iterator[None]:
        if self._closing:
            raise DatabaseClosingError
        self._uses += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._uses -= 1
            if not self._uses:
                self._idle.set()

    async def _hold_cancellation(self, transaction: Callable[[], Awaitable[T]]) -> T:
        """The result of ``transaction``, tried again while the database is away.

        A cancellation is raised only after it has ended; it is not tried again then.
        """
        retrying = Retrying(self.outages)
        task = asyncio.ensure_future(retrying.run(transaction))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            retrying.give_up()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # retrieved, so that asyncio does not log it as never retrieved
            raise
