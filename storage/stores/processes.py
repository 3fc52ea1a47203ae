"""The processes that work on the database, each with a heartbeat.

On SQLite there is one; on PostgreSQL any number. A process whose heartbeat is old counts as dead: ``python -m bot status``
says so, and a newer program may migrate the database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import DatabaseNewerError
from storage.states import ProcessState
from storage.tables import processes

DEAD_AFTER: Final = timedelta(seconds=10)
"""Without a heartbeat. Five heartbeats: a busy machine or a restart of the database server may swallow a few."""
_KEPT_FOR: Final = timedelta(days=1)
"""How long a dead process stays in the table, for whoever wants to know what happened in the night."""

_READ_VERSION: Final = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, slots=True)
class NewProcess:
    """A process that starts. ``shards`` is such as "0,1 of 4", and empty without a gateway."""

    id: str
    role: str
    state: ProcessState
    host: str
    pid: int
    version: str
    schema_version: str
    shards: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(NewProcess):
    """A process as the table knows it."""

    started_at: datetime
    seen_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Whether its last heartbeat is recent."""
        return now - self.seen_at <= DEAD_AFTER


@dataclass(frozen=True, slots=True)
class ProcessStore:
    """Registers processes and records their heartbeats."""

    connection: AsyncConnection
    now: datetime

    async def register(self, new: NewProcess) -> None:
        """The process is known from now on; those that have been dead for a day are forgotten.

        Raises:
            DatabaseNewerError: a newer program has migrated the database since this one opened it.
        """
        # Deleting first: it waits for a migration that is under way, and what is read after it is true until the end.
        await self.connection.execute(processes.delete().where(processes.c.seen_at < self.now - _KEPT_FOR))
        version = (await self.connection.execute(_READ_VERSION)).scalar()
        if version != new.schema_version:
            raise DatabaseNewerError(
                f"The database has version {version} since a moment ago, but this program needs {new.schema_version}."
                " Update the program."
            )
        row = {name: getattr(new, name) for name in NewProcess.__slots__}
        await self.connection.execute(processes.insert().values(**row, started_at=self.now, seen_at=self.now))

    async def record_heartbeat(self, process_id: str, state: ProcessState) -> bool:
        """The process is alive and in this state; False where it is no longer registered."""
        query = processes.update().where(processes.c.id == process_id).values(seen_at=self.now, state=state)
        return (await self.connection.execute(query)).rowcount == 1

    async def remove(self, process_id: str) -> None:
        """The process has ended in an orderly way."""
        await self.connection.execute(processes.delete().where(processes.c.id == process_id))

    async def remove_all(self) -> None:
        """Forgets every process: for the start of the only one that there can be (SQLite)."""
        await self.connection.execute(processes.delete())

    async def list_all(self) -> list[Process]:
        """Every process, also the dead ones of the last day, oldest first."""
        query = select(processes).order_by(processes.c.started_at, processes.c.id)
        return [Process(**row) for row in (await self.connection.execute(query)).mappings()]
