"""Prepares texts and queries for the full-text index: the same words on both databases, in every writing system.

Letters lose their case, accents and width. Writing systems without spaces are cut into overlapping pairs of signs, so that a
word of two signs is found inside a run. A run ends with its last sign alone, so that a single sign is the beginning of a word.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_EXTRA_FOLDS: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
_DROPPED_MARKS: Final = (
    (0x0300, 0x036F),  # Latin, Greek, Cyrillic
    (0x0483, 0x0489),
    (0x0591, 0x05C7),  # Hebrew points
    (0x0610, 0x061A),  # Arabic
    (0x0640, 0x0640),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x08D3, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
"""Marks that people leave out when they type. The marks of Indic scripts and Thai are vowels and stay."""
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u3096\u3099-\u309a\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese signs
)
_MARKS: Final = "".join(re.escape(chr(c)) for c in range(0x0900, 0x1D00) if unicodedata.category(chr(c))[0] == "M")
_LETTER: Final = rf"[^\W_{_UNSPACED}]"
_WORD: Final = re.compile(rf"(?P<run>[{_UNSPACED}]+)|{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*")
_HALF_WIDTH: Final = re.compile("[\uff65-\uff9f]+")
_MAX_WORD: Final = 64
"""Characters of a word that count; PostgreSQL refuses very long ones."""
_MAX_TERMS: Final = 12
_PIECES: Final = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_QUOTES: Final = str.maketrans("“”„‟«»「」『』", '"' * 10)


class _Folds(dict[int, str]):
    """What each character becomes, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(code)).casefold()
        if len(folded) > 8:  # a few signs stand for whole sentences
            folded = chr(code)
        kept = "".join(map(_fold_sign, unicodedata.normalize("NFKD", folded)))
        self[code] = unicodedata.normalize("NFC", kept)
        return self[code]


def _fold_sign(sign: str) -> str:
    code = ord(sign)
    if any(first <= code <= last for first, last in _DROPPED_MARKS) or unicodedata.category(sign) == "Cf":
        return ""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return _EXTRA_FOLDS.get(sign, sign)


_FOLDS: Final = _Folds()


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow one another; of the last one only the beginning, if ``is_prefix``."""

    words: tuple[str, ...]
    is_prefix: bool = False


def normalize(text: str) -> str:
    """The text in composed form: the positions that ``find_terms`` returns are positions in it."""
    return unicodedata.normalize("NFC", _HALF_WIDTH.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text))


def list_words(text: str) -> list[str]:
    """The words of a text as the index holds them."""
    words: list[str] = []
    for match in _WORD.finditer(normalize(text).translate(_FOLDS)):
        found = match[0]
        if match.lastgroup is None:
            words.append(found[:_MAX_WORD])
        else:
            words += [found[at : at + 2] for at in range(len(found))]
    return words


def parse_query(text: str) -> tuple[Term, ...]:
    """What is searched for: every word and every phrase in quotes; the last word may be unfinished.

    Everything else is literal: there are no operators and no errors. Empty if nothing in the text can be searched for.
    """
    terms: list[Term] = []
    for match in _PIECES.finditer(normalize(text).translate(_QUOTES)):
        piece = match[0].strip('"').translate(_FOLDS)
        words = list(_split(piece))
        while len(words) > 1 and words[-1][2] == words[-2][2]:
            words.pop()  # the last sign of a run alone: the text's run may go on
        if not words:
            continue
        is_open = match[2] is not None and match.end() == len(text.rstrip()) and len(words[-1][0]) > 1
        terms.append(Term(tuple(word for word, _, _ in words), is_open or _is_sign(words[-1][0])))
    return tuple(dict.fromkeys(terms))[:_MAX_TERMS]


def find_terms(text: str, terms: tuple[Term, ...]) -> list[tuple[int, int, int]]:
    """Where the terms are in a normalized text, in its order: first and last position, and the term's number."""
    quickly_folded = text.translate(_FOLDS)
    if not any(term.words[0] in quickly_folded for term in terms):
        return []
    folded, positions = _fold_with_positions(text)
    words = list(_split(folded))
    found = [
        (positions[words[at][1]], positions[words[at + len(term.words) - 1][2] - 1] + 1, number)
        if not (term.is_prefix and len(term.words[-1]) < len(words[at + len(term.words) - 1][0]))
        else (positions[words[at][1]], _end_of_prefix(positions, words[at + len(term.words) - 1], term), number)
        for number, term in enumerate(terms)
        for at in _list_beginnings(words, term)
        if at + len(term.words) <= len(words) and _begins_at(words, at, term)
    ]
    return sorted(found)


def _end_of_prefix(positions: Sequence[int], word: tuple[str, int, int], term: Term) -> int:
    return positions[word[1] + len(term.words[-1]) - 1] + 1


def _list_beginnings(words: list[tuple[str, int, int]], term: Term) -> list[int]:
    """Where the term's first word is; most words of a text are not, and are passed over quickly."""
    first = term.words[0]
    if term.is_prefix and len(term.words) == 1:
        return [at for at, (word, _, _) in enumerate(words) if word.startswith(first)]
    return [at for at, (word, _, _) in enumerate(words) if word == first]


def _begins_at(words: list[tuple[str, int, int]], at: int, term: Term) -> bool:
    *others, last = term.words
    if any(words[at + step][0] != word for step, word in enumerate(others)):
        return False
    found = words[at + len(others)][0]
    return found.startswith(last) if term.is_prefix else found == last


def _fold_with_positions(text: str) -> tuple[str, Sequence[int]]:
    if all(len(_FOLDS[ord(sign)]) == 1 for sign in set(text)):
        return text.translate(_FOLDS), range(len(text))
    folded: list[str] = []
    positions: list[int] = []
    for at, sign in enumerate(text):
        kept = _FOLDS[ord(sign)]
        folded.append(kept)
        positions += [at] * len(kept)
    return "".join(folded), positions


def _split(folded: str) -> list[tuple[str, int, int]]:
    words: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(folded):
        start, end = match.span()
        if match["run"] is None:
            words.append((match[0][:_MAX_WORD], start, min(end, start + _MAX_WORD)))
        else:
            words += [(folded[at : min(at + 2, end)], at, min(at + 2, end)) for at in range(start, end)]
    return words


def _is_sign(word: str) -> bool:
    match = _WORD.fullmatch(word)
    return match is not None and match["run"] is not None and len(word) == 1
