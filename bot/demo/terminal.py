"""The demo's terminal: what it prints, and what can be typed."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from bot.demo.sample_data import EBOOK_ID, EBOOK_TITLE

FAREWELL: Final = "The demo has ended. Everything in it is discarded."


def print_now(text: str) -> None:
    """Prints the text and flushes, so that it also appears at once where the output is a pipe."""
    print(text, flush=True)  # noqa: T201 - the demo is used in a terminal


def format_greeting(url: str, labels: Sequence[str], *, gemini: bool) -> str:
    """The page's address and what to try there; ``labels`` are the views that can be chosen."""
    writer = (
        "Scripts are written by Gemini."
        if gemini
        else "Scripts come from the offline template writer; with GOOGLE_API_KEY set they are written by Gemini."
    )
    return f"""
Midnight Myth, the whole studio in your browser. Nothing here reaches Discord.

  Open  {url}

  The first message there names five things to try, beginning with /script for
  "{EBOOK_TITLE}" ({EBOOK_ID}), chapter 1.

  To see an affiliate's server, choose somebody else under "Viewing as" in the page, or type a
  number here and press Enter:

{format_choices(labels)}

  {writer}
  Ctrl-C or q ends the demo; everything in it is then discarded.
"""


def format_choices(labels: Sequence[str]) -> str:
    """The numbers that can be typed, and ``q``."""
    lines = [f"     {number}  {label}" for number, label in enumerate(labels, start=1)]
    return "\n".join([*lines, "     q  end, and discard everything"])


@contextmanager
def read_typed_lines() -> Iterator["asyncio.Queue[str]"]:
    """A queue of the lines that are typed, in lower case. Without a terminal it stays empty and nothing is read."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    terminal = _find_terminal()

    def read_line() -> None:
        line = sys.stdin.readline()
        if line:
            lines.put_nowait(line.strip().casefold())
        elif terminal is not None:  # Ctrl-D
            loop.remove_reader(terminal)

    if terminal is not None:
        try:
            loop.add_reader(terminal, read_line)
        except (NotImplementedError, OSError):  # Windows, or a terminal that cannot be watched
            terminal = None
    try:
        yield lines
    finally:
        if terminal is not None:
            loop.remove_reader(terminal)


def _find_terminal() -> int | None:
    """The file descriptor of the terminal on standard input, if it is one."""
    try:
        return sys.stdin.fileno() if sys.stdin.isatty() else None
    except (AttributeError, ValueError, OSError):  # standard input is closed or missing
        return None
