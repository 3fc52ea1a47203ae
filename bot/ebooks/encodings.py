"""The encoding of a text file: certain where it can be told, else the two most likely readings."""

import codecs
import re
from collections.abc import Sequence
from typing import Final

from charset_normalizer import CharsetMatch, from_bytes

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings in which books are found. With all that Python knows, the detector mistakes one for another more often.
_LIKELY: Final = (
    *("utf_8", "utf_16", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949"),
    *("cp1252", "cp1251", "koi8_r", "cp1255", "cp1256", "tis_620"),
)
_JAPANESE: Final = {"cp932", "euc_jp", "iso2022_jp"}
_CYRILLIC: Final = {"cp1251", "koi8_r"}
_ISO2022_ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J")

_CONTROLS: Final = re.compile(r"[^\t\n\r\f\x20-\U0010ffff]")

_SAMPLE_BYTES: Final = 4096  # enough to see UTF-16's pattern of zero bytes
_MAX_CHAOS: Final = 0.1  # the detector's measure of disorder; a right reading has less
_CHAOS_MARGIN: Final = 0.03  # how much more disorder the second reading needs, or
_COHERENCE_MARGIN: Final = 0.12  # how much less it resembles a language, for the first to be certain
_FEW_LETTERS: Final = 8  # of a foreign script say too little
_FEW_SYLLABLES: Final = (
    3  # letters of a short line of dialogue, such as "let us go", with at least two syllables side by side
)
_HIRAGANA_PAIR: Final = re.compile("[\u3041-\u3093]{2}")
_NOT_IN_JAPANESE: Final = re.compile("[\uff61-\uff9f\x80-\xa0\ue000-\uf8ff]")  # half-width, control, private
_THAI_SIGN: Final = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_THAI_SIGN_ALONE: Final = re.compile(rf"(?<![\u0e01-\u0e2e]|{_THAI_SIGN.pattern}){_THAI_SIGN.pattern}")
_SIGN_IN_WORD: Final = re.compile("(?<=[a-zà-ÿ])[¢-©¬®-¶¸¹¼-¾]|[¢-©¬®-¶¸¹¼-¾](?=[a-zà-ÿ])")  # Polish read as French
_MAX_DAMAGE: Final = (
    0.1  # the share of unreadable characters among the foreign ones up to which a file may be damaged UTF-8
)


def find_readings(content: bytes) -> list[str]:
    """The text in each likely encoding: one reading where it is certain, two where somebody has to choose, none at all."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            text = _decode(content, encoding)
            if text is not None:
                return [text]
            break
    if any(escape in content for escape in _ISO2022_ESCAPES):
        text = _decode(content, "iso2022_jp")
        if text is not None:
            return [text]
    text = _decode(content, "utf-8")
    if text is not None and not has_many_controls(text):  # UTF-16 without a mark can be valid UTF-8, full of NULs
        return [text]
    utf16 = _read_utf16(content)
    if _has_zero_bytes(content):
        return [utf16] if utf16 else []
    if utf16 and (text is not None or _has_syllables(utf16)):
        return [utf16] if _count_breaks(utf16) else []
    if text is not None:
        return []
    shift_jis = _read_certain_shift_jis(content)
    return [shift_jis] if shift_jis else _detect(content)


def has_many_controls(text: str) -> bool:
    """Whether more than one in 200 characters is a control character that no text has."""
    return sum(1 for _ in _CONTROLS.finditer(text)) > len(text) // 200


def _read_certain_shift_jis(content: bytes) -> str | None:
    """The text in Shift-JIS where it can be nothing else, however short: with Japanese syllables side by side.

    Their bytes 82 9F to 82 F1, one after another, are rare syllables in Korean and rare characters in Chinese, and no word in
    any alphabet. All other encodings of East Asia would leave half-width katakana, which books do not have.
    """
    text = _decode(content, "cp932")
    if text is None or not _HIRAGANA_PAIR.search(text) or _NOT_IN_JAPANESE.search(text) or _read_damaged_utf8(content):
        return None
    letters = _find_foreign_letters(text)
    is_japanese = len(letters) >= max(_FEW_SYLLABLES, sum(map(str.isalpha, text)) / 2) and _has_syllables(letters)
    return text if is_japanese else None


def _detect(content: bytes) -> list[str]:
    matches = _drop_impossible(list(from_bytes(content, cp_isolation=list(_LIKELY))))
    telling = [match for match in matches if _has_telling_script(match)]
    if telling:
        return [str(max(telling, key=lambda match: match.encoding in _JAPANESE))]
    western = content.decode("cp1252", errors="replace")
    if matches and str(matches[0]) == western and not _find_foreign_letters(western):
        return [
            western
        ]  # plain English with typographic quotation marks, which several encodings have in the same places
    if matches and _is_certain(matches):
        return [str(matches[0])]
    if len(matches) < 2 or matches[0].chaos > _MAX_CHAOS:
        matches = [*from_bytes(content), *matches]
    has_few_letters = sum(byte >= 0x80 for byte in content) < _FEW_LETTERS
    readings = [*_read_damaged_utf8(content), *([western] if has_few_letters else []), *map(str, matches), western]
    return list(dict.fromkeys(readings))[:2]


def _drop_impossible(matches: Sequence[CharsetMatch]) -> list[CharsetMatch]:
    """Without Thai that nobody can spell, and without Russian in capitals if another reading is Russian as it is written."""
    cyrillic = [match for match in matches if match.encoding in _CYRILLIC]
    usual = [match for match in cyrillic if _has_usual_capitals(str(match))]
    dropped = [match for match in cyrillic if usual and match not in usual]
    return [match for match in matches if match not in dropped and not _is_impossible_thai(match)]


def _is_certain(matches: Sequence[CharsetMatch]) -> bool:
    """Whether the first match is right beyond doubt."""
    first, *others = matches
    if first.chaos > _MAX_CHAOS or (first.encoding in _CYRILLIC and not _has_usual_capitals(str(first))):
        return False
    if first.encoding == "cp1252" and _SIGN_IN_WORD.search(str(first)):
        return False
    if first.encoding != "cp1252" and len(_find_foreign_letters(str(first))) < _FEW_LETTERS:
        return False
    return all(
        match.chaos - first.chaos >= _CHAOS_MARGIN or first.coherence - match.coherence >= _COHERENCE_MARGIN
        for match in others
    )


def _has_telling_script(match: CharsetMatch) -> bool:
    """Whether the reading has Japanese syllables among its characters, or Korean ones alone."""
    letters = _find_foreign_letters(str(match))
    if match.chaos > _MAX_CHAOS or len(letters) < _FEW_LETTERS:
        return False
    if match.encoding in _JAPANESE:
        return _has_syllables(letters)
    return match.encoding == "cp949" and _measure_share(letters, "\uac00", "\ud7a3") > 0.95


def _is_impossible_thai(match: CharsetMatch) -> bool:
    """Whether Thai vowel signs stand where none can: Chinese bytes read as Thai."""
    if match.encoding != "tis_620":
        return False
    signs, without_consonant = len(_THAI_SIGN.findall(str(match))), len(_THAI_SIGN_ALONE.findall(str(match)))
    return without_consonant > signs // 20


def _has_syllables(text: str) -> bool:
    """Whether a good part of the text is Japanese syllables."""
    return bool(text) and _measure_share(text, "\u3041", "\u30ff") > 0.15


def _measure_share(letters: str, first: str, last: str) -> float:
    return sum(first <= letter <= last for letter in letters) / len(letters)


def _find_foreign_letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha() and not character.isascii())


def _has_usual_capitals(text: str) -> bool:
    """Whether some foreign letters are capitals, and few. Hebrew bytes read as Russian are all small or all capital."""
    letters = _find_foreign_letters(text)
    capitals = sum(letter.isupper() for letter in letters)
    return 0 < capitals < len(letters) / 3


def _read_damaged_utf8(content: bytes) -> list[str]:
    text = content.decode("utf-8", errors="replace")
    foreign = sum(not character.isascii() for character in text)
    return [text] if text.count("\ufffd") <= foreign * _MAX_DAMAGE else []


def _has_zero_bytes(content: bytes) -> bool:
    sample = content[:_SAMPLE_BYTES]
    return len(sample) >= 4 and sample.count(0) > len(sample) // 8


def _read_utf16(content: bytes) -> str | None:
    """The text in the byte order in which it has more spaces, line ends and stops; None where it is in neither."""
    texts = [text for order in ("utf-16-le", "utf-16-be") if (text := _decode(content, order)) is not None]
    return max(texts, key=_count_breaks, default=None)


def _count_breaks(text: str) -> int:
    return sum(map(text.count, " \n、。"))


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
