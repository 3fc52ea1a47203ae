"""``python -m bot demo``: the real bot on a simulated Discord, in one browser page."""

import asyncio
import os
import secrets
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bot.errors import ConfigError
from bot.log import set_up
from bot.settings import LogFormat, LogLevel, load_settings

if TYPE_CHECKING:
    from bot.demo.simulated import LivePage, SimulatedDiscord
    from bot.demo.town import Town

_PORT: Final = 8788
_PACE_SECONDS: Final = 0.8
_LOOK_SECONDS: Final = 0.25
_CLOSE_SECONDS: Final = 4.0


def run_demo() -> int:
    """Stays until Ctrl-C, SIGTERM or ``q``; returns the exit code. ``ConfigError`` where it cannot begin."""
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    try:
        import simcord  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "The demo needs its own extra.", 'Type make demo, or pip install "midnight-myth[demo]".'
        ) from error
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_demo())
    return 0


async def _demo() -> None:
    """Everything is undone on the way out, however it ends."""
    port, first = _number("DEMO_PORT", _PORT, 0, 65_535), _number("DEMO_VIEW", 1, 1, 5)
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    loop = asyncio.get_running_loop()
    for sent in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no such handlers; there Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(sent, task.cancel)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="midnight-myth-demo-", ignore_cleanup_errors=True))
        world, town = await _opened(Path(folder), stack)
        typed: asyncio.Queue[str] = asyncio.Queue()
        stack.enter_context(_terminal(loop, typed))
        await _show(world, town, first, port, typed)


async def _opened(folder: Path, stack: AsyncExitStack) -> "tuple[SimulatedDiscord, Town]":
    """The bot is ready, on a fresh database, in a furnished town."""
    from bot.app import MythBot
    from bot.demo.simulated import Seam, SimulatedDiscord
    from bot.demo.town import STUDIO_ID, build_town, furnish
    from bot.services import Ways

    settings = load_settings(
        None,
        discord_token="demo",  # noqa: S106 - nobody is asked for it
        studio_guild_id=STUDIO_ID,
        team_role_ids=(),
        discord_api_base=None,
        database_url=f"sqlite:///{folder / 'studio.db'}",
    )
    set_up(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
    seam = Seam()
    bot = MythBot(settings, ways=Ways(wait=seam, template_pace=_PACE_SECONDS))
    world = seam.world = SimulatedDiscord(bot, "Midnight Myth")
    town = build_town(world)

    async def leave() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await bot.close()  # simcord never does
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await world.shutdown()

    stack.push_async_callback(leave)
    await world.start()
    await furnish(bot.services, town)
    return world, town
