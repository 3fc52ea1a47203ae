"""``python -m bot verify``: checks the audit trail's chain of hashes."""

import argparse
from typing import Any

from bot.cli.offline import run_offline
from bot.cli.output import print_error, print_lines
from bot.exit_codes import ExitCode
from bot.settings import StudioSettings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("verify", help="check the audit trail's chain of hashes")
    parser.set_defaults(run_command=lambda _options: run_offline(verify_chain))


async def verify_chain(settings: StudioSettings) -> ExitCode:
    """Prints the number of events and the chain's head, or the event at which the chain is broken.

    Raises:
        StorageError: the database cannot be opened.
    """
    from storage import Database
    from storage.stores import events

    database = await Database.open_for_reading(settings.database_url)
    try:
        async with database.read() as tx:
            verification = await events.verify_chain(tx.events)
    finally:
        await database.close()
    if not verification.is_intact:
        return print_error(ExitCode.BROKEN, f"The chain is broken at event {verification.broken_at}.")
    print_lines([f"{verification.event_count} events, unbroken. Head {verification.head.hash}."])
    return ExitCode.DONE
