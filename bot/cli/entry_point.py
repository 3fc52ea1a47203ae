"""Parses the arguments, runs the command and turns its errors into exit codes."""

import argparse
from collections.abc import Sequence

from bot.cli import backup, copy_studio, demo, doctor, export_files, health, import_files, run, status, verify
from bot.cli.output import print_error
from bot.errors import MythError
from bot.exit_codes import ExitCode
from bot.roles import Role


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that ``arguments`` (by default the process's own) name, and returns its exit code.

    Without a command the bot itself runs.
    """
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run_command(options))
    except MythError as error:
        return print_error(ExitCode.CONFIG, error.text)
    except KeyboardInterrupt:
        return ExitCode.DONE


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="The studio of Midnight Myth Audio.")
    parser.set_defaults(run_command=run.run_bot, sync=False, role=Role.ALL)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in (run, demo, import_files, export_files, verify, copy_studio, backup, doctor, health, status):
        command.add_parser(commands)
    return parser
