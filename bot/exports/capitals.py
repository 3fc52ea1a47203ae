"""Capitals as each language writes them; Python knows one way for all languages."""

import unicodedata
from typing import Final

from bot.scripts.text_units import to_single_line

_DOTTED: Final = frozenset({"tr", "az"})
"""The languages in which the capital of i has a dot."""
_ACUTE: Final = "\u0301"
_DIALYTIKA: Final = "\u0308"
_IOTA_BELOW: Final = "\u0345"
_ACCENTS: Final = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0311\u0313\u0314\u0342\u0343\u0344")
"""What Greek writes above small letters alone: accents, breathings and lengths."""
_VOWELS: Final = frozenset("αεηιουωΑΕΗΙΟΥΩ")


def to_capitals(text: str, language: str) -> str:
    """The text on one line in capitals, where its writing system has them.

    Turkish and Azeri i becomes İ. Greek letters lose their accents, as in print; a dialytika stays, and stands where without
    the accent two vowels would be read as one (Μάιος, ΜΑΪΟΣ). The word ή keeps its accent.
    """
    line = to_single_line(text)
    if language.replace("_", "-").partition("-")[0].lower() in _DOTTED:
        line = line.replace("i\u0307", "i").replace("i", "İ")
    if any(unicodedata.name(letter, "").startswith("GREEK") for letter in line if not letter.isascii()):
        line = _remove_greek_accents(line)
    return line.upper()


def _remove_greek_accents(text: str) -> str:
    pieces: list[str] = []
    was_accented = False
    clusters = _split_clusters(unicodedata.normalize("NFD", text))
    for at, (base, marks) in enumerate(clusters):
        if base.lower() == "η" and marks == _ACUTE and _stands_alone(clusters, at):
            pieces.append(base + marks)
            was_accented = False
            continue
        if not unicodedata.name(base, "").startswith("GREEK"):
            pieces.append(base + marks)
            was_accented = False
            continue
        kept = "".join(mark for mark in marks if mark not in _ACCENTS)
        if was_accented and base.lower() in "ιυ" and _DIALYTIKA not in kept:
            kept = _DIALYTIKA + kept
        pieces.append(base + kept.replace(_IOTA_BELOW, "ι"))
        was_accented = base in _VOWELS and _ACUTE in marks and _DIALYTIKA not in marks
    return unicodedata.normalize("NFC", "".join(pieces))


def _split_clusters(text: str) -> list[tuple[str, str]]:
    """Each letter with the marks above and below it."""
    clusters: list[tuple[str, str]] = []
    for letter in text:
        if clusters and unicodedata.combining(letter):
            base, marks = clusters[-1]
            clusters[-1] = base, marks + letter
        else:
            clusters.append((letter, ""))
    return clusters


def _stands_alone(clusters: list[tuple[str, str]], at: int) -> bool:
    """Whether there is no letter beside it, so that it is a word of its own."""
    return not any(base.isalpha() for base, _ in (*clusters[max(at - 1, 0) : at], *clusters[at + 1 : at + 2]))
