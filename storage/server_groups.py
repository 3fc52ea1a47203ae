"""Writes that wait at the same time share one transaction on PostgreSQL, because a commit waits for the disk.

Only one transaction at a time can append to the chain of events, so without sharing every event waits for the commits of all
those before it, in this process and in the others. A group that takes long, because one of its writes is slow, holds nobody
up: the next one starts beside it. A write that met another transaction's lock goes on in a transaction of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import DatabaseUnavailableError
from storage.group_commit import LARGEST_GROUP, Write, fail
from storage.outages import Outages
from storage.server_transaction import run_on_server
from storage.shared_transaction import SharedTransaction

TX = TypeVar("TX")
_SLOW_SECONDS: Final = 0.05
"""A group that has not ended by then is not waited for: the next one starts."""
_MOST_GROUPS: Final = 3
"""Groups at the same time. With the writes of their own they leave connections for reading."""
_MOST_ALONE: Final = 4
"""Writes in transactions of their own at the same time: they may wait for locks for long."""


class ServerGroups(Generic[TX]):
    """Runs the writes of one process on a PostgreSQL database in groups; see ``SharedTransaction`` for the parameters."""

    def __init__(
        self,
        engine: AsyncEngine,
        outages: Outages,
        begin: Callable[[AsyncConnection, datetime], TX],
        finish: Callable[[Sequence[TX]], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._outages = outages
        self._begin = begin
        self._finish = finish
        self._waiting: deque[Write[TX]] = deque()
        self._colliding: deque[Write[TX]] = deque()
        self._running = 0
        """Groups, the slow ones included."""
        self._slow = 0
        self._alone = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, work: Callable[[TX], Awaitable[Any]]) -> Any:  # noqa: ANN401 - whatever the work returns
        """What ``work`` returns, once it is committed; an exception undoes it. ``work`` may be run more than once."""
        write = Write(work)
        self._waiting.append(write)
        self._start()
        return await write.done

    def _start(self) -> None:
        """Starts whatever may run now."""
        if self._waiting and self._running == self._slow and self._running < _MOST_GROUPS:
            self._running += 1
            self._start_task(self._run_group())
        while self._colliding and self._alone < _MOST_ALONE:
            self._alone += 1
            self._start_task(self._run_alone(self._colliding.popleft()))

    def _start_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_group(self) -> None:
        """Runs what waits now. Whoever comes meanwhile waits for the next group."""
        group = [self._waiting.popleft() for _ in range(min(LARGEST_GROUP, len(self._waiting)))]
        is_slow = False

        def let_next_start() -> None:
            nonlocal is_slow
            is_slow = True
            self._slow += 1
            self._start()

        timer = asyncio.get_running_loop().call_later(_SLOW_SECONDS, let_next_start)
        try:
            await self._commit(group)
        finally:
            timer.cancel()
            self._slow -= is_slow
            self._running -= 1
            self._start()

    async def _run_alone(self, write: Write[TX]) -> None:
        try:
            await self._commit([write])
        finally:
            self._alone -= 1
            self._start()

    async def _commit(self, group: Sequence[Write[TX]]) -> None:
        """Runs and commits the group; each write has its result then, or waits to be run again."""
        shared = SharedTransaction(group, self._begin, self._finish)
        try:
            await run_on_server(self._engine, shared.run, self._outages)
        except DatabaseUnavailableError as error:  # the same for each alone
            fail(shared.begun, error)
        except Exception as error:  # noqa: BLE001 - handed to the callers
            if len(group) == 1:
                fail(group, error)
            else:  # because of one of them
                self._colliding.extend(shared.begun)
        except BaseException:  # this task was cancelled
            for write in group:
                write.done.cancel()
            raise
        else:
            shared.hand_out()
        self._colliding.extend(shared.colliding)
        self._waiting.extendleft(reversed(shared.left))
