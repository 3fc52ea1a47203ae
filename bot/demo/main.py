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
_VIEW_COUNT: Final = 6
"""The highest ``DEMO_VIEW``: Hana and Kenji, three affiliates, and Bob."""
_SECONDS_PER_CUE: Final = 0.1
"""The pace of the template writer: the demo's chapter takes a few seconds, so that one sees the card grow."""
_TICK_SECONDS: Final = 0.25
"""Between two looks at the typed lines and at what the page must show: short enough to feel immediate."""
_CLOSE_SECONDS: Final = 4.0
"""For each of the bot and the simulated Discord; nothing in the demo's temporary database is worth more waiting."""


def run_demo() -> int:
    """Serves the demo until Ctrl-C, SIGTERM or a typed ``q``, and returns the exit code.

    ``DEMO_PORT`` is the page's port. ``DEMO_VIEW`` is the number of the person who looks first, as the terminal lists them.

    Raises:
        ConfigError: the demo's extra is not installed, the port is in use, or one of the two variables is invalid.
    """
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    try:
        import simcord  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "The demo needs its own extra.", 'Type make demo, or pip install "midnight-myth[demo]".'
        ) from error
    from bot.demo.terminal import FAREWELL, print_now

    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(_read_number("DEMO_PORT", _PORT, 0, 65_535), _read_number("DEMO_VIEW", 1, 1, _VIEW_COUNT)))
    print_now(FAREWELL)
    return 0


def _read_number(name: str, default: int, low: int, high: int) -> int:
    """The environment variable as a number from ``low`` to ``high``; ``default`` if it is not set."""
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
        raise ConfigError(f"{name} must be a whole number from {low} to {high}.")
    return int(value)


async def _run(port: int, first_view: int) -> None:
    """Everything is closed and deleted at the end, however the demo ends."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine always runs in a task
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no signal handlers; Ctrl-C is a KeyboardInterrupt there
            asyncio.get_running_loop().add_signal_handler(stop_signal, task.cancel)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="midnight-myth-demo-", ignore_cleanup_errors=True))
        settings = demo_settings(Path(folder))
        set_up_logging(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
        world, sample_data = await start_studio(settings, stack)
        await _serve_page(world, sample_data, port, first_view, gemini=settings.google_api_key is not None)


def demo_settings(folder: Path) -> Settings:
    """Settings with a new database in ``folder``. Gemini's settings come from the environment; ``.env`` is not read."""
    from bot.demo.sample_data import STUDIO_ID

    return load_settings(
        env_file=None,
        overrides={
            "discord_token": "not.needed.here",
            "studio_guild_id": STUDIO_ID,
            "team_role_ids": (),
            "discord_api_base": None,
            "shard_count": 1,
            "shard_ids": (),
            "database_url": f"sqlite:///{folder / 'studio.db'}",
        },
    )


async def start_studio(
    settings: Settings, stack: AsyncExitStack, seconds_per_cue: float = _SECONDS_PER_CUE, *, with_history: bool = True
) -> "tuple[SimulatedDiscord, SampleData]":
    """The bot is ready on a simulated Discord with the sample data; ``stack`` closes both.

    ``seconds_per_cue`` is the pace of the template writer. Without a history the studio begins now, with nothing written.
    """
    from bot.app import MythBot
    from bot.demo.clock import DemoClock
    from bot.demo.history import HISTORY, StudioHistory
    from bot.demo.sample_data import build_servers
    from bot.demo.simulated_discord import SimulatedDiscord, SimulatedWait
    from bot.demo.welcome import post_welcome
    from bot.runtime import Runtime

    wait = SimulatedWait()
    clock = DemoClock(HISTORY)
    bot = MythBot(
        settings, runtime=Runtime(clock=clock, wait=wait, template_pace=seconds_per_cue, has_template_batches=True)
    )
    world = wait.world = SimulatedDiscord(bot, "Midnight Myth", clock)
    sample_data = build_servers(world)

    async def close() -> None:
        for close_part in (bot.close, world.shutdown):  # simcord does not close the bot
            with suppress(TimeoutError):
                await asyncio.wait_for(close_part(), _CLOSE_SECONDS)

    stack.push_async_callback(close)
    await world.start()
    history = StudioHistory(bot, world, sample_data, clock)
    await (history.write() if with_history else history.skip())
    await post_welcome(bot, sample_data)
    return world, sample_data


async def _serve_page(
    world: "SimulatedDiscord", sample_data: "SampleData", port: int, first_view: int, *, gemini: bool
) -> None:
    """Serves the page until ``q`` is typed; if it is ended in the browser, it opens again at the same address."""
    from bot.demo.simulated_discord import LivePage
    from bot.demo.terminal import format_greeting, print_now, read_typed_lines

    key = secrets.token_urlsafe(12)
    view = sample_data.views[first_view - 1]
    message = ""
    with read_typed_lines() as typed_lines:
        is_running = True
        while is_running:
            page = LivePage(world, sample_data.views, view, port, key)
            try:
                await _open_page(page, port)
                port = page.port
                print_now(message or format_greeting(page.url, sample_data.labels, gemini=gemini))
                message = "The page was ended in the browser. It is open again: reload it."
                is_running = await _run_page(page, sample_data, typed_lines)
                view = page.view
            finally:
                await page.close()


async def _open_page(page: "LivePage", port: int) -> None:
    from simcord import SetupError

    try:
        await page.__aenter__()
    except SetupError as error:
        if isinstance(error.__cause__, OSError):
            raise ConfigError(
                f"Port {port} is in use.", f"Choose another, as in DEMO_PORT={min(port + 1, 65_535)} make demo."
            ) from error
        raise ConfigError("The demo's page cannot be shown.", str(error)) from error


async def _run_page(page: "LivePage", sample_data: "SampleData", typed_lines: "asyncio.Queue[str]") -> bool:
    """Keeps the page up to date until it ends; False if ``q`` was typed, True if it was ended in the browser."""
    from bot.demo.terminal import format_choices, print_now

    views = sample_data.views
    while not page.ended:
        await asyncio.sleep(_TICK_SECONDS)
        await page.tick()
        while not typed_lines.empty():
            line = typed_lines.get_nowait()
            if line in {"q", "quit", "exit"}:
                return False
            if line.isascii() and line.isdecimal() and 1 <= int(line) <= len(views):
                await page.show_view(views[int(line) - 1])
                print_now(f"The page shows {page.view.label}.")
            elif line:
                print_now(format_choices(sample_data.labels))
    return True
