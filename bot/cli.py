"""The command line: ``python -m bot [run | demo | verify]``.

Exit codes: 0 done; 1 something went wrong on our side; 2 the configuration; 3 Discord refuses the token; 4 Discord cannot be
reached; 5 the database. Each but 1 comes with a sentence on standard error.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.errors import MythError, reference
from bot.log import Redactor, set_up
from bot.settings import LogFormat, LogLevel, load_settings, load_studio_settings

if TYPE_CHECKING:
    from bot.app import MythBot

_log = logging.getLogger(__name__)
STOP_SECONDS = 9.0
READY_SECONDS = 30.0
_AUTHENTICATION_FAILED = 4004


class Exit(IntEnum):
    """How the process leaves."""

    DONE = 0
    BROKEN = 1
    CONFIG = 2
    TOKEN = 3
    UNREACHABLE = 4
    DATABASE = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="The studio of Midnight Myth Audio.")
    commands = parser.add_subparsers(dest="command", metavar="run | demo | verify")
    run = commands.add_parser("run", help="the real bot (the default)")
    run.add_argument("--sync", action="store_true", help="register the commands with Discord even if nothing changed")
    commands.add_parser("demo", help="everything in the browser, without any account")
    commands.add_parser("verify", help="check the audit trail's chain of hashes")
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "demo":
                from bot.demo.main import run_demo

                return run_demo()
            case "verify":
                return asyncio.run(_verify())
            case _:
                return asyncio.run(_run(force_sync=getattr(options, "sync", False)))
    except MythError as error:
        return _leave(Exit.CONFIG, error.text)
    except KeyboardInterrupt:
        return Exit.DONE


async def _run(*, force_sync: bool) -> int:
    settings = load_settings()
    set_up(settings.log_level, settings.log_format, settings.secrets)
    import discord

    from bot.app import MythBot

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
            return _leave(Exit.UNREACHABLE, f"Discord's gateway could not be reached within {READY_SECONDS:.0f} s.")
        failure = runner.exception() if runner.done() else None
        if failure is not None:
            return _leave(*_last_words(failure))
    finally:
        await _close(bot, (runner, stopper, watcher))
    _log.info("stopped")
    return Exit.DONE


def _last_words(failure: BaseException) -> tuple[Exit, str]:
    """The exit code and the sentence for what ended the bot."""
    import aiohttp
    import discord

    from storage import StorageError

    match failure:
        case MythError():
            return Exit.CONFIG, failure.text
        case StorageError():
            return Exit.DATABASE, str(failure)
        case discord.LoginFailure():
            return Exit.TOKEN, "Discord refuses DISCORD_TOKEN. Copy the token anew from the developer portal."
        case discord.ConnectionClosed() if failure.code == _AUTHENTICATION_FAILED:
            return Exit.TOKEN, "Discord refuses DISCORD_TOKEN. Copy the token anew from the developer portal."
        case discord.ConnectionClosed():
            return Exit.UNREACHABLE, f"Discord closed the connection for good (code {failure.code})."
        case OSError() | TimeoutError() | discord.HTTPException() | discord.GatewayNotFound() | aiohttp.ClientError():
            return Exit.UNREACHABLE, "Discord cannot be reached. Check the network and try again."
        case _:
            return Exit.BROKEN, f"Something went wrong on our side. Reference: {reference(failure, 'running')}."


async def _never_ready(ready: asyncio.Event) -> None:
    """Ends when the gateway was not there in time; never ends once it was."""
    try:
        await asyncio.wait_for(ready.wait(), READY_SECONDS)
    except TimeoutError:
        return
    await asyncio.Event().wait()


async def _close(bot: "MythBot", tasks: Sequence[asyncio.Task[object]]) -> None:
    """Everything ends within ``STOP_SECONDS``."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await bot.close()
    except TimeoutError:
        _log.warning("not everything ended in time; what was open is found again at the next start")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _verify() -> int:
    from bot.clock import utcnow
    from storage import Database, StorageError
    from storage.events import verify

    settings = load_studio_settings()
    set_up(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
    try:
        database = await Database.open(settings.database_url, utcnow)
    except StorageError as error:
        return _leave(Exit.DATABASE, str(error))
    try:
        async with database.read() as reading:
            verdict = await verify(reading.events)
    finally:
        await database.close()
    if verdict.intact:
        print(f"{verdict.events} events, unbroken. Head {verdict.head.hash}.")  # noqa: T201 - the command's answer
        return Exit.DONE
    return _leave(Exit.BROKEN, f"The chain is broken at event {verdict.broken_at}.")


def _leave(code: Exit, sentence: str) -> int:
    print(Redactor()(sentence), file=sys.stderr)  # noqa: T201 - the operator's sentence, whatever the log level
    return code
