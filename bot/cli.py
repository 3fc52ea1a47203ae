"""The command line: ``python -m bot [run | demo | import DIR | export DIR | verify]``.

``import`` takes over the predecessor's four JSON files, ``export`` writes them; what cannot be read is named, and that is
no failure.

Exit codes: 0 done; 1 something went wrong on our side; 2 the configuration; 3 Discord refuses the token; 4 Discord cannot be
reached; 5 the database. Each but 1 comes with a sentence on standard error.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import MythError
from bot.exit_codes import ExitCode
from bot.logs import Redactor, set_up
from bot.settings import LogFormat, LogLevel, load_studio_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="The studio of Midnight Myth Audio.")
    commands = parser.add_subparsers(dest="command", metavar="run | demo | import | export | verify")
    run = commands.add_parser("run", help="the real bot (the default)")
    run.add_argument("--sync", action="store_true", help="register the commands with Discord even if nothing changed")
    commands.add_parser("demo", help="everything in the browser, without any account")
    taking_in = commands.add_parser("import", help="take over audio_scripts.json and its three siblings from a folder")
    taking_in.add_argument("folder", metavar="DIR", type=Path, help="the folder that holds them")
    taking_in.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    giving_out = commands.add_parser("export", help="write the same four files into a folder")
    giving_out.add_argument("folder", metavar="DIR", type=Path, help="the folder; it is made where it is missing")
    commands.add_parser("verify", help="check the audit trail's chain of hashes")
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "demo":
                from bot.demo.main import run_demo

                return run_demo()
            case "import":
                return asyncio.run(_legacy(options.folder, dry_run=options.dry_run))
            case "export":
                return asyncio.run(_legacy(options.folder))
            case "verify":
                return asyncio.run(_verify())
            case _:
                from bot.process import serve

                return _leave(*asyncio.run(serve(force_sync=getattr(options, "sync", False))))
    except MythError as error:
        return _leave(ExitCode.CONFIG, error.text)
    except KeyboardInterrupt:
        return ExitCode.DONE


async def _verify() -> int:
    from bot.clock import utcnow
    from storage import Database, StorageError
    from storage.stores.events import verify_chain

    settings = load_studio_settings()
    set_up(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
    try:
        database = await Database.open(settings.database_url, utcnow)
    except StorageError as error:
        return _leave(ExitCode.DATABASE, str(error))
    try:
        async with database.read() as tx:
            verification = await verify_chain(tx.events)
    finally:
        await database.close()
    if verification.is_intact:
        print(f"{verification.event_count} events, unbroken. Head {verification.head.hash}.")  # noqa: T201 - the command's answer
        return ExitCode.DONE
    return _leave(ExitCode.BROKEN, f"The chain is broken at event {verification.broken_at}.")


async def _legacy(folder: Path, *, dry_run: bool | None = None) -> int:
    """Imports; exports where ``dry_run`` is None."""
    from bot.legacy.command import export_files, import_files
    from storage import StorageError

    settings = load_studio_settings()
    set_up(LogLevel.WARNING, LogFormat.TEXT, settings.secrets)
    try:
        if dry_run is None:
            lines = await export_files(settings, folder)
        else:
            lines = await import_files(settings, folder, dry_run=dry_run)
    except StorageError as error:
        return _leave(ExitCode.DATABASE, str(error))
    shown = "\n".join(lines)
    encoding = sys.stdout.encoding or "utf-8"
    print(shown.encode(encoding, "replace").decode(encoding))  # noqa: T201 - the command's answer
    return ExitCode.DONE


def _leave(code: ExitCode, sentence: str) -> int:
    if sentence:
        print(Redactor()(sentence), file=sys.stderr)  # noqa: T201 - the operator's sentence, whatever the log level
    return code
