"""What the commands print."""

import sys
from collections.abc import Iterable

from bot.exit_codes import ExitCode
from bot.logs import Redactor


def print_lines(lines: Iterable[str]) -> None:
    """Prints a command's result; characters that the terminal's encoding lacks become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))  # noqa: T201 - the command's result


def print_error(code: ExitCode, sentence: str) -> ExitCode:
    """Prints the sentence to standard error, without secrets and whatever the log level; returns ``code``."""
    print(Redactor()(sentence), file=sys.stderr)  # noqa: T201 - the operator must see it
    return code
