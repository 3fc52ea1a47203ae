"""Writes that wait at the same time share one transaction on SQLite.

A commit waits for the disk, which takes the same time however much it holds. While one transaction runs, further writes queue;
the next transaction takes all of them, one after the other, and is committed once. A write sees what those before it have
changed, as if each had a transaction of its own. One that raises is undone by a savepoint, and the others are committed
without it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.outages import explain_outage

TX = TypeVar("TX")
LARGEST_GROUP: Final = 64
"""Writes in one commit: beyond this, sharing saves hardly anything more, and the first ones only wait longer."""
SAVEPOINT: Final = "one_write"
"""Its name; a write that raises is undone back to it."""


@dataclass(slots=True)
class Write(Generic[TX]):
    """A piece of work that waits for its turn, and its result once that is committed."""

    work: Callable[[TX], Awaitable[Any]]
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit(Generic[TX]):
    """Runs the writes of one SQLite database in groups.

    ``begin`` makes one write's view of an open transaction; ``finish`` is called before the commit with the views of all
    writes that succeeded.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        begin: Callable[[AsyncConnection], TX],
        finish: Callable[[Sequence[TX]], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._begin = begin
        self._finish = finish
        self._waiting: deque[Write[TX]] = deque()
        self._running = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._needs_savepoint = False
        event.listen(engine.sync_engine, "before_cursor_execute", self._set_savepoint)

    async def write(self, work: Callable[[TX], Awaitable[Any]]) -> Any:  # noqa: ANN401 - whatever the work returns
        """What ``work`` returns, once it is committed; an exception undoes it. ``work`` may be run more than once."""
        write = Write(work)
        self._waiting.append(write)
        if not self._running:
            await self._run_group()
        return await write.done

    async def _run_group(self) -> None:
        """Runs what waits now. Whoever comes meanwhile waits for the next group, which has a task of its own."""
        self._running = True
        group = [self._waiting.popleft() for _ in range(min(LARGEST_GROUP, len(self._waiting)))]
        try:
            await self._commit(group)
        except Exception as error:  # noqa: BLE001 - handed to the callers
            # Locked by another program, or the disk is full: the same for each alone.
            if len(group) == 1 or explain_outage(error) is not None:
                fail(group, error)
            else:
                await self._commit_one_by_one(group)
        finally:
            for write in group:
                write.done.cancel()  # does nothing unless this task itself was cancelled
            self._running = bool(self._waiting)
            if self._waiting:
                task = asyncio.create_task(self._run_group())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _commit_one_by_one(self, group: Sequence[Write[TX]]) -> None:
        """After the reports or the commit of a group failed because of one of them."""
        for write in group:
            if not write.done.done():
                try:
                    await self._commit([write])
                except Exception as error:  # noqa: BLE001 - handed to its caller
                    fail([write], error)

    async def _commit(self, group: Sequence[Write[TX]]) -> None:
        """Runs and commits the group. Results and errors are handed out after the commit, since both rest on what it holds."""
        results: list[tuple[Write[TX], Any]] = []
        errors: list[tuple[Write[TX], Exception]] = []
        finished: list[TX] = []
        async with self._engine.begin() as connection:
            for write in group:
                tx = self._begin(connection)
                self._needs_savepoint = len(group) > 1
                try:
                    result = await write.work(tx)
                except Exception as error:
                    if len(group) == 1 or explain_outage(error) is not None:
                        raise
                    if not self._needs_savepoint:
                        await connection.exec_driver_sql(f"ROLLBACK TO {SAVEPOINT}")
                    errors.append((write, error))
                else:
                    results.append((write, result))
                    finished.append(tx)
                finally:
                    self._needs_savepoint = False
            await self._finish(finished)
        for write, result in results:
            if not write.done.done():
                write.done.set_result(result)
        for write, reason in errors:
            fail([write], reason)

    def _set_savepoint(self, _connection: object, cursor: Any, *_: object) -> None:  # noqa: ANN401 - the driver's cursor
        """Before a write's first statement; one that only reports events needs none."""
        if self._needs_savepoint:
            self._needs_savepoint = False
            cursor.execute(f"SAVEPOINT {SAVEPOINT}")


def fail(group: Sequence[Write[Any]], error: BaseException) -> None:
    """The callers of these writes get the exception, unless they have a result already."""
    for write in group:
        if not write.done.done():
            write.done.set_exception(error)
