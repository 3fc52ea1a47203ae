"""Typesets documents with typst. People's words are passed as data, never as markup."""

import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, cast
from unicodedata import east_asian_width

from bot.exports.options import ExportOptions
from bot.exports.sheet import is_right_to_left
from bot.fonts import MONOSPACED, describe_uncovered, find_uncovered, list_families, list_font_files, replace_uncovered

if TYPE_CHECKING:
    from typst import Fonts

_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?(?:[-_].*)?", re.IGNORECASE)
_LONG_WORD: Final = re.compile(r"[^\s\u0e00-\u0e7f\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]{36,}")
"""What is wider than half a line and has nowhere to be broken."""
_LONG_DOCUMENT: Final = 30_000
"""Characters of the data, about ten pages; shorter documents need little memory."""
_REMEMBERED_DOCUMENTS: Final = 10
_BREAK_AFTER: Final = 12
_ZERO_WIDTH_SPACE: Final = "\u200b"
_LEFT_TO_RIGHT_ISOLATE: Final = "\u2066"
_RIGHT_TO_LEFT_ISOLATE: Final = "\u2067"
_END_OF_ISOLATE: Final = "\u2069"
_ISOLATION: Final = re.compile("[\u2066-\u2069]")
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """A PDF, and the sentences that a person should read beside it."""

    content: bytes
    notes: tuple[str, ...] = ()


def typeset(data: dict[str, Any], language: str, options: ExportOptions) -> PrintedDocument:
    """The document that ``print.typ`` makes of the data, which may consist of anything that JSON can hold.

    Characters that no font has are replaced by their codes, and the notes name them. It takes some hundred milliseconds, in
    which other threads go on.
    """
    import typst

    width, height = options.paper.millimetres
    code, region = _split_language(language)
    layout = {
        "width": width,
        "height": height,
        "monospaced": MONOSPACED,
        "fonts": list_families(language),
        "language": code,
        "region": region,
    }
    uncovered: dict[str, None] = {}
    has_two_directions = _RIGHT_TO_LEFT.search(json.dumps(data, ensure_ascii=False)) is not None
    printable = {
        key: _make_printable(value, uncovered, keep_isolation=has_two_directions) for key, value in data.items()
    }
    compiler = typst.Compiler(_read_template(), font_paths=_load_fonts(), ignore_system_fonts=True)
    text = json.dumps(printable | layout)
    content = cast("bytes", compiler.compile(format="pdf", sys_inputs={"data": text}))
    if len(text) > _LONG_DOCUMENT:
        _forget_layout()
    note = describe_uncovered(uncovered)
    return PrintedDocument(content, (note,) if note else ())


def _forget_layout() -> None:
    """Makes typst forget what it keeps of a long document, 40 MB for a hundred pages, until ten others have been made."""
    import typst

    for _ in range(_REMEMBERED_DOCUMENTS + 1):
        typst.Compiler(b"-", font_paths=_load_fonts(), ignore_system_fonts=True).compile(format="pdf")


def isolate(text: str) -> str:
    """People's text, marked so that it runs in its own direction and moves nothing around it; empty if the text is."""
    if not text:
        return ""
    is_reversed = _RIGHT_TO_LEFT.search(text) is not None and is_right_to_left(text)
    return f"{_RIGHT_TO_LEFT_ISOLATE if is_reversed else _LEFT_TO_RIGHT_ISOLATE}{text}{_END_OF_ISOLATE}"


def isolate_ours(text: str) -> str:
    """Words and numbers of ours, marked so that they run from left to right wherever they stand."""
    return f"{_LEFT_TO_RIGHT_ISOLATE}{text}{_END_OF_ISOLATE}"


def shorten(text: str, columns: int) -> str:
    """As much of the text, as it is printed, as has room in so many columns; a Chinese character takes two."""
    printed = replace_uncovered(text)
    ends = list(accumulate(1 + (east_asian_width(character) in {"W", "F"}) for character in printed))
    if not ends or ends[-1] <= columns:
        return text
    return f"{printed[: bisect_left(ends, columns)].rstrip()}…"


def _make_printable(value: object, uncovered: dict[str, None], *, keep_isolation: bool) -> object:
    """The data with texts that can be printed; the characters that cannot are added to ``uncovered``."""
    if isinstance(value, str):
        text = value if keep_isolation else _ISOLATION.sub("", value)
        uncovered.update(dict.fromkeys(find_uncovered(text)))
        return _LONG_WORD.sub(_allow_breaks, replace_uncovered(text))
    if isinstance(value, dict):
        return {key: _make_printable(each, uncovered, keep_isolation=keep_isolation) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_make_printable(each, uncovered, keep_isolation=keep_isolation) for each in value]
    return value


def _allow_breaks(word: re.Match[str]) -> str:
    parts = (word[0][start : start + _BREAK_AFTER] for start in range(0, len(word[0]), _BREAK_AFTER))
    return _ZERO_WIDTH_SPACE.join(parts)


def _split_language(language: str) -> tuple[str, str | None]:
    """Language and country as typst takes them; English where there is no language that can be used."""
    parts = _LANGUAGE.fullmatch(language)
    return (parts[1].lower(), parts[2].lower() if parts[2] else None) if parts else ("en", None)


@cache
def _read_template() -> bytes:
    return (files("bot.exports") / "print.typ").read_bytes()


@cache
def _load_fonts() -> "Fonts":
    import typst

    folders = dict.fromkeys(str(path.parent) for path in list_font_files())
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
