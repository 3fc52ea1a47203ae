"""``python -m bot demo``: the bot on a simulated Discord in the browser."""

import argparse
from typing import Any


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("demo", help="everything in the browser, without any account")
    parser.set_defaults(run_command=run_demo)


def run_demo(_options: argparse.Namespace) -> int:
    """Runs the demo until the operator ends it."""
    from bot.demo.main import run_demo

    return run_demo()
