"""The bot as a process: signals, the first connection, and last words."""

import asyncio
import logging
import signal
from collections.abc import Sequence

import aiohttp
import discord

from bot.app import MythBot
from bot.errors import MythError, log_unexpected
from bot.exit_codes import ExitCode
from bot.logs import set_up
from bot.settings import load_settings
from storage import StorageError

_log = logging.getLogger(__name__)
STOP_SECONDS = 9.0
READY_SECONDS = 30.0
_AUTHENTICATION_FAILED = 4004


async def serve(*, force_sync: bool) -> tuple[ExitCode, str]:
    """Runs the bot until a signal or a fault ends it; the exit code and, for a fault, the sentence."""
    settings = load_settings()
    set_up(settings.log_level, settings.log_format, settings.secrets)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sent in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sent, stop.set)
    if settings.discord_api_base is not None:
        discord.http.Route.BASE = str(settings.discord_api_base).rstrip("/")
    bot = MythBot(settings, force_sync=force_sync)
    runner = asyncio.create_task(bot.start(settings.discord_token.get_secret_value()))
    stopper = asyncio.create_task(stop.wait())
    watcher = asyncio.create_task(_never_ready(bot.first_ready))
    try:
        await asyncio.wait({runner, stopper, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if watcher.done():
            return ExitCode.UNREACHABLE, f"Discord's gateway could not be reached within {READY_SECONDS:.0f} s."
        failure = runner.exception() if runner.done() else None
        if failure is not None:
            return _last_words(failure)
    finally:
        await _close(bot, (runner, stopper, watcher))
    _log.info("stopped")
    return ExitCode.DONE, ""


def _last_words(failure: BaseException) -> tuple[ExitCode, str]:
    """The exit code and the sentence for what ended the bot."""
    match failure:
        case MythError():
            return ExitCode.CONFIG, failure.text
        case StorageError():
            return ExitCode.DATABASE, str(failure)
        case discord.LoginFailure():
            return ExitCode.TOKEN, "Discord refuses DISCORD_TOKEN. Copy the token anew from the developer portal."
        case discord.ConnectionClosed() if failure.code == _AUTHENTICATION_FAILED:
            return ExitCode.TOKEN, "Discord refuses DISCORD_TOKEN. Copy the token anew from the developer portal."
        case discord.ConnectionClosed():
            return ExitCode.UNREACHABLE, f"Discord closed the connection for good (code {failure.code})."
        case OSError() | TimeoutError() | discord.HTTPException() | discord.GatewayNotFound() | aiohttp.ClientError():
            return ExitCode.UNREACHABLE, "Discord cannot be reached. Check the network and try again."
        case _:
            return (
                ExitCode.BROKEN,
                f"Something went wrong on our side. Reference: {log_unexpected(failure, 'running')}.",
            )


async def _never_ready(ready: asyncio.Event) -> None:
    """Ends when the gateway was not there in time; never ends once it was."""
    try:
        await asyncio.wait_for(ready.wait(), READY_SECONDS)
    except TimeoutError:
        return
    await asyncio.Event().wait()


async def _close(bot: MythBot, tasks: Sequence[asyncio.Task[object]]) -> None:
    """Everything ends within ``STOP_SECONDS``."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await bot.close()
    except TimeoutError:
        _log.warning("not everything ended in time; what was open is found again at the next start")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
