"""Names of roles that are safe in file names: short, ASCII, and no two alike."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_MAX_CHARS: Final = 24
_LATIN: Final = str.maketrans(
    {"ß": "SS", "ẞ": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ð": "D", "Đ": "D", "Þ": "TH", "Ł": "L", "İ": "I", "ı": "I"}
)
_CYRILLIC: Final = str.maketrans(
    dict(
        zip(
            "АБВГДЕЗИЙКЛМНОПРСТУФЫЭІҐ",
            [
                "A",
                "B",
                "V",
                "G",
                "D",
                "E",
                "Z",
                "I",
                "Y",
                "K",
                "L",
                "M",
                "N",
                "O",
                "P",
                "R",
                "S",
                "T",
                "U",
                "F",
                "Y",
                "E",
                "I",
                "G",
            ],
            strict=True,
        )
    )
    | {"Ж": "ZH", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ю": "YU", "Я": "YA", "Є": "YE", "Ї": "YI"}
    | {"Ё": "YO", "Ђ": "DJ", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ћ": "C", "Џ": "DZ"}
)
_GREEK: Final = str.maketrans(
    dict(
        zip(
            "ΑΒΓΔΕΖΗΙΚΛΜΝΞΟΠΡΣΤΥΦΩ",
            ["A", "V", "G", "D", "E", "Z", "I", "I", "K", "L", "M", "N", "X", "O", "P", "R", "S", "T", "Y", "F", "O"],
            strict=True,
        )
    )
    | {"Θ": "TH", "Χ": "CH", "Ψ": "PS"}
)
_SOUNDLESS: Final = str.maketrans({"Ъ": "", "Ь": ""})
_HANGUL: Final = "HANGUL SYLLABLE "
_RESERVED: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(10)}
)


def name_roles(speakers: Iterable[str]) -> dict[str, str]:
    """A name for each speaker that is safe in file names on every system, such as ``ANNA`` or ``OLD_FOX``.

    Latin names lose their accents; Greek, Cyrillic and Korean ones are spelled in Latin letters. Any other name (Chinese,
    Japanese, Arabic, Hebrew, Thai, …) becomes ``ROLE_`` with four signs that depend on the name alone, so that it is the same
    in every chapter. Of two that would be alike the later one gets such signs too.
    """
    names: dict[str, str] = {}
    for speaker in dict.fromkeys(speakers):
        name = base = _spell_in_ascii(speaker) or "ROLE"
        length = 4
        while name in names.values() or name == "ROLE":
            name = f"{base}_{_digest(speaker)[:length]}"
            length += 1
        names[speaker] = name
    return names


def _digest(speaker: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFC", speaker).encode(errors="replace")).hexdigest().upper()


def _spell_in_ascii(speaker: str) -> str:
    """The name in capitals, digits and underscores; empty where a letter of it has no spelling here."""
    upper = unicodedata.normalize("NFC", speaker).upper().translate(_SOUNDLESS)
    spelled = "".join(
        _spell_letter(letter) for letter in upper.translate(_LATIN).translate(_CYRILLIC).translate(_GREEK)
    )
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(letter))
    plain = plain.translate(_LATIN).translate(_CYRILLIC).translate(_GREEK)
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        return ""
    safe = re.sub(r"[^A-Z0-9]+", "_", re.sub(r"['’]", "", plain).upper()).strip("_")[:_MAX_CHARS].strip("_")
    return f"ROLE_{safe}" if safe in _RESERVED else safe


def _spell_letter(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.removeprefix(_HANGUL) if name.startswith(_HANGUL) else letter
