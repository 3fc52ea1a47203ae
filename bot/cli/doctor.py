"""``python -m bot doctor [--offline]``: what the bot needs, one line each."""

import argparse
import asyncio
from typing import Any

from bot.cli.output import print_lines
from bot.exit_codes import ExitCode
from bot.logs import Redactor


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser("doctor", help="check settings, database, Discord, Gemini, disk and clock")
    parser.add_argument("--offline", action="store_true", help="ask neither Discord nor Gemini")
    parser.set_defaults(run_command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    return asyncio.run(run_doctor(offline=options.offline))


async def run_doctor(*, offline: bool) -> ExitCode:
    """Prints a line for everything that was looked at, without secrets.

    Returns:
        ``BROKEN`` if there is a problem; warnings alone are ``DONE``.
    """
    from bot.doctor import Severity, examine

    findings, settings = await examine(offline=offline)
    redact = Redactor(settings.secrets if settings else ())
    print_lines(redact(finding.to_line()) for finding in findings)
    has_problem = any(finding.severity is Severity.PROBLEM for finding in findings)
    return ExitCode.BROKEN if has_problem else ExitCode.DONE
