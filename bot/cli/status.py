"""``python -m bot status [--json]``: the processes, what waits for them, and what they work on."""

import argparse
import json
from typing import Any

from bot.cli.offline import run_offline
from bot.cli.output import print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("status", help="processes, queues, leases and the log, also while the bot runs")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run_command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await show_status(settings, as_json=options.json)

    return run_offline(command)


async def show_status(settings: StudioSettings, *, as_json: bool) -> ExitCode:
    """Prints what the database says at this moment.

    Raises:
        StorageError: the database cannot be opened.
    """
    from bot.monitoring.figures import FigureReader
    from bot.monitoring.status import build_status, describe_status
    from storage import Database
    from storage.inspection import inspect_database

    database = await Database.open_for_reading(settings.database_url)
    try:
        figures = await FigureReader(database).read()
    finally:
        await database.close()
    state, _ = await inspect_database(settings.database_url)
    if as_json:
        print_lines([json.dumps(build_status(state, figures), indent=2)])
    else:
        print_lines(describe_status(state, figures))
    return ExitCode.DONE
