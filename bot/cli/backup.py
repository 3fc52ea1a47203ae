"""``python -m bot backup PATH`` and ``restore PATH``: verified copies of the database."""

import argparse
from pathlib import Path
from typing import Any

from bot.cli.offline import run_offline
from bot.cli.output import print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the two commands to the command line."""
    backup = commands.add_parser("backup", help="a verified copy of the database, also while the bot runs")
    backup.add_argument(
        "path", metavar="PATH", type=Path, help="the new file, or a folder for a file named by the time"
    )
    backup.set_defaults(run_command=_back_up)
    restore = commands.add_parser("restore", help="bring a backup back; stop the bot first")
    restore.add_argument("path", metavar="PATH", type=Path, help="the file that backup wrote")
    restore.add_argument("--replace", action="store_true", help="also where the database holds something")
    restore.set_defaults(run_command=_restore)


def _back_up(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await back_up_studio(settings, options.path)

    return run_offline(command)


def _restore(options: argparse.Namespace) -> ExitCode:
    async def command(settings: StudioSettings) -> ExitCode:
        return await restore_studio(settings, options.path, replace=options.replace)

    return run_offline(command)


async def back_up_studio(settings: StudioSettings, path: Path) -> ExitCode:
    """Makes a backup and prints what is in it.

    Raises:
        StorageError: it cannot be made; there is no file under its name.
    """
    from storage.backup import back_up

    target, manifest = await back_up(settings.database_url, path)
    print_lines(
        [
            f"Backup {target}: {manifest.size} bytes, {manifest.rows} rows, {manifest.events} events, unbroken.",
            f"Head {manifest.head}. SHA-256 {manifest.sha256}, also in {target.name}.json: keep both files.",
            "The settings in .env are not part of it.",
        ]
    )
    return ExitCode.DONE


async def restore_studio(settings: StudioSettings, path: Path, *, replace: bool) -> ExitCode:
    """Brings a backup back and prints what is there now.

    Raises:
        StorageError: it cannot be brought back.
    """
    from storage.backup import restore

    restored = await restore(path, settings.database_url, replace=replace)
    manifest = restored.manifest
    lines = [
        f"Restored the backup of {manifest.made_at}: {manifest.rows} rows, {manifest.events} events, unbroken.",
        f"Head {manifest.head}.",
    ]
    if restored.kept is not None:
        lines.append(f"What was there before is {restored.kept}; delete it when you no longer need it.")
    print_lines(lines)
    return ExitCode.DONE
