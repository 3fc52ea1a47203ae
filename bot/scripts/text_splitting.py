"""A chapter's text as paragraphs, and paragraphs as parts that fit into one request. No word is lost on the way."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final

from bot.scripts.text_units import atoms, clean, one_line, units

PART_UNITS: Final = 2_500
"""The most words (in Chinese, Japanese and Korean: characters) that one request carries."""

_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_WORD: Final = re.compile(r"\s*\S+\s*")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[」』”’）]*")


def paragraphs(text: str) -> tuple[str, ...]:
    """The text's paragraphs, each on one line with single spaces.

    Blank lines separate them; where a text has none, every line is a paragraph.
    """
    text = clean(text).strip()
    blocks = _BLANK_LINE.split(text) if _BLANK_LINE.search(text) else text.split("\n")
    lines = (one_line(block) for block in blocks)
    return tuple(line for line in lines if line)


def parts(text: Iterable[str], limit: int = PART_UNITS) -> tuple[tuple[str, ...], ...]:
    """Paragraphs in as few and as even parts as ``limit`` units allow, cut between paragraphs.

    Only a paragraph that is longer than a whole part is cut, between its sentences.
    """
    sized = [(piece, len(units(piece))) for paragraph in text for piece in pieces(paragraph, limit, _units)]
    needed = len(_packed(sized, limit, limit))
    even = _packed(sized, limit, -(-sum(size for _, size in sized) // max(needed, 1)))
    return even if len(even) <= needed else _packed(sized, limit, limit)


def sentences(text: str) -> list[str]:
    """The text's sentences, stripped; joined by a space they hold the same words."""
    return [sentence.strip() for sentence in _slices(text) if sentence.strip()]


def pieces(text: str, limit: int, size: Callable[[str], int] = len) -> list[str]:
    """The text in pieces of at most ``limit`` by ``size``: cut between sentences, else between words, else anywhere."""
    if size(text) <= limit:
        return [text] if text else []
    fine: list[str] = []
    for sentence in _slices(text):
        fine += [sentence] if size(sentence) <= limit else _broken(sentence, limit, size)
    return _joined(fine, limit, size)


def _slices(text: str) -> list[str]:
    """The text cut after each sentence; joined by nothing they are the text."""
    cuts = sorted({0, *(gap.end() for gap in _SENTENCE_END.finditer(text)), len(text)})
    return [text[start:end] for start, end in pairwise(cuts)]


def _broken(sentence: str, limit: int, size: Callable[[str], int]) -> list[str]:
    """A sentence that is too long by itself, cut between words, and only a word that is too long by itself within."""
    words: list[str] = []
    for stretch in _WORD.findall(sentence):
        for word in [stretch] if size(stretch) <= limit else atoms(stretch):
            words += [word] if size(word) <= limit else [word[at : at + limit] for at in range(0, len(word), limit)]
    return _joined(words, limit, size)


def _joined(small: Iterable[str], limit: int, size: Callable[[str], int]) -> list[str]:
    """Small pieces put together again as far as ``limit`` allows."""
    grown: list[str] = []
    open_piece: list[str] = []
    used = 0
    for piece in small:
        more = size(piece)
        if open_piece and used + more > limit:
            grown.append("".join(open_piece))
            open_piece, used = [], 0
        open_piece.append(piece)
        used += more
    grown.append("".join(open_piece))
    return [piece.strip() for piece in grown if piece.strip()]


def _units(text: str) -> int:
    return len(units(text))


def _packed(sized: Iterable[tuple[str, int]], limit: int, target: int) -> tuple[tuple[str, ...], ...]:
    """Parts near ``target`` and never over ``limit``."""
    done: list[tuple[str, ...]] = []
    current: list[str] = []
    used = 0
    for piece, size in sized:
        if current and (used + size > limit or used + size // 2 > target):
            done.append(tuple(current))
            current, used = [], 0
        current.append(piece)
        used += size
    if current:
        done.append(tuple(current))
    return tuple(done)
