"""Text as it is counted and compared: words, or single characters in scripts that are written without spaces."""

import re
from itertools import pairwise
from typing import Final

# Han, kana and Hangul are timed by the character; Thai, Lao, Burmese and Khmer are also written without spaces.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Vowel signs and accents inside words (Arabic, Hebrew, Indic), which Python's ``\w`` does not match.
_COMBINING_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
)
_LETTER: Final = rf"(?:[^\W_{_UNSPACED}]|[{_COMBINING_MARKS}])"
_UNIT: Final = re.compile(rf"[{_UNSPACED}]|{_LETTER}+(?:['’]{_LETTER}+)*")
_GAP: Final = re.compile("[ \n\u3001\u3002]")  # no unit goes across one
_COUNTED_AT_ONCE: Final = 16_384
_UNSPACED_CHARACTER: Final = re.compile(f"[{_UNSPACED}]")

# Control characters, zero-width characters, direction marks and half surrogates: invisible on a page, harmful in a script.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# The two joiners carry meaning in Persian, in Indic scripts and between emoji; beside Latin letters they only hide.
_USELESS_JOINER: Final = re.compile(r"(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")
_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def clean_text(text: str) -> str:
    """The text without invisible characters, with ``\\n`` as its only line end."""
    return _USELESS_JOINER.sub("", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))


def to_single_line(text: str) -> str:
    """The text cleaned, on one line, with single spaces."""
    return " ".join(clean_text(text).split())


def find_units(text: str) -> list[str]:
    """The units that are counted: words with their inner apostrophes, and single characters of scripts without spaces."""
    return _UNIT.findall(clean_text(text))


def count_units(text: str) -> tuple[int, int]:
    """How many units the text has, and how many of them are single characters of a script without spaces.

    A regular expression lets no other thread run until it is done, so that a long text is counted in short pieces.
    """
    count = unspaced = begin = 0
    while begin < len(text):
        gap = _GAP.search(text, min(begin + _COUNTED_AT_ONCE, len(text)))
        end = gap.end() if gap else len(text)
        cleaned = clean_text(text[begin:end])
        count += len(_UNIT.findall(cleaned))
        unspaced += len(_UNSPACED_CHARACTER.findall(cleaned))
        begin = end
    return count, unspaced


def has_units(text: str) -> bool:
    """Whether the text has anything that is counted, and so can be spoken."""
    return _UNIT.search(text) is not None


def split_after_units(text: str) -> list[str]:
    """The text cut after each unit; ``"".join`` of the result is the text. Expects cleaned text."""
    cuts = sorted({0, *(unit.end() for unit in _UNIT.finditer(text)), len(text)})
    return [text[start:end] for start, end in pairwise(cuts)]


def find_normalized_units(text: str) -> list[str]:
    """The units in a form that compares equal whatever their case and whatever the kind of apostrophe."""
    return find_units(text.casefold().replace("’", "'"))


def is_unspaced_character(unit: str) -> bool:
    """Whether a unit is a single character of a script that is written without spaces."""
    return _UNSPACED_CHARACTER.match(unit) is not None
