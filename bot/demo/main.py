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
        world, town, gemini = await _opened(Path(folder), stack)
        typed: asyncio.Queue[str] = asyncio.Queue()
        stack.enter_context(_terminal(loop, typed))
        await _show(world, town, first, port, typed, gemini=gemini)


async def _opened(folder: Path, stack: AsyncExitStack) -> "tuple[SimulatedDiscord, Town, bool]":
    """The bot is ready, on a fresh database, in a furnished town; and whether it writes with Gemini."""
    from bot.app import MythBot
    from bot.demo.simulated import Seam, SimulatedDiscord
    from bot.demo.town import STUDIO_ID, build_town, furnish
    from bot.services import Ways

    settings = load_settings(
        None,
        discord_token="none-is-needed",  # noqa: S106 - nobody is asked for it
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
    return world, town, settings.google_api_key is not None


async def _show(
    world: "SimulatedDiscord", town: "Town", first: int, port: int, typed: "asyncio.Queue[str]", *, gemini: bool
) -> None:
    """The page is there until ``q``; when it is ended in the browser, it is opened again at the same address."""
    from bot.demo.simulated import LivePage

    key = secrets.token_urlsafe(12)
    view = town.views[first - 1]
    greeted = False
    while True:
        page = LivePage(world, town.views, view, port, key)
        await _enter(page, port)
        try:
            port = page.port
            _say(
                f"The page was ended. Reload it to go on: {page.url}"
                if greeted
                else _greeting(page.url, town, gemini=gemini)
            )
            greeted = True
            while not page.ended:
                await asyncio.sleep(_LOOK_SECONDS)
                await page.tick()
                while not typed.empty():
                    word = typed.get_nowait()
                    if word.casefold() in {"q", "quit", "exit"}:
                        return
                    if word.isdecimal() and 1 <= int(word) <= len(town.views):
                        view = town.views[int(word) - 1]
                        await page.turn_to(view)
                        _say(f"The page shows {view.label}.")
                    elif word:
                        _say(_choices(town))
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


@contextmanager
def _terminal(loop: asyncio.AbstractEventLoop, typed: "asyncio.Queue[str]") -> Iterator[None]:
    """What is typed arrives line by line; without a terminal nothing ever does."""
    try:
        listening = sys.stdin.isatty()
        source = sys.stdin.fileno()
    except (AttributeError, ValueError, OSError):  # closed, or none at all
        listening = False

    def read() -> None:
        line = sys.stdin.readline()
        if line:
            typed.put_nowait(line.strip())
        else:
            loop.remove_reader(source)

    if listening:
        try:
            loop.add_reader(source, read)
        except (NotImplementedError, OSError):
            listening = False
    try:
        yield
    finally:
        if listening:
            loop.remove_reader(source)


def _number(name: str, default: int, low: int, high: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal() or not low <= int(value) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}.")
    return int(value)


def _choices(town: "Town") -> str:
    lines = [f"     {number}  {view.label}" for number, view in enumerate(town.views, start=1)]
    return "\n".join([*lines, "     q  end"])


def _greeting(url: str, town: "Town", *, gemini: bool) -> str:
    from bot.demo.town import EBOOK_ID

    writer = (
        "Scripts are written by Gemini."
        if gemini
        else "Scripts come from the offline template writer; with GEMINI_API_KEY set they are written by Gemini."
    )
    return f"""
Midnight Myth, the whole studio in your browser. Nothing here reaches Discord.

  Open  {url}

  1  Type /script there, choose ebook {EBOOK_ID} and chapter 1, press Enter, and watch the card grow.
  2  Read it, approve it, press Release…, give a link, look at the preview, confirm.
  3  See the post at an affiliate's: choose somebody else under "Viewing as", or type a number here and press Enter.
     There, press "I shared it", and try /progress and /help.

{_choices(town)}

  {writer}
"""


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is half of this program's face
