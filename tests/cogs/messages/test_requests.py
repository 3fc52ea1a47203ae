"""Waiting for Discord without ever cancelling a request."""

import asyncio
import functools

import pytest

from cogs.messages.requests import EditQueue, SupersededError, answer


async def test_a_request_goes_on_when_nobody_waits(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever stops waiting, by time or by being cancelled, leaves the request running."""
    ended: list[str] = []

    async def request(name: str) -> str:
        await asyncio.sleep(0.1)
        ended.append(name)
        return name

    with pytest.raises(TimeoutError):
        await answer(request("late"), 0.01)
    waiting = asyncio.create_task(answer(request("cancelled"), 1))
    await asyncio.sleep(0.02)
    waiting.cancel()
    assert await answer(request("answered"), 1) == "answered"
    assert ended == ["late", "cancelled", "answered"]
    assert caplog.records == []


async def test_edits_keep_their_order_and_only_the_newest_waits() -> None:
    """An edit that hangs is not overtaken; of those behind it the last one alone is made."""
    turns, made, gate = EditQueue(), [], asyncio.Event()

    async def edit(name: str) -> str:
        if name == "first":
            await gate.wait()
        made.append(name)
        return name

    tasks = []
    for name in ("first", "second", "third"):
        tasks.append(asyncio.create_task(turns.answer(1, functools.partial(edit, name))))
        await asyncio.sleep(0.01)
    other = await turns.answer(2, lambda: edit("elsewhere"))
    gate.set()
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (other, first, third) == ("elsewhere", "first", "third")
    assert isinstance(second, SupersededError)
    assert made == ["elsewhere", "first", "third"]
