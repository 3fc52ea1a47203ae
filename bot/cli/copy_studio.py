"""``python -m bot copy --to URL``: copies everything into another database, such as from SQLite to PostgreSQL."""

import argparse
from typing import Any

from bot.cli.offline import run_offline
from bot.cli.output import print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "copy", help="copy everything into another database, and verify the copy; stop the bot first"
    )
    parser.add_argument("--to", metavar="URL", required=True, help="its address, written like DATABASE_URL")
    parser.set_defaults(run_command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await copy_studio(settings, options.to)

    return run_offline(command)


async def copy_studio(settings: StudioSettings, target_url: str) -> ExitCode:
    """Copies the database and prints what is at the other side.

    Raises:
        StorageError: one of the databases cannot be used, or the target holds something else.
    """
    from storage.copying import copy_database

    report = await copy_database(settings.database_url, target_url)
    print_lines(
        [
            f"Copied {report.rows} rows of {report.tables} tables; the counts agree.",
            f"{report.event_count} events, unbroken. Head {report.head.hash}.",
            "Set DATABASE_URL to the new address and start the bot.",
        ]
    )
    return ExitCode.DONE
