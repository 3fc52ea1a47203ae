"""Time, as it is injected: ``Clock`` tells it, ``Wait`` is the one seam through which workers wait."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

T = TypeVar("T")

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


class Wait(Protocol):
    """Awaits something that may take long: the network, a queue, a timer.

    In production it awaits and nothing else; a simulated Discord is told by it that a worker is idle, not stuck.
    """

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        """The awaited value; ``why`` names the wait for whoever watches."""
        ...


async def wait_plainly(awaitable: Awaitable[T], why: str) -> T:  # noqa: ARG001 - the reason is for other implementations
    """The production ``Wait``."""
    return await awaitable
