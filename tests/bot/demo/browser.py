"""A stand-in for a browser on the demo's page: speaks simcord's page protocol over HTTP."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp


class Browser:
    """One open page. ``state`` is what it showed when it was last read."""

    def __init__(self, http: aiohttp.ClientSession, state: dict[str, Any]) -> None:
        self._http = http
        self._sequence = itertools.count(1)
        self.state = state

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Opens the page at ``url``, whose fragment is the key."""
        base, _, key = url.partition("#")
        async with aiohttp.ClientSession(base, headers={"X-Simcord-Capability": key}) as http:
            async with http.post("/api/pages", json={}) as response:
                state = await response.json()
            http.headers["X-Simcord-Context"] = state["context"]["id"]
            yield cls(http, state)

    async def read(self) -> str:
        """Reads the page again and returns its text."""
        async with self._http.get("/api/state") as response:
            assert response.status == 200
            self.state = await response.json()
        return self.text

    @property
    def text(self) -> str:
        """The page's text when it was last read."""
        messages = [self.state["messages"][message] for message in self.state["timeline"]]
        return "\n".join(_texts(messages))

    async def wait_until(self, condition: Callable[[str], bool], seconds: float = 20.0) -> str:
        """Reads the page until its text fulfils ``condition``, and returns the text."""
        async with asyncio.timeout(seconds):
            while not condition(await self.read()):  # noqa: ASYNC110 - like a browser, it polls
                await asyncio.sleep(0.05)
        return self.text

    async def send_action(self, kind: str, *, stale: int = 0, **fields: Any) -> dict[str, Any]:
        """Sends an action as from a page that is ``stale`` updates old, and returns the receipt."""
        body = {
            "kind": kind,
            "protocol_version": 3,
            "sequence": next(self._sequence),
            "request_id": f"{kind}-{id(object())}",
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"] - stale,
            **fields,
        }
        async with self._http.post("/api/action", json=body) as response:
            assert response.status == 200
            receipt: dict[str, Any] = await response.json()
        await self.read()
        return receipt

    async def run_command(self, *path: str, stale: int = 0, **options: Any) -> dict[str, Any]:
        """Runs a slash command and returns the receipt."""
        async with self._http.get("/api/commands") as response:
            entries = (await response.json())["entries"]
        entry = next(entry for entry in entries if entry["path"] == list(path))
        return await self.send_action(
            "run_command",
            stale=stale,
            command_id=entry["commandId"],
            path=entry["path"],
            schema_fingerprint=entry["schemaFingerprint"],
            options=options,
        )

    async def click(self, label: str, *, stale: int = 0) -> dict[str, Any]:
        """Clicks the last button with this label and returns the receipt."""
        buttons = [
            (message, part["control_key"])
            for message in self.state["timeline"]
            for part in _parts(self.state["messages"][message])
            if part.get("label") == label and "control_key" in part
        ]
        message, key = buttons[-1]
        return await self.send_action("click", stale=stale, target_id=message, control_key=key)

    async def view_as(self, name: str) -> None:
        """Chooses a person under "Viewing as"."""
        viewer = next(viewer["id"] for viewer in self.state["viewers"] if viewer["name"].startswith(name))
        await self.send_action("viewer", viewer_id=viewer)


def _parts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [part for item in node for part in _parts(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(part for value in node.values() for part in _parts(value))]


def _texts(node: Any) -> list[str]:
    return [
        str(part[name])
        for part in _parts(node)
        for name in ("content", "title", "description", "label")
        if isinstance(part.get(name), str)
    ]
