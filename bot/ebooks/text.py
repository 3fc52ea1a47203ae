"""An attached text file as a chapter's text, or a sentence that says why it cannot be one."""

import codecs
import re
from typing import Final

from bot.errors import InputError

FILE_SUFFIXES: Final = (".txt", ".md", ".markdown", ".text")
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
"""The largest file that is downloaded. A chapter has well below 1 MB; 8 MB leaves room for any encoding of a long one."""
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_SIGNATURES: Final = (
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
# PostgreSQL stores neither NUL nor half a surrogate pair; both come from damaged files and from JSON.
UNSTORABLE_CHARACTERS: Final = re.compile("[\x00\ud800-\udfff]")
_MAX_SHOWN_NAME: Final = 80  # characters of a file's name in a sentence, so that the sentence stays readable
_SAMPLE_BYTES: Final = 4096  # enough to see UTF-16's pattern of zero bytes
_HINT: Final = "Attach a .txt or .md file, or run /script without a file and paste the text."


def check_file(name: str, size: int) -> None:
    """Checks a file before it is downloaded. ``size`` is in bytes.

    Raises:
        InputError: by its name or its size the file cannot be a chapter's text.
    """
    if not name.lower().endswith(FILE_SUFFIXES):
        raise InputError(f"{_shorten_name(name)} is not a text file.", _HINT)
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"{_shorten_name(name)} has {size / 1_048_576:.1f} MB; a chapter's file may have {MAX_FILE_BYTES // 1_048_576} MB.",
            "Attach one chapter at a time.",
        )


def decode_text(name: str, content: bytes, limit: int) -> str:
    """The text of the file called ``name``, whatever its encoding, checked and normalised by ``check_text``.

    Raises:
        InputError: the content is not text, or ``check_text`` refuses it.
    """
    for signature, description in _BINARY_SIGNATURES:
        if content.startswith(signature):
            raise InputError(f"{_shorten_name(name)} is {description}, not a text file.", _HINT)
    return check_text(_decode(name, content), limit, _shorten_name(name))


def check_text(text: str, limit: int, name: str = "") -> str:
    """The text without unstorable characters and with ``\\n`` as its only line end.

    ``name`` is the file it came from, for the error's sentence.

    Raises:
        InputError: there is no letter or digit in it, or it has more than ``limit`` characters.
    """
    text = UNSTORABLE_CHARACTERS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(character.isalnum() for character in text):
        where = f"{name} has no readable text in it" if name else "there is no readable text in it"
        raise InputError(f"This chapter is empty: {where}.", _HINT)
    if len(text) > limit:
        subject = name or "This text"
        raise InputError(
            f"{subject} has {len(text):,} characters; one chapter may have {limit:,}.",
            "That looks like more than one chapter: give each its own /script.",
        )
    return text


def _decode(name: str, content: bytes) -> str:
    for bom, encoding in BOMS:
        if content.startswith(bom):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                break
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_without_bom(name, content)
    if text.count("\x00") > len(text) // 100:  # UTF-16 without a mark can be valid UTF-8, full of NULs
        text = _decode_without_bom(name, content)
    control_characters = sum(character < " " and character not in "\t\n\r\f\x00" for character in text)
    if control_characters > len(text) // 200:  # more than 0.5 % of them: not text
        raise _unreadable_error(name)
    return text


def _decode_without_bom(name: str, content: bytes) -> str:
    """Decodes what is not UTF-8: UTF-16, recognised by its zero bytes, else Windows-1252, which accepts anything.

    Raises:
        InputError: it looks like UTF-16 and is not.
    """
    sample = content[:_SAMPLE_BYTES]
    if len(sample) >= 4 and sample.count(0) > len(sample) // 8:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            raise _unreadable_error(name) from None
    return content.decode("cp1252", errors="replace")


def _unreadable_error(name: str) -> InputError:
    return InputError(
        f"{_shorten_name(name)} is not readable text.", "Save it as UTF-8 text (.txt or .md) and attach it again."
    )


def _shorten_name(name: str) -> str:
    return name if len(name) <= _MAX_SHOWN_NAME else name[: _MAX_SHOWN_NAME - 3] + "…"
