"""Waiting for Discord without ever cancelling a request."""

import asyncio
import functools

import pytest

from cogs.messages.requests import EditQueue, SupersededError, await_response


async def test_an_abandoned_request_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """A caller that stops waiting, because of the time limit or because it was cancelled, leaves the request running."""
    ended: list[str] = []

    async def request(name: str) -> str:
        await asyncio.sleep(0.1)
        ended.append(name)
        return name

    with pytest.raises(TimeoutError):
        await await_response(request("late"), 0.01)
    waiting = asyncio.create_task(await_response(request("cancelled"), 1))
    await asyncio.sleep(0.02)
    waiting.cancel()
    assert await await_response(request("answered"), 1) == "answered"
    assert ended == ["late", "cancelled", "answered"]
    assert caplog.records == []


async def test_edits_keep_their_order_and_only_the_newest_is_sent() -> None:
    """An edit that hangs is not overtaken; of those that wait behind it only the last is sent."""
    edits, sent, gate = EditQueue(), [], asyncio.Event()

    async def edit(name: str) -> str:
        if name == "first":
            await gate.wait()
        sent.append(name)
        return name

    tasks = []
    for name in ("first", "second", "third"):
        tasks.append(asyncio.create_task(edits.send_edit(1, functools.partial(edit, name))))
        await asyncio.sleep(0.01)
    other = await edits.send_edit(2, lambda: edit("other message"))
    gate.set()
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (other, first, third) == ("other message", "first", "third")
    assert isinstance(second, SupersededError)
    assert sent == ["other message", "first", "third"]
