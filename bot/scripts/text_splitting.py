"""A chapter's text as paragraphs, and paragraphs as parts that fit into one request. No word is lost on the way."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final

from bot.scripts.text_units import clean_text, find_units, split_after_units, to_single_line

MAX_PART_UNITS: Final = 2_500
"""The most words (in Chinese, Japanese and Korean: characters) of one request. The script of such a part stays well below the
output limit of a request, and a part that has to be written again costs little."""

_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_WORD: Final = re.compile(r"\s*\S+\s*")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[」』”’）]*")


def split_paragraphs(text: str) -> tuple[str, ...]:
    """The text's paragraphs, each on one line with single spaces.

    Blank lines separate paragraphs; where the text has no blank line, every line is a paragraph.
    """
    text = clean_text(text).strip()
    blocks = _BLANK_LINE.split(text) if _BLANK_LINE.search(text) else text.split("\n")
    lines = (to_single_line(block) for block in blocks)
    return tuple(line for line in lines if line)


def split_parts(paragraphs: Iterable[str], limit: int = MAX_PART_UNITS) -> tuple[tuple[str, ...], ...]:
    """The paragraphs in as few and as even parts as ``limit`` units allow, cut between paragraphs.

    Only a paragraph that is longer than a whole part is cut, between its sentences.
    """
    sized = [
        (piece, _count_units(piece)) for paragraph in paragraphs for piece in split_text(paragraph, limit, _count_units)
    ]
    fewest = _group_pieces(sized, limit, limit)
    even_size = -(-sum(size for _, size in sized) // max(len(fewest), 1))
    even = _group_pieces(sized, limit, even_size)
    return even if len(even) <= len(fewest) else fewest


def split_sentences(text: str) -> list[str]:
    """The text's sentences, stripped; joined by a space they hold the same words."""
    return [sentence.strip() for sentence in _cut_after_sentences(text) if sentence.strip()]


def split_text(text: str, limit: int, size: Callable[[str], int] = len) -> list[str]:
    """The text in pieces of at most ``limit`` as ``size`` measures it (characters by default).

    It is cut between sentences where possible, else between words, else anywhere.
    """
    if size(text) <= limit:
        return [text] if text else []
    small_pieces: list[str] = []
    for sentence in _cut_after_sentences(text):
        small_pieces += [sentence] if size(sentence) <= limit else _split_sentence(sentence, limit, size)
    joined = _join_pieces(small_pieces, limit, size)
    return [piece.strip() for piece in joined if piece.strip()]


def _cut_after_sentences(text: str) -> list[str]:
    """The text cut after each sentence; ``"".join`` of the result is the text."""
    cuts = sorted({0, *(gap.end() for gap in _SENTENCE_END.finditer(text)), len(text)})
    return [text[start:end] for start, end in pairwise(cuts)]


def _split_sentence(sentence: str, limit: int, size: Callable[[str], int]) -> list[str]:
    """A sentence that is too long, cut between words; a word that is itself too long is cut anywhere."""
    words: list[str] = []
    for stretch in _WORD.findall(sentence):
        for word in [stretch] if size(stretch) <= limit else split_after_units(stretch):
            words += [word] if size(word) <= limit else [word[at : at + limit] for at in range(0, len(word), limit)]
    return _join_pieces(words, limit, size)


def _join_pieces(small_pieces: Iterable[str], limit: int, size: Callable[[str], int]) -> list[str]:
    """Small pieces joined again as far as ``limit`` allows, with the spaces between them."""
    joined: list[str] = []
    current: list[str] = []
    used = 0
    for piece in small_pieces:
        piece_size = size(piece)
        if current and used + piece_size > limit:
            joined.append("".join(current))
            current, used = [], 0
        current.append(piece)
        used += piece_size
    joined.append("".join(current))
    return joined


def _count_units(text: str) -> int:
    return len(find_units(text))


def _group_pieces(sized: Iterable[tuple[str, int]], limit: int, target: int) -> tuple[tuple[str, ...], ...]:
    """The pieces in groups whose size is near ``target`` and never over ``limit``."""
    groups: list[tuple[str, ...]] = []
    current: list[str] = []
    used = 0
    for piece, size in sized:
        if current and (used + size > limit or used + size // 2 > target):
            groups.append(tuple(current))
            current, used = [], 0
        current.append(piece)
        used += size
    if current:
        groups.append(tuple(current))
    return tuple(groups)
