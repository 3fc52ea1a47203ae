"""The command line: ``python -m bot [COMMAND]``.

Each command has its own file with ``add_parser`` and the function that runs it. This package is the only place that prints,
apart from the demo's terminal. ``bot/exit_codes.py`` lists the exit codes.
"""

from bot.cli.entry_point import main

__all__ = ["main"]
