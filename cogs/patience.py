"""How long we wait for Discord's answer."""

import asyncio
from collections.abc import Coroutine
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
    task = asyncio.ensure_future(request)
    _abandoned.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        raise TimeoutError(f"Discord did not answer within {seconds:.0f} s")
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved, since perhaps nobody waits for it any more
