"""The demo's other half: what the terminal says, and what is typed into it."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.demo.sample_data import EBOOK_ID, EBOOK_TITLE


def say(text: str) -> None:
    """The text is in the terminal, or in whatever stands for it, at once."""
    print(text, flush=True)  # noqa: T201 - the terminal is half of this program's face


def greeting(url: str, labels: Sequence[str], *, gemini: bool) -> str:
    """The one address, and what to do there."""
    writer = (
        "Scripts are written by Gemini."
        if gemini
        else "Scripts come from the offline template writer; with GEMINI_API_KEY set they are written by Gemini."
    )
    return f"""
Midnight Myth, the whole studio in your browser. Nothing here reaches Discord.

  Open  {url}

  1. Type /script and press Enter, choose "{EBOOK_TITLE}" ({EBOOK_ID}), type 1 as the
     chapter, press Enter, and watch the card grow.
  2. Read it, approve it, press Release…, give any https:// link, look at the preview, confirm.
  3. See the post at an affiliate's: choose somebody else under "Viewing as" in the page, or type a
     number here and press Enter. Press "I shared it" there, and try /progress and /help.

{choices(labels)}

  {writer}
"""


def choices(labels: Sequence[str]) -> str:
    """What can be typed."""
    lines = [f"     {number}  {label}" for number, label in enumerate(labels, start=1)]
    return "\n".join([*lines, "     q  end"])


@contextmanager
def typed_lines() -> Iterator["asyncio.Queue[str]"]:
    """What is typed arrives line by line. Without a terminal nothing ever does, and nothing is read."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    source = _terminal()

    def read() -> None:
        line = sys.stdin.readline()
        if line:
            lines.put_nowait(line.strip().casefold())
        elif source is not None:  # Ctrl-D
            loop.remove_reader(source)

    if source is not None:
        try:
            loop.add_reader(source, read)
        except (NotImplementedError, OSError):  # Windows; a terminal that cannot be watched
            source = None
    try:
        yield lines
    finally:
        if source is not None:
            loop.remove_reader(source)


def _terminal() -> int | None:
    try:
        return sys.stdin.fileno() if sys.stdin.isatty() else None
    except (AttributeError, ValueError, OSError):  # closed, or none at all
        return None
