"""``python -m bot export DIR``: writes the four JSON files of the predecessor's format."""

import argparse
from pathlib import Path
from typing import Any

from bot.cli.offline import run_offline
from bot.cli.output import print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("export", help="write the same four files into a folder")
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder; it is created if it does not exist")
    parser.set_defaults(run_command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await export_files(settings, options.folder)

    return run_offline(command)


async def export_files(settings: StudioSettings, folder: Path) -> ExitCode:
    """Writes the files and prints how much is in each.

    Raises:
        InputError: one of the files exists already, or the folder cannot be written.
        StorageError: the database cannot be opened.
    """
    from bot.legacy.exporter import export_folder
    from storage import Database

    database = await Database.open_for_reading(settings.database_url)
    try:
        exported = await export_folder(database, folder)
    finally:
        await database.close()
    print_lines(file.sentence for file in exported)
    return ExitCode.DONE
