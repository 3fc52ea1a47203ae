"""``python -m bot [run [--sync] [--role gateway | worker]]``: the bot on Discord, or one part of it."""

import argparse
import asyncio
from typing import Any

from bot.cli.output import print_error
from bot.exit_codes import ExitCode
from bot.roles import Role


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("run", help="the real bot (the default)")
    parser.add_argument(
        "--sync", action="store_true", help="register the commands with Discord even if nothing changed"
    )
    parser.add_argument(
        "--role",
        type=Role,
        choices=list(Role),
        default=Role.ALL,
        help="on PostgreSQL: gateway answers on Discord, worker writes and sends, all does both (the default)",
    )
    parser.set_defaults(run_command=run_bot)


def run_bot(options: argparse.Namespace) -> ExitCode:
    """Runs the bot until a signal or an error ends it."""
    from bot.process import serve

    code, sentence = asyncio.run(serve(force_sync=options.sync, role=options.role))
    return print_error(code, sentence) if sentence else code
