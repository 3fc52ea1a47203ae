"""Formats values for display: escaped text, money, durations, relative times, progress bars, counts."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import discord

from bot.scripts.models import ScriptMode

MODE_LABELS = {
    ScriptMode.FAITHFUL: "Faithful: the author's words, none lost or changed",
    ScriptMode.ADAPTED: "Adapted: freely dramatised, may be reworded",
}
"""How the modes of scripts are offered."""

# Accent colours of the cards: studio work, affiliates and announcements, finished or past states, failures.
EMBER = discord.Colour(0xE8590C)
INDIGO = discord.Colour(0x4C51BF)
GREY = discord.Colour(0x868E96)
RED = discord.Colour(0xC92A2A)

_SPACE = re.compile(r"\s+")
# Discord ignores an underscore inside a word, so it is not escaped and names such as ebook_001 stay readable.
_MARKUP = re.compile(r"[\\*`~|<>\[\]]|(?<!\w)_|_(?!\w)")
_RIGHT_TO_LEFT = {"R", "AL"}
_ISOLATED = "\u2068{}\u2069"
"""First strong isolate and its end: what is between them does not change the direction of the text around it."""
_MARKED: Final = ("\ue000", "\ue001")
"""Stand around a match while the text is escaped, since the marks of Markdown would be escaped as well."""
_STRIPPED: Final = dict.fromkeys(map(ord, _MARKED))
_LINE_MARKUP = re.compile(r"^(\d*)(?=#{1,3} |-# |- |(?<=\d)\. )")


def shorten(text: str, limit: int) -> str:
    """Collapses whitespace to single spaces and shortens to ``limit`` characters, ending in ``…`` if text was removed."""
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape_text(text: str, limit: int = 200) -> str:
    """Returns text from a user so that Discord shows it literally: without markup and without mentions.

    Whitespace is collapsed to single spaces. Text with right-to-left letters is isolated, so that the sentence around it
    keeps its order. ``limit`` counts the characters of the result, escapes and isolation included.
    """
    if limit > len(_ISOLATED) and _has_right_to_left_letters(text):
        return _ISOLATED.format(_escape_to_fit(text, limit - 2))
    return _escape_to_fit(text, limit)


def isolate(text: str, limit: int = 200) -> str:
    """Like ``escape_text`` for places where Discord shows everything literally, such as the label of a choice."""
    if limit > len(_ISOLATED) and _has_right_to_left_letters(text):
        return _ISOLATED.format(shorten(text, limit - 2))
    return shorten(text, limit)


def highlight_text(text: str, matches: Sequence[tuple[int, int]], marks: tuple[str, str] = ("**", "**")) -> str:
    """The whole text escaped, with the marks of Markdown around each match. Matches are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end in matches:
        pieces += [_strip(text[at:start]), _MARKED[0], _strip(text[start:end]), _MARKED[1]]
        at = end
    pieces.append(_strip(text[at:]))
    marked = "".join(pieces)
    escaped = escape_text(marked, 2 * len(marked) + 100)  # escaping at most doubles it
    return escaped.replace(_MARKED[0], marks[0]).replace(_MARKED[1], marks[1])


def _strip(text: str) -> str:
    return text.translate(_STRIPPED)


def _has_right_to_left_letters(text: str) -> bool:
    if text.isascii():
        return False
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in set(text))


def _escape_to_fit(text: str, limit: int) -> str:
    escaped, length = _escape(shorten(text, limit)), limit
    # Escaping makes the text longer; the raw text is shortened in proportion until the escaped text fits.
    while len(escaped) > limit and length > 1:
        length = min(length - 1, length * limit // len(escaped))
        escaped = _escape(shorten(text, length))
    return escaped


def _escape(text: str) -> str:
    return _LINE_MARKUP.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", discord.utils.escape_mentions(text)))


def fit_lines(lines: Sequence[str], limit: int) -> list[str]:
    """Returns the first lines that fit into ``limit`` characters when joined by newlines.

    If some are left out, a last line says how many.
    """
    fitting: list[str] = []
    left = limit - len("-# and 1,000,000 more")
    for number, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return [*fitting, f"-# and {len(lines) - number:,} more"]
        fitting.append(line)
    return fitting


def format_dollars(micros: int) -> str:
    """Formats millionths of a dollar: ``$0.04``, or ``$0.0042`` for less than a cent."""
    amount = micros / 1_000_000
    return f"${amount:.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.4f}"


def format_cost(most: int, unknown: int) -> str:
    """Formats a cost in millionths of a dollar of which ``unknown`` is only an upper limit: ``$0.04, up to $0.07``."""
    if not unknown:
        return format_dollars(most)
    counted = f"{format_dollars(most - unknown)}, " if most > unknown else ""
    return f"{counted}up to {format_dollars(most)}"


def format_duration_range(low: int, high: int) -> str:
    """Formats a range of seconds: ``14–16 min``, or ``40–55 s`` below a minute and a half."""
    if high < 90:
        return f"{low}–{high} s"
    first, last = round(low / 60), max(round(high / 60), 1)
    return f"{first}–{last} min" if first != last else f"{last} min"


def format_relative_time(moment: datetime) -> str:
    """Returns a timestamp that Discord shows relative to now and in the reader's language, such as "2 hours ago"."""
    return discord.utils.format_dt(moment, "R")


def format_time_and_distance(moment: datetime) -> str:
    """The moment in words, and in brackets how far away it is, as Discord shows both in the reader's language and zone."""
    return f"{discord.utils.format_dt(moment, 'F')} ({discord.utils.format_dt(moment, 'R')})"


def progress_bar(done: float, total: float) -> str:
    """Returns ten cells of ▰ and ▱. The bar is empty only if nothing is done."""
    share = 0.0 if total <= 0 else min(max(done / total, 0.0), 1.0)
    full = int(share * 10 + 0.5) if share < 1 else 10
    if done > 0 and full == 0:
        full = 1
    return "▰" * full + "▱" * (10 - full)


def format_count(number: int, singular: str, plural: str | None = None) -> str:
    """Returns the number with its noun: ``1 channel``, ``42 channels``. ``plural`` defaults to ``singular`` + "s"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
