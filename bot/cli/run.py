"""``python -m bot [run [--sync]]``: the bot on Discord."""

import argparse
import asyncio
from typing import Any

from bot.cli.output import print_error
from bot.exit_codes import ExitCode


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("run", help="the real bot (the default)")
    parser.add_argument(
        "--sync", action="store_true", help="register the commands with Discord even if nothing changed"
    )
    parser.set_defaults(run_command=run_bot)


def run_bot(options: argparse.Namespace) -> ExitCode:
    """Runs the bot until a signal or an error ends it."""
    from bot.process import serve

    code, sentence = asyncio.run(serve(force_sync=options.sync))
    return print_error(code, sentence) if sentence else code
