"""Wake-ups between the processes on one database: LISTEN and NOTIFY on PostgreSQL, plain calls on SQLite.

A wake-up says that something in the database has changed and is worth a look now. It is sent after the commit, not in the
transaction: PostgreSQL lets transactions with a NOTIFY commit only one after the other. If a process dies between the two,
the wake-up is lost, and the change is found by the next regular look instead (polling, heartbeats).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_log = logging.getLogger(__name__)
_CHANNEL: Final = "studio"
"""The name of PostgreSQL's channel. One for all topics, so that a wake-up costs one message whatever it is about."""
_RECONNECT_SECONDS: Final = 1.0
"""Between two attempts to listen again. Nothing is lost meanwhile that polling does not find."""
_SEND_SECONDS: Final = 5.0
"""For sending the wake-ups that wait; then the connection counts as broken."""
_LAST_SECONDS: Final = 1.0
"""At a stop, for the wake-ups that wait."""
_CHECK_SECONDS: Final = 10.0
"""Between two looks at whether a silent connection still works: a server that has vanished says nothing."""

Callback = Callable[[str], None]
"""Called with the wake-up's payload, often empty. It must return at once; longer work belongs in a task."""


class Topic(StrEnum):
    """What a wake-up is about; the payload is in brackets."""

    RUNS = "runs"
    OVERNIGHT = "overnight"
    RUN_CANCELLED = "run_cancelled"  # the run's id
    DELIVERIES = "deliveries"
    BOARDS = "boards"
    CONFIG = "config"
    CARDS = "cards"
    PAUSES = "pauses"  # JSON: the name of a limit, and for how many seconds it lets nothing pass
    NOTICES = "notices"
    NOTICE_KEPT = "notice_kept"  # the server's id


@dataclass(slots=True)
class Notifications:
    """Tells callbacks in every process about topics. Without ``engine`` (SQLite) there is only this process."""

    engine: AsyncEngine | None = None
    _callbacks: dict[Topic, list[Callback]] = field(default_factory=lambda: defaultdict(list))
    _waiting: dict[str, None] = field(default_factory=dict)
    """Messages to send, in order, each once."""
    _has_waiting: asyncio.Event = field(default_factory=asyncio.Event)
    _all_sent: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def subscribe(self, topic: Topic, callback: Callback) -> None:
        """``callback`` is called for every wake-up about ``topic``, from this process or another."""
        self._callbacks[topic].append(callback)

    def publish(self, topic: Topic, payload: str = "") -> None:
        """Wakes this process's callbacks now and those of the others as soon as the server passes it on.

        Call it after the commit of what it is about. ``payload`` has at most 7,000 bytes.
        """
        self._deliver(topic, payload)
        if self.engine is not None:
            self._waiting[f"{topic}:{payload}"] = None
            self._has_waiting.set()
            self._all_sent.clear()

    def start(self) -> None:
        """Listens and sends from now on; does nothing on SQLite."""
        if self.engine is not None and self._task is None:
            self._task = asyncio.create_task(self._keep_listening(self.engine))

    async def stop(self) -> None:
        """Sends what still waits, for a moment, and stops listening."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_sent.wait(), _LAST_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def _deliver(self, topic: Topic, payload: str) -> None:
        for callback in self._callbacks.get(topic, ()):
            callback(payload)

    async def _keep_listening(self, engine: AsyncEngine) -> None:
        import asyncpg  # not needed on SQLite

        is_first = True
        while True:
            try:
                async with engine.connect() as connection:
                    await self._listen(connection, is_first=is_first)
            except (DBAPIError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.info("wake-ups are interrupted, polling goes on: %s", type(error).__name__)
            is_first = False
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self, connection: AsyncConnection, *, is_first: bool) -> None:
        """Passes wake-ups on in both directions until the connection breaks."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        lost = asyncio.Event()
        loop = asyncio.get_running_loop()
        driver.add_termination_listener(lambda _: loop.call_soon_threadsafe(lost.set))
        await driver.add_listener(_CHANNEL, self._receive)
        if not is_first:  # something may have been missed
            for topic in _WITHOUT_PAYLOAD:
                self._deliver(topic, "")
        try:
            while not lost.is_set():
                waiting = [asyncio.ensure_future(event.wait()) for event in (lost, self._has_waiting)]
                try:
                    await asyncio.wait(waiting, timeout=_CHECK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for each in waiting:
                        each.cancel()
                if not self._waiting:
                    await driver.execute("SELECT 1", timeout=_SEND_SECONDS)
                while self._waiting:
                    message = next(iter(self._waiting))
                    await driver.execute("SELECT pg_notify($1, $2)", _CHANNEL, message, timeout=_SEND_SECONDS)
                    self._waiting.pop(message, None)
                self._has_waiting.clear()
                self._all_sent.set()
        finally:
            if not driver.is_closed():
                await driver.remove_listener(_CHANNEL, self._receive)

    def _receive(self, connection: Any, pid: int, _channel: str, message: str) -> None:  # noqa: ANN401 - the driver's own
        name, _, payload = message.partition(":")
        # Our own wake-ups were delivered when they were published. A newer process may know more topics than this one.
        if pid != connection.get_server_pid() and name in _TOPICS:
            self._deliver(Topic(name), payload)


_WITHOUT_PAYLOAD: Final = tuple(topic for topic in Topic if topic is not Topic.RUN_CANCELLED)
_TOPICS: Final = frozenset(topic.value for topic in Topic)
