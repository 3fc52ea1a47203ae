"""A text file somebody attached, as text; or a sentence that says why it is none."""

import codecs
import re
from typing import Final

from bot.errors import InputError

ENDINGS: Final = (".txt", ".md", ".markdown", ".text")
MAX_BYTES: Final = 8 * 1024 * 1024
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_BINARY: Final = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP, EPUB or DOCX file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"RIFF", "a sound or video file"),
)
# A database takes neither; halves of surrogate pairs come from damaged files and from JSON.
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_INSTEAD: Final = "Attach a .txt or .md file, or run /script without a file and paste the text."


def check_name(name: str, size: int) -> None:
    """Before anything is downloaded: ``InputError`` for what cannot be a chapter's text by its name or size."""
    if not name.lower().endswith(ENDINGS):
        raise InputError(f"{_shown(name)} is not a text file.", _INSTEAD)
    if size > MAX_BYTES:
        raise InputError(
            f"{_shown(name)} has {size / 1_048_576:.1f} MB; a chapter's file may have {MAX_BYTES // 1_048_576} MB.",
            "Attach one chapter at a time.",
        )


def read(name: str, content: bytes, limit: int) -> str:
    """The file's text, checked by ``check_text``; ``InputError`` when it is no text."""
    for start, what in _KNOWN_BINARY:
        if content.startswith(start):
            raise InputError(f"{_shown(name)} is {what}, not a text file.", _INSTEAD)
    return check_text(_decoded(name, content), limit, _shown(name))


def check_text(text: str, limit: int, name: str = "") -> str:
    """The text without NULs and with plain line ends; ``InputError`` when it is empty or longer than ``limit`` characters."""
    text = UNSTORABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(character.isalnum() for character in text):
        where = f"{name} has no readable text in it" if name else "there is no readable text in it"
        raise InputError(f"This chapter is empty: {where}.", _INSTEAD)
    if len(text) > limit:
        what = name or "This text"
        raise InputError(
            f"{what} has {len(text):,} characters; one chapter may have {limit:,}.",
            "That looks like more than one chapter: give each its own /script.",
        )
    return text


def _decoded(name: str, content: bytes) -> str:
    for bom, encoding in BOMS:
        if content.startswith(bom):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                break
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = _guessed(name, content)
    if text.count("\x00") > len(text) // 100:
        text = _guessed(name, content)
    odd = sum(character < " " and character not in "\t\n\r\f\x00" for character in text)
    if odd > len(text) // 200:
        raise _unreadable(name)
    return text


def _guessed(name: str, content: bytes) -> str:
    """UTF-16 without a mark shows by its zero bytes; else Windows' western encoding, if it looks like text at all."""
    sample = content[:4096]
    if len(sample) >= 4 and sample.count(0) > len(sample) // 8:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            raise _unreadable(name) from None
    return content.decode("cp1252", errors="replace")


def _unreadable(name: str) -> InputError:
    return InputError(
        f"{_shown(name)} is not readable text.", "Save it as UTF-8 text (.txt or .md) and attach it again."
    )


def _shown(name: str) -> str:
    return name if len(name) <= 80 else name[:77] + "…"
