"""How things are said: text from strangers made safe, money, durations, times in the reader's own zone."""

import re
from collections.abc import Sequence
from datetime import datetime

import discord

EMBER = discord.Colour(0xE8590C)
INDIGO = discord.Colour(0x4C51BF)
GREY = discord.Colour(0x868E96)
RED = discord.Colour(0xC92A2A)

_SPACE = re.compile(r"\s+")
# An underscore inside a word means nothing to Discord, so names such as ebook_001 stay readable.
_MARKUP = re.compile(r"[\\*`~|<>\[\]]|(?<!\w)_|_(?!\w)")
_LINE_MARKUP = re.compile(r"^(\d*)(?=#{1,3} |-# |- |(?<=\d)\. )")


def cut(text: str, limit: int) -> str:
    """On one line and at most ``limit`` characters, with an ellipsis where something is missing."""
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int = 200) -> str:
    """Somebody's text, shown as it is: no markup, no mention; at most ``limit`` characters with all that escapes them."""
    shown, room = _escaped(cut(text, limit)), limit
    while len(shown) > limit and room > 1:
        room = min(room - 1, room * limit // len(shown))
        shown = _escaped(cut(text, room))
    return shown


def _escaped(text: str) -> str:
    return _LINE_MARKUP.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", discord.utils.escape_mentions(text)))


def fitted(lines: Sequence[str], limit: int) -> list[str]:
    """As many lines as have room in ``limit`` characters; the last one says how many more there are."""
    found: list[str] = []
    left = limit - len("-# and 1,000,000 more")
    for number, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return [*found, f"-# and {len(lines) - number:,} more"]
        found.append(line)
    return found


def dollars(micros: int) -> str:
    """``$0.04``; below a cent ``$0.0042``."""
    amount = micros / 1_000_000
    return f"${amount:.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.4f}"


def minutes(low: int, high: int) -> str:
    """A range of seconds in words: ``14–16 min``, ``40–55 s``."""
    if high < 90:
        return f"{low}–{high} s"
    first, last = round(low / 60), max(round(high / 60), 1)
    return f"{first}–{last} min" if first != last else f"{last} min"


def ago(moment: datetime) -> str:
    """Discord's relative time, in the reader's own words."""
    return discord.utils.format_dt(moment, "R")


def bar(done: float, whole: float) -> str:
    """Ten cells of ▰ and ▱."""
    share = 0.0 if whole <= 0 else min(max(done / whole, 0.0), 1.0)
    full = int(share * 10 + 0.5) if share < 1 else 10
    if done > 0 and full == 0:
        full = 1
    return "▰" * full + "▱" * (10 - full)


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 channel``, ``42 channels``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
