import asyncio
import time

from tests.event_loop_guard import watch_event_loop


def _compute(seconds: float) -> None:
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass


async def test_a_callback_that_computes_for_long_is_found() -> None:
    """A callback that keeps the processor for longer than the limit is named."""
    with watch_event_loop(limit_seconds=0.02) as blocked:
        asyncio.get_running_loop().call_soon(_compute, 0.1)
        await asyncio.sleep(0.01)
    assert len(blocked) == 1
    assert "_compute" in blocked[0]


async def test_short_callbacks_and_waiting_are_not_found() -> None:
    """Neither many short callbacks, nor waiting, nor work in another thread counts."""
    with watch_event_loop(limit_seconds=0.05) as blocked:
        for _ in range(20):
            asyncio.get_running_loop().call_soon(_compute, 0.001)
        await asyncio.to_thread(_compute, 0.1)
        await asyncio.sleep(0.1)
    assert blocked == []


async def test_the_tests_own_work_is_not_found() -> None:
    """A test may compute in its own task."""
    with watch_event_loop(limit_seconds=0.02) as blocked:
        _compute(0.05)
        await asyncio.sleep(0)
    assert blocked == []
