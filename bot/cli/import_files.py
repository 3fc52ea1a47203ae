"""``python -m bot import DIR [--dry-run]``: imports the predecessor's four JSON files.

What cannot be read is named and kept; that is no failure.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.offline import run_offline
from bot.cli.output import print_error, print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings

if TYPE_CHECKING:
    from bot.legacy.import_report import FileReport
    from storage import Database


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("import", help="import audio_scripts.json and its three siblings from a folder")
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder that holds them")
    parser.add_argument("--dry-run", action="store_true", help="say what would be imported, and change nothing")
    parser.set_defaults(run_command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await import_files(settings, options.folder, dry_run=options.dry_run)

    return run_offline(command)


async def import_files(settings: StudioSettings, folder: Path, *, dry_run: bool) -> ExitCode:
    """Imports the folder's files and prints a report; with ``dry_run`` the same report, and nothing is changed.

    Raises:
        InputError: the folder holds none of the files.
        StorageError: the database cannot be opened.
    """
    from bot.legacy.files import SKIPPED_FILE
    from bot.legacy.importer import check_folder
    from storage import Database, StorageError, explain_database_errors
    from storage.dry_run import open_dry_run

    check_folder(folder)
    lines: list[str] = []
    if dry_run:
        lines.append("This is a dry run: nothing is changed. An import would say:")
        async with open_dry_run(settings.database_url) as database:
            reports = await _import_folder(database, folder, settings)
    else:
        database = await Database.open(settings.database_url)
        try:
            with explain_database_errors():
                reports = await _import_folder(database, folder, settings)
        except StorageError as error:
            hint = "What was imported before that is kept; run the import again when this is put right."
            return print_error(ExitCode.DATABASE, f"{error} {hint}")
        finally:
            await database.close()
    lines += [line for report in reports for line in report.sentences()]
    if any(report.skipped for report in reports):
        lines.append(f"What was skipped is kept word for word; an export writes it to {SKIPPED_FILE}.")
    print_lines(lines)
    return ExitCode.DONE


async def _import_folder(database: "Database", folder: Path, settings: StudioSettings) -> "list[FileReport]":
    """Times without a zone are read in the studio's zone, as ``/setup`` or the settings have it."""
    from bot.legacy.importer import FolderImporter
    from bot.progress.scope import get_time_zone

    async with database.read() as tx:
        zone = await get_time_zone(tx, settings.studio_timezone)
    return await FolderImporter(database, zone).import_folder(folder)
