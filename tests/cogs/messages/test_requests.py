"""Waiting for Discord without ever cancelling a request."""

import asyncio
import functools
import time
from typing import Any

import pytest

from cogs.messages import requests
from cogs.messages.requests import EditQueue, SupersededError, await_response
from tests.cogs.announcements import compose
from tests.stage import Stage
from tests.standins.discord_wire import Call, refusal


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


def apply_global_rate_limit(stage: Stage, seconds: float) -> None:
    """Makes Discord refuse every request, except those of interactions, for so many seconds after the next message."""
    admit = stage.discord.limits.admit
    ends: list[float] = []

    def admit_after_limit(call: Call) -> Any:
        if not ends and call.method == "POST" and call.path.endswith("/messages"):
            ends.append(time.monotonic() + seconds)
        if ends and time.monotonic() < ends[0] and not call.path.startswith(("/interactions", "/webhooks")):
            return {}, refusal(ends[0] - time.monotonic(), "global")
        return admit(call)

    stage.discord.limits.enabled = True
    stage.discord.limits.admit = admit_after_limit  # type: ignore[method-assign]


async def test_a_long_global_rate_limit_is_waited_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a global rate limit that outlasts the waiting for responses everything goes on, and nothing is posted twice."""
    monkeypatch.setattr(requests, "REQUEST_SECONDS", 0.3)
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await compose(stage)
    apply_global_rate_limit(stage, 1.5)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts, 15)
    await stage.run_script()
    await stage.wait_for_finished_script()
    await stage.wait_for_card("Posted to 1 of 1 channel", 30)
    assert len(lantern.posts) == 1
