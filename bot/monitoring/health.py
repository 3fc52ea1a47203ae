"""Whether the process can do its work: connected to Discord, database at hand, workers turning."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from storage import Database, ReadTransaction

OLD_HEARTBEAT_SECONDS: Final = 90.0
"""Discord wants a heartbeat every 41 s; after two that were not confirmed, the connection is dead."""
OLD_TURN_SECONDS: Final = 60.0
"""A worker looks for work at least every 15 s."""
_DATABASE_SECONDS: Final = 3.0


class Turning(Protocol):
    """A worker that notes when it last looked for work, on the event loop's clock; None before its first look."""

    turned_at: float | None


@dataclass(slots=True)
class Health:
    """Looks at this process.

    Attributes:
        database: it is asked for one row.
        workers: by the kind of their jobs.
        is_ready: whether the start is complete and no stop has begun.
        get_heartbeat_age: seconds since Discord last confirmed a heartbeat; infinite without a connection, and None for a
            process that is to have none.
        is_standby: whether it waits to take over from another process, which is all that it has to do.
    """

    database: Database
    workers: Mapping[str, Turning]
    is_ready: Callable[[], bool]
    get_heartbeat_age: Callable[[], float | None]
    is_standby: Callable[[], bool] = lambda: False
    _question: asyncio.Task[str | None] | None = field(default=None, repr=False)

    async def find_troubles(self) -> list[str]:
        """What keeps the process from its work, as sentences; none where all is well."""
        troubles: list[str] = []
        is_standby = self.is_standby()
        if not is_standby and not self.is_ready():
            troubles.append("The process is starting or stopping.")
        age = None if is_standby else self.get_heartbeat_age()
        if age is not None and age > OLD_HEARTBEAT_SECONDS:
            troubles.append("The connection to Discord's gateway is not alive.")
        for kind, seconds in self.get_turn_ages().items():
            if seconds > OLD_TURN_SECONDS:
                troubles.append(f"The worker for {kind} has not looked for work for {seconds:.0f} s.")
        if not await self.has_database():
            troubles.append("The database does not answer.")
        return troubles

    def get_turn_ages(self) -> dict[str, float]:
        """Seconds since each worker last looked for work; those that were never started are left out."""
        now = asyncio.get_running_loop().time()
        return {kind: now - worker.turned_at for kind, worker in self.workers.items() if worker.turned_at is not None}

    async def has_database(self) -> bool:
        """Whether the database answers within three seconds. A question that is still open is not asked again."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait({self._question}, timeout=_DATABASE_SECONDS)
        return bool(done) and self._question.exception() is None

    async def _ask(self) -> str | None:
        async def work(tx: ReadTransaction) -> str | None:
            return await tx.key_values.get("health")

        return await self.database.read_shielded(work)

    async def stop(self) -> None:
        """Waits for no answer any more."""
        if self._question is not None:
            self._question.cancel()
            await asyncio.gather(self._question, return_exceptions=True)
