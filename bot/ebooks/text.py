"""An attached text file as a chapter's text, or a sentence that says why it cannot be one."""

import re
from typing import Final

from bot.ebooks.chapter_text import ChapterText, looks_like_markdown, parse_chapter
from bot.ebooks.encodings import find_readings, has_many_controls
from bot.errors import InputError

_MARKDOWN_SUFFIXES: Final = (".md", ".markdown")
FILE_SUFFIXES: Final = (".txt", ".text", *_MARKDOWN_SUFFIXES)
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
"""The largest file that is downloaded. A chapter has well below 1 MB; 8 MB leaves room for any encoding of a long one."""
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
_HINT: Final = "Attach a .txt or .md file, or run /script without a file and paste the text."


class TooLongError(InputError):
    """A text has more characters than a chapter may have."""


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


def read_chapter_file(name: str, content: bytes, limit: int) -> tuple[ChapterText, ...]:
    """The text of the file called ``name``, checked and normalised by ``check_text``.

    There are two texts, the likelier first, where the encoding cannot be told and somebody has to choose.

    Raises:
        InputError: the content is not text, or ``check_text`` refuses it.
    """
    for signature, description in _BINARY_SIGNATURES:
        if content.startswith(signature):
            raise InputError(f"{_shorten_name(name)} is {description}, not a text file.", _HINT)
    readings = [reading for reading in find_readings(content) if not has_many_controls(reading.replace("\x00", ""))]
    if not readings and any(content):
        raise InputError(
            f"{_shorten_name(name)} is not readable text.", "Save it as UTF-8 text (.txt or .md) and attach it again."
        )
    readings = readings or [""]
    is_markdown = name.lower().endswith(_MARKDOWN_SUFFIXES)
    texts = [check_text(reading, limit, _shorten_name(name)) for reading in readings]
    return tuple(parse_chapter(text, is_markdown=is_markdown) for text in texts)


def read_pasted_chapter(text: str, limit: int) -> ChapterText:
    """The pasted text, checked and normalised by ``check_text``.

    Raises:
        InputError: ``check_text`` refuses it.
    """
    text = check_text(text, limit)
    return parse_chapter(text, is_markdown=looks_like_markdown(text))


def check_text(text: str, limit: int, name: str = "") -> str:
    """The text without unstorable characters and with ``\\n`` as its only line end.

    ``name`` is the file it came from, for the error's sentence.

    Raises:
        InputError: there is no letter or digit in it.
        TooLongError: it has more than ``limit`` characters.
    """
    text = UNSTORABLE_CHARACTERS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(character.isalnum() for character in text):
        where = f"{name} has no readable text in it" if name else "there is no readable text in it"
        raise InputError(f"This chapter is empty: {where}.", _HINT)
    if len(text) > limit:
        subject = name or "This text"
        raise TooLongError(
            f"{subject} has {len(text):,} characters; one chapter may have {limit:,}.",
            "That looks like more than one chapter: give each its own /script.",
        )
    return text


def _shorten_name(name: str) -> str:
    return name if len(name) <= _MAX_SHOWN_NAME else name[: _MAX_SHOWN_NAME - 3] + "…"
