"""``python -m bot demo``: the real bot on a simulated Discord, in one browser page."""

import asyncio
import os
import secrets
import signal
import warnings
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bot.errors import ConfigError
from bot.logs import set_up_logging
from bot.settings import LogFormat, LogLevel, Settings, load_settings

if TYPE_CHECKING:
    from bot.demo.sample_data import SampleData
    from bot.demo.simulated_discord import LivePage, SimulatedDiscord

_PORT: Final = 8788
_VIEWS: Final = 5
_PACE_SECONDS: Final = 0.8
_LOOK_SECONDS: Final = 0.25
_CLOSE_SECONDS: Final = 4.0


def run_demo() -> int:
    """Stays until Ctrl-C, SIGTERM or ``q``; returns the exit code. ``ConfigError`` where it cannot begin.

    ``DEMO_PORT`` is where the page is served, ``DEMO_VIEW`` the number of whoever looks first, as the terminal lists them.
    """
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    try:
        import simcord  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "The demo needs its own extra.", 'Type make demo, or pip install "midnight-myth[demo]".'
        ) from error
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(_number("DEMO_PORT", _PORT, 0, 65_535), _number("DEMO_VIEW", 1, 1, _VIEWS)))
    return 0


def _number(name: str, default: int, low: int, high: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
        raise ConfigError(f"{name} must be a whole number from {low} to {high}.")
    return int(value)


async def _run(port: int, first: int) -> None:
    """Everything is undone on the way out, however it ends."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - this is a coroutine
    for sent in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no such handlers; there Ctrl-C is a KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(sent, task.cancel)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="midnight-myth-demo-", ignore_cleanup_errors=True))
        settings = demo_settings(Path(folder))
        set_up_logging(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
        world, town = await opened(settings, stack)
        await _serve(world, town, port, first, gemini=settings.google_api_key is not None)


def demo_settings(folder: Path) -> Settings:
    """A fresh database in ``folder``. Of the environment, what concerns Gemini counts; ``.env`` does not."""
    from bot.demo.sample_data import STUDIO_ID

    return load_settings(
        env_file=None,
        overrides={
            "discord_token": "not-needed",
            "studio_guild_id": STUDIO_ID,
            "team_role_ids": (),
            "discord_api_base": None,
            "database_url": f"sqlite:///{folder / 'studio.db'}",
        },
    )


async def opened(
    settings: Settings, stack: AsyncExitStack, pace: float = _PACE_SECONDS
) -> "tuple[SimulatedDiscord, SampleData]":
    """The bot is ready, in a furnished town. ``pace`` is the seconds that the template writer takes for a cue."""
    from bot.app import MythBot
    from bot.demo.sample_data import add_sample_data, build_servers
    from bot.demo.simulated_discord import SimulatedDiscord, SimulatedWait
    from bot.services import Runtime

    seam = SimulatedWait()
    bot = MythBot(settings, runtime=Runtime(wait=seam, template_pace=pace))
    world = seam.world = SimulatedDiscord(bot, "Midnight Myth")
    town = build_servers(world)

    async def leave() -> None:
        for ending in (bot.close, world.shutdown):  # simcord never closes the bot
            with suppress(TimeoutError):
                await asyncio.wait_for(ending(), _CLOSE_SECONDS)

    stack.push_async_callback(leave)
    await world.start()
    await add_sample_data(bot.services, town)
    return world, town


async def _serve(world: "SimulatedDiscord", town: "SampleData", port: int, first: int, *, gemini: bool) -> None:
    """The page is there until ``q``; when it is ended in the browser, it is opened again at the same address."""
    from bot.demo.simulated_discord import LivePage
    from bot.demo.terminal import greeting, say, typed_lines

    key = secrets.token_urlsafe(12)
    view = town.views[first - 1]
    text = ""
    with typed_lines() as typed:
        more = True
        while more:
            page = LivePage(world, town.views, view, port, key)
            try:
                await _enter(page, port)
                port = page.port
                say(text or greeting(page.url, town.labels, gemini=gemini))
                text = "The page was ended in the browser. It is open again: reload it."
                more = await _look(page, town, typed)
                view = page.view
            finally:
                await page.close()


async def _enter(page: "LivePage", port: int) -> None:
    from simcord import SetupError

    try:
        await page.__aenter__()
    except SetupError as error:
        if isinstance(error.__cause__, OSError):
            raise ConfigError(
                f"Port {port} is in use.", f"Choose another, as in DEMO_PORT={min(port + 1, 65_535)} make demo."
            ) from error
        raise ConfigError("The demo's page cannot be shown.", str(error)) from error


async def _look(page: "LivePage", town: "SampleData", typed: "asyncio.Queue[str]") -> bool:
    """The page lives. False when somebody typed ``q``, True when it was ended in the browser."""
    from bot.demo.terminal import choices, say

    while not page.ended:
        await asyncio.sleep(_LOOK_SECONDS)
        await page.tick()
        while not typed.empty():
            word = typed.get_nowait()
            if word in {"q", "quit", "exit"}:
                return False
            if word.isascii() and word.isdecimal() and 1 <= int(word) <= len(town.views):
                await page.turn_to(town.views[int(word) - 1])
                say(f"The page shows {page.view.label}.")
            elif word:
                say(choices(town.labels))
    return True
