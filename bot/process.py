"""The bot as a process: signals, the first connection, and the exit code."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import Final

import aiohttp
import discord

from bot.app import MythBot
from bot.errors import MythError, log_unexpected
from bot.exit_codes import ExitCode
from bot.gateway_turn import SteppedDownError
from bot.logs import set_up_logging
from bot.roles import Role, check_role
from bot.settings import load_settings
from storage import StorageError

_log = logging.getLogger(__name__)
STOP_SECONDS: Final = 9.0
"""Seconds for an orderly end. Docker and most process managers kill a process 10 s after SIGTERM."""
READY_SECONDS: Final = 30.0
"""Seconds for the first connection. Discord is ready within about 5 s; discord.py itself would retry for ever."""
_AUTHENTICATION_FAILED: Final = 4004  # Discord's documentation: gateway close event codes
_INTENTS_CLOSED: Final = (4013, 4014)  # the same documentation: invalid and disallowed intents
_INTENTS_REFUSED: Final = (
    "Discord refuses the bot's gateway intents (code 4014). This bot needs none that must be enabled: check in the developer"
    " portal that DISCORD_TOKEN belongs to its application, and that the application is not restricted."
)
_LOGIN_REFUSED: Final = "Discord refuses DISCORD_TOKEN. Copy a new token from the developer portal."


async def serve(*, force_sync: bool, role: Role = Role.ALL) -> tuple[ExitCode, str]:
    """Runs the bot until a signal or an error ends it.

    Returns:
        The exit code, and the sentence for the operator; the sentence is empty after a signal.

    Raises:
        ConfigError: the settings have problems, or do not go with the role.
    """
    settings = load_settings()
    check_role(role, settings)
    set_up_logging(settings.log_level, settings.log_format, settings.secrets, role)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop_signal, stop.set)
    if settings.discord_api_base is not None:
        discord.http.Route.BASE = str(settings.discord_api_base).rstrip("/")
    bot = MythBot(settings, role=role, force_sync=force_sync)
    runner = asyncio.create_task(bot.start(settings.discord_token.get_secret_value()))
    stopper = asyncio.create_task(stop.wait())
    connection_timeout = asyncio.create_task(_time_out_connection(bot))
    try:
        await asyncio.wait({runner, stopper, connection_timeout}, return_when=asyncio.FIRST_COMPLETED)
        if connection_timeout.done():
            return ExitCode.UNREACHABLE, f"Discord's gateway could not be reached within {READY_SECONDS:.0f} s."
        failure = runner.exception() if runner.done() else None
        if failure is not None:
            return explain_failure(failure)
    finally:
        await _close(bot, (runner, stopper, connection_timeout))
    _log.info("stopped")
    return ExitCode.DONE, ""


def explain_failure(failure: BaseException) -> tuple[ExitCode, str]:
    """The exit code and the sentence for the error that ended the bot."""
    match failure:
        case MythError():
            return ExitCode.CONFIG, failure.text
        case StorageError():
            return ExitCode.DATABASE, str(failure)
        case SteppedDownError():
            return (
                ExitCode.UNREACHABLE,
                f"This process has disconnected from Discord: {failure}. Start it as a standby.",
            )
        case discord.LoginFailure():
            return ExitCode.TOKEN, _LOGIN_REFUSED
        case discord.ConnectionClosed() if failure.code == _AUTHENTICATION_FAILED:
            return ExitCode.TOKEN, _LOGIN_REFUSED
        case discord.PrivilegedIntentsRequired():
            return ExitCode.INTENTS, _INTENTS_REFUSED
        case discord.ConnectionClosed() if failure.code in _INTENTS_CLOSED:
            return ExitCode.INTENTS, _INTENTS_REFUSED
        case discord.ConnectionClosed():
            return ExitCode.UNREACHABLE, f"Discord closed the connection for good (code {failure.code})."
        case OSError() | TimeoutError() | discord.HTTPException() | discord.GatewayNotFound() | aiohttp.ClientError():
            return ExitCode.UNREACHABLE, "Discord cannot be reached. Check the network and try again."
        case _:
            return (
                ExitCode.BROKEN,
                f"Something went wrong on our side. Reference: {log_unexpected(failure, 'running')}.",
            )


async def _time_out_connection(bot: MythBot) -> None:
    """Returns if the bot is not ready after ``READY_SECONDS``; otherwise it waits until it is cancelled.

    The time in which it is a standby does not count.
    """
    try:
        await asyncio.wait_for(bot.logged_in.wait(), READY_SECONDS)
        await bot.has_turn.wait()
        await asyncio.wait_for(bot.first_ready.wait(), READY_SECONDS)
    except TimeoutError:
        return
    await asyncio.Event().wait()


async def _close(bot: MythBot, tasks: Sequence[asyncio.Task[object]]) -> None:
    """Closes the bot within ``STOP_SECONDS`` and cancels the tasks."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await bot.close()
    except TimeoutError:
        _log.warning("not everything ended in time; open work is resumed at the next start")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
