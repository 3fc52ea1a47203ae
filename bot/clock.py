"""Time as it is injected: ``Clock`` returns the present, ``Wait`` is the one function through which workers wait."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

T = TypeVar("T")

Clock = Callable[[], datetime]
"""Returns the present as an aware UTC time."""


def utcnow() -> datetime:
    """The production ``Clock``."""
    return datetime.now(UTC)


class Wait(Protocol):
    """Awaits something that may take long: the network, a queue, a timer.

    The production implementation does nothing else. The simulated Discord of the demo needs to know when a worker is idle,
    so that it does not mistake the waiting for an action that never ends.
    """

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        """The result of ``awaitable``; ``why`` describes the wait for logs and simulations."""
        ...


async def wait_plainly(awaitable: Awaitable[T], why: str) -> T:  # noqa: ARG001 - the reason is for other implementations
    """The production ``Wait``."""
    return await awaitable
