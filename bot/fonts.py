"""The fonts that our packages bring: where their files are, which characters they have, and what to do about the others."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

MONOSPACED: Final = "IBM Plex Mono"
"""For scripts in Latin and Cyrillic letters, where Courier is the custom."""
FAMILIES: Final = ("Noto Sans", "Noto Sans Arabic", "Heebo", "Noto Sans Thai", "Noto Sans Devanagari")
"""Latin, Greek, Cyrillic; Arabic; Hebrew; Thai; Hindi and its relatives."""

_PACKAGES: Final = (
    *("fontpkg_ibm_plex_mono", "fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_heebo"),
    *("fontpkg_noto_sans_thai", "fontpkg_noto_sans_devanagari"),
)
_EAST_ASIAN_PACKAGE: Final = "justmytype_intl_cjk"
"""Optional: 50 MB."""
_EAST_ASIAN_FAMILIES: Final = {
    "ja": "Noto Sans JP",
    "ko": "Noto Sans KR",
    "zh": "Noto Sans SC",
    "zh-hant": "Noto Sans TC",
}
_FACES: Final = ("-Regular", "-Bold", "-Italic", "-BoldItalic", "[")
"""What is in the names of the files we print with; the other files of a family are weights that nothing here uses."""
_KEPT_FORMATS: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2066\u2067\u2068\u2069")
"""Invisible characters that belong to spelling or to the direction of a text; no font needs to have them."""
_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))
_EAST_ASIAN_RANGES: Final = (
    *(range(0x1100, 0x1200), range(0x2E80, 0xA4D0), range(0xA960, 0xA980), range(0xAC00, 0xD800)),
    *(range(0xF900, 0xFB00), range(0xFE30, 0xFE50), range(0xFF00, 0xFFF0), range(0x20000, 0x32000)),
)
_MOST_NAMED: Final = 8


def has_east_asian_fonts() -> bool:
    """Whether the extra ``cjk`` is installed."""
    return find_spec(_EAST_ASIAN_PACKAGE) is not None


@cache
def list_font_files() -> tuple[Path, ...]:
    """The files of all installed fonts; those for Chinese, Japanese and Korean, which are large, come last."""
    packages = [*_PACKAGES, *([_EAST_ASIAN_PACKAGE] if has_east_asian_fonts() else [])]
    found = [path for package in packages for path in sorted(Path(str(files(package))).rglob("*.ttf"))]
    return tuple(path for path in found if any(face in path.name for face in _FACES))


def list_families(language: str) -> list[str]:
    """The families for a text in a language, the first choice first.

    Chinese, Japanese and Korean draw the same characters differently, so the language's own family goes before the others.
    """
    if not has_east_asian_fonts():
        return list(FAMILIES)
    tag = language.casefold().replace("_", "-")
    is_traditional = tag.startswith("zh") and any(part in tag for part in ("hant", "-tw", "-hk", "-mo"))
    first = _EAST_ASIAN_FAMILIES.get("zh-hant" if is_traditional else tag[:2])
    return [*FAMILIES, *dict.fromkeys(filter(None, (first, *_EAST_ASIAN_FAMILIES.values())))]


def has_east_asian(text: str) -> bool:
    """Whether the text has Chinese, Japanese or Korean characters."""
    return any(_is_in(character, _EAST_ASIAN_RANGES) for character in text)


def find_uncovered(text: str) -> list[str]:
    """The different characters of the text that no installed font has, in the order in which they occur.

    It reads fonts the first time, those for Chinese and Japanese only where the text needs them: up to two seconds, so call
    it in a thread.
    """
    return list(dict.fromkeys(character for character, is_covered in _look_up(text) if not is_covered))


def replace_uncovered(text: str) -> str:
    """The text as it can be printed: a character without a font becomes its code in brackets, such as ``[U+12000]``.

    Control characters, marks for hyphenation and overrides of the direction are left out.
    """
    return "".join(character if is_covered else f"[{name_code(character)}]" for character, is_covered in _look_up(text))


def describe_uncovered(characters: Iterable[str]) -> str:
    """What a person should know about characters that could not be printed; empty where there are none."""
    missing = list(dict.fromkeys(characters))
    if not missing:
        return ""
    codes = "its code" if len(missing) == 1 else "their codes"
    sentence = f"{_say_uncovered(missing)}; the file has {codes} in brackets instead."
    if not has_east_asian_fonts() and has_east_asian("".join(missing)):
        sentence += " The fonts for Chinese, Japanese and Korean come with: pip install '.[cjk]'"
    return sentence


def describe_unfamiliar(text: str) -> str:
    """What a person should know about the characters of a text that is set in the fonts of another computer; often nothing.

    It is about characters that no font here has. Chinese, Japanese and Korean are not looked up: every office program has them.
    """
    east_asian = dict.fromkeys(ord(character) for character in set(text) if has_east_asian(character))
    missing = find_uncovered(text.translate(east_asian))
    if not missing:
        return ""
    them = "it" if len(missing) == 1 else "them"
    return f"{_say_uncovered(missing)}; Word shows {them} where the computer that opens the document has a font for {them}."


def name_code(character: str) -> str:
    """The character's code point, such as ``U+12000``."""
    return f"U+{ord(character):04X}"


def _say_uncovered(missing: list[str]) -> str:
    named = ", ".join(_name(character) for character in missing[:_MOST_NAMED])
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return f"No font here has the character{'' if len(missing) == 1 else 's'} {named}{more}"


def _name(character: str) -> str:
    is_visible = unicodedata.category(character)[0] in "LNPS"
    return f"{character} ({name_code(character)})" if is_visible else name_code(character)


def _look_up(text: str) -> Iterator[tuple[str, bool]]:
    """Each character to print, and whether it can be. A mark has to be in the same font as the letter that it belongs to."""
    cluster = ""
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character in _KEPT_FORMATS:
            yield character, True
        elif category in {"Cc", "Cf", "Zl", "Zp"} or _is_in(character, _VARIATION_SELECTORS):
            continue
        else:
            whole = f"{cluster}{character}" if category[0] == "M" else character
            is_covered = _is_covered(whole)
            cluster = whole if is_covered else ""
            yield character, is_covered


@cache
def _is_covered(cluster: str) -> bool:
    codes = {ord(character) for character in cluster}
    return any(codes <= _read_codes(path) for path in list_font_files())


@cache
def _read_codes(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _is_in(character: str, ranges: Iterable[range]) -> bool:
    return any(ord(character) in each for each in ranges)
