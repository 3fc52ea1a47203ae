"""``python -m bot health``: whether the bot on this machine works, for the health check of a container."""

import argparse
from typing import Any

from bot.cli.output import print_error, print_lines
from bot.exit_codes import ExitCode
from bot.monitoring.health_file import read_troubles
from bot.settings import load_studio_settings


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("health", help="whether the running bot works, by HEALTH_FILE")
    parser.set_defaults(run_command=check_health)


def check_health(_options: argparse.Namespace) -> ExitCode:
    """Prints what keeps the running bot from its work.

    Raises:
        ConfigError: the settings have problems.
    """
    path = load_studio_settings().health_file
    if path is None:
        return print_error(ExitCode.CONFIG, "HEALTH_FILE is not set, for the bot and for this command.")
    troubles = read_troubles(path)
    if troubles:
        return print_error(ExitCode.BROKEN, " ".join(troubles))
    print_lines(["ok"])
    return ExitCode.DONE
