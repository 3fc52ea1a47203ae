"""Starts and stops what watches this process, as the settings ask for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import Wait
from bot.monitoring.health import Health
from bot.monitoring.health_file import HealthFile
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.monitoring.http_server import MonitoringServer


@dataclass(slots=True)
class Monitor:
    """The metrics server and the health file, of which each exists only where it is set up."""

    settings: Settings
    health: Health
    is_gemini_resting: Callable[[], Awaitable[bool]]
    wait: Wait
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """What the settings ask for is there.

        Raises:
            ConfigError: the port or the file cannot be used.
        """
        self._stack.push_async_callback(self.health.stop)
        if self.settings.health_file is not None:
            file = HealthFile(self.settings.health_file, self.health, self.wait)
            self._stack.push_async_callback(file.stop)
            await file.start()
        if self.settings.metrics_port is not None:
            server = await asyncio.to_thread(self._create_server)
            self._stack.push_async_callback(server.stop)
            await server.start(self.settings.metrics_host, self.settings.metrics_port)

    def _create_server(self) -> "MonitoringServer":
        from bot.monitoring.figures import FigureReader
        from bot.monitoring.http_server import MonitoringServer

        return MonitoringServer(self.health, FigureReader(self.health.database), self.is_gemini_resting)

    async def stop(self) -> None:
        """Nothing is served or written any more."""
        await self._stack.aclose()
