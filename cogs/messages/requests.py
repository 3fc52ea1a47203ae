"""Waits for Discord's responses with a time limit, without ever cancelling a request."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import discord

REQUEST_SECONDS: Final = 25.0
"""How long to wait for a response. discord.py makes five attempts at a 5xx with 16 seconds of pauses between them, so this
covers a short outage. A request that takes longer waits for a rate limit, and its caller should not be kept."""
NO_MENTIONS: Final = discord.AllowedMentions.none()
"""Belongs into every edit of a layout: discord.py applies the client's default only if ``content`` is edited too."""
T = TypeVar("T")
# asyncio holds only a weak reference to a running task; without this set an abandoned request could be collected.
_running: Final[set[asyncio.Task[Any]]] = set()


async def await_response(request: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
    """Sends the request and returns its result, or raises what it raises.

    The request is never cancelled, not even if the caller is. discord.py closes a gate for all requests during a global rate
    limit, and a request that is cancelled in that wait would leave the gate closed forever.

    Args:
        request: A coroutine of discord.py.
        seconds: How long to wait; ``REQUEST_SECONDS`` by default.

    Raises:
        TimeoutError: There was no response in time. The request goes on in the background.
    """
    return await _wait_for(_start(request), REQUEST_SECONDS if seconds is None else seconds)


class EditQueue:
    """Sends the edits of a message in the order in which they were requested, and skips those that a newer one replaces.

    Without it, discord.py may send them in another order: edits that wait for a rate limit overtake each other.
    """

    def __init__(self) -> None:
        self._newest: dict[int, asyncio.Task[Any]] = {}

    async def send_edit(self, message_id: int, edit: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Sends the edit after all earlier edits of the message have ended, and returns its result.

        Raises:
            SupersededError: A newer edit was requested while this one waited; this one is never sent.
            TimeoutError: There was no response in time. The edit stays in the queue or goes on in the background.
        """
        previous = self._newest.get(message_id)

        async def send_in_turn() -> T:
            if previous is not None:
                await asyncio.wait({previous})
            if self._newest.get(message_id) is not task:
                raise SupersededError
            return await edit()

        task = _start(send_in_turn())
        self._newest[message_id] = task
        task.add_done_callback(lambda ended: self._remove(message_id, ended))
        return await _wait_for(task, REQUEST_SECONDS)

    def _remove(self, message_id: int, ended: asyncio.Task[Any]) -> None:
        if self._newest.get(message_id) is ended:
            del self._newest[message_id]


class SupersededError(TimeoutError):
    """A newer edit of the same message was requested."""


def _start(request: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.ensure_future(request)
    _running.add(task)
    task.add_done_callback(_release)
    return task


async def _wait_for(task: asyncio.Task[T], seconds: float) -> T:
    # asyncio.wait_for would cancel the task.
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        raise TimeoutError(f"Discord did not respond within {seconds:.0f} s")
    return task.result()


def _release(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # marks it as retrieved, because asyncio logs exceptions that no caller waits for
