"""``/metrics``, ``/healthz`` and ``/readyz`` over HTTP, in the bot's own event loop, for reading only, without password."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from bot.errors import ConfigError
from bot.monitoring.figures import FigureReader, StoredFigures
from bot.monitoring.health import Health
from bot.monitoring.metrics import ProcessFigures, render
from storage import StorageError


@dataclass(slots=True)
class MonitoringServer:
    """Serves until it is stopped."""

    health: Health
    reader: FigureReader
    is_gemini_resting: Callable[[], Awaitable[bool]]
    _runner: web.AppRunner | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, host: str, port: int) -> None:
        """Listens at this address.

        Raises:
            ConfigError: the address cannot be used.
        """
        app = web.Application()
        app.router.add_get("/metrics", self._get_metrics)
        app.router.add_get("/healthz", self._get_health)
        app.router.add_get("/readyz", self._get_readiness)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.stop()
            hint = "Choose another one, or leave it unset."
            raise ConfigError(f"METRICS_PORT {port} at {host} cannot be used: {error.strerror}.", hint) from error

    async def stop(self) -> None:
        """No longer listens."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _get_health(self, _request: web.Request) -> web.Response:
        """The process and its event loop live, whatever else is wrong: a restart would not help."""
        return web.Response(text="ok\n")

    async def _get_readiness(self, _request: web.Request) -> web.Response:
        troubles = await self.health.find_troubles()
        text = "\n".join(troubles or ["ok"])
        return web.Response(text=f"{text}\n", status=503 if troubles else 200)

    async def _get_metrics(self, _request: web.Request) -> web.Response:
        async with self._reading:  # one scrape after the other, so that many cost no more than one connection
            stored, is_gemini_resting = await self._read()
        own = ProcessFigures(
            is_ready=self.health.is_ready(),
            heartbeat_age=self.health.get_heartbeat_age(),
            turn_ages=self.health.get_turn_ages(),
            is_gemini_resting=is_gemini_resting,
        )
        body = await asyncio.to_thread(render, own, stored)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _read(self) -> tuple[StoredFigures | None, bool | None]:
        """What the database knows; None where it does not answer."""
        if await self.health.has_database():
            with suppress(StorageError):  # it went away in this moment
                return await self.reader.read(), await self.is_gemini_resting()
        return None, None
