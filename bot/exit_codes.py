"""How the process leaves."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the command line."""

    DONE = 0
    BROKEN = 1
    CONFIG = 2
    TOKEN = 3
    UNREACHABLE = 4
    DATABASE = 5
