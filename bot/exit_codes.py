"""The exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Each code but ``DONE`` comes with a sentence on standard error."""

    DONE = 0
    BROKEN = 1  # a fault of ours, or an audit trail that does not verify
    CONFIG = 2  # the settings or the arguments cannot be used; argparse exits with 2 as well
    TOKEN = 3  # Discord refuses the bot's token
    UNREACHABLE = 4  # Discord cannot be reached
    DATABASE = 5  # the database cannot be opened
    INTENTS = 6  # Discord refuses the bot's gateway intents
