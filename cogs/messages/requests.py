"""How long we wait for Discord's answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

REQUEST_SECONDS: Final = 25.0
T = TypeVar("T")
# asyncio itself holds a running task only weakly.
_abandoned: Final[set[asyncio.Task[Any]]] = set()


async def answer(request: Coroutine[Any, Any, T], seconds: float = REQUEST_SECONDS) -> T:
    """What the request gives; ``TimeoutError`` after so long, and then it goes on by itself.

    It is never cancelled, whoever stops waiting: discord.py closes its gate for all requests during a global rate limit, and
    a request that is cancelled in that sleep leaves the gate closed for good.
    """
    return await _ended(_kept(request), seconds)


class EditQueue:
    """Edits, in the order in which they are asked for: discord.py lets those that wait for a rate limit overtake each other."""

    def __init__(self) -> None:
        self._last: dict[int, asyncio.Task[Any]] = {}

    async def answer(self, message_id: int, edit: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Like ``answer``, once everything asked for before about this message has ended.

        ``SupersededError`` where a newer edit of it came meanwhile: then this one is not made at all.
        """
        before = self._last.get(message_id)

        async def turn() -> T:
            if before is not None:
                await asyncio.wait({before})
            if self._last.get(message_id) is not task:
                raise SupersededError
            return await edit()

        task = _kept(turn())
        self._last[message_id] = task
        task.add_done_callback(lambda done: self._forget(message_id, done))
        return await _ended(task, REQUEST_SECONDS)

    def _forget(self, message_id: int, done: asyncio.Task[Any]) -> None:
        if self._last.get(message_id) is done:
            del self._last[message_id]


class SupersededError(TimeoutError):
    """A newer edit of the same message was asked for."""


def _kept(request: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.ensure_future(request)
    _abandoned.add(task)
    task.add_done_callback(_forget)
    return task


async def _ended(task: asyncio.Task[T], seconds: float) -> T:
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        raise TimeoutError(f"Discord did not answer within {seconds:.0f} s")
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved, since perhaps nobody waits for it any more
