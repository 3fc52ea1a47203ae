"""What the commands that work without Discord have in common."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.cli.output import print_error
from bot.exit_codes import ExitCode
from bot.logs import set_up_logging
from bot.settings import LogFormat, LogLevel, StudioSettings, load_studio_settings


def run_offline(command: Callable[[StudioSettings], Awaitable[ExitCode]]) -> ExitCode:
    """Loads the settings, logs warnings only, runs ``command`` and returns its exit code.

    A database that cannot be opened or used is reported with its own exit code.

    Raises:
        ConfigError: the settings have problems.
    """
    from storage import StorageError, explain_database_errors

    settings = load_studio_settings()
    set_up_logging(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)

    async def run() -> ExitCode:
        return await command(settings)

    try:
        with explain_database_errors():
            return asyncio.run(run())
    except StorageError as error:
        return print_error(ExitCode.DATABASE, str(error))
