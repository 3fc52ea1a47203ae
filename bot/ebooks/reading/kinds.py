"""Tells by its content, never by its name, what kind of book a file is."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.ebooks.encodings import BOMS
from bot.ebooks.reading.foreign_kinds import ForeignKind, foreign_kind_error
from bot.ebooks.reading.limits import MEBIBYTE
from bot.ebooks.reading.safe_zip import SafeZip

_HEAD_BYTES: Final = 4096
_PDF_HEAD_BYTES: Final = 1024  # in which readers of PDF look for the signature; some programs put a line before it


class BookKind(StrEnum):
    """The kinds of files that can be read. The value completes "This … cannot be read"."""

    EPUB = "EPUB"
    DOCX = "DOCX file"
    PDF = "PDF"
    TEXT = "text file"


_SIGNATURES: Final = (
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ForeignKind.OLD_WORD),
    (re.compile(rb"\s*\{\\rtf"), ForeignKind.RTF),
    (re.compile(rb".{60}(BOOKMOBI|TEXtREAd)|\xeaDRMION|CONT\x02\x00", re.DOTALL), ForeignKind.KINDLE),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP", re.DOTALL), ForeignKind.PICTURE),
    (re.compile(rb"OggS|ID3|RIFF|fLaC|\xff\xfb|.{4}ftyp|\x1aE\xdf\xa3", re.DOTALL), ForeignKind.SOUND),
    (re.compile(rb"\x1f\x8b|Rar!|7z\xbc\xaf|\xfd7zXZ|BZh[1-9]1AY"), ForeignKind.PACKED),
    (re.compile(rb"AT&TFORM"), ForeignKind.DJVU),
    (re.compile(rb"\x7fELF|MZ.{2}\0", re.DOTALL), ForeignKind.PROGRAM),
)
_MARKUP_SIGNATURES: Final = (
    (re.compile(rb"(<\?xml[^>]*>|<!--.*?-->|\s)*<FictionBook", re.DOTALL), ForeignKind.FICTION_BOOK),
    (
        re.compile(rb"(<\?xml[^>]*>|<!--.*?-->|\s)*<(!doctype\s+html|html)\b", re.DOTALL | re.IGNORECASE),
        ForeignKind.HTML,
    ),
    (re.compile(rb"(<\?xml[^>]*>|<!--.*?-->|\s)*<svg\b", re.DOTALL), ForeignKind.PICTURE),
)
_MIMETYPES: Final = (
    (b"application/vnd.oasis.opendocument.text", ForeignKind.ODT),
    (b"application/vnd.oasis.opendocument.spreadsheet", ForeignKind.SPREADSHEET),
    (b"application/vnd.oasis.opendocument.presentation", ForeignKind.SLIDES),
)
_EPUB_MIMETYPE: Final = b"application/epub+zip"
_FOREIGN_PARTS: Final = (("xl/workbook.xml", ForeignKind.SPREADSHEET), ("ppt/presentation.xml", ForeignKind.SLIDES))
_PICTURE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def find_kind(path: Path) -> BookKind:
    """The kind of book that the file holds.

    Raises:
        InputError: it is another kind of file, or a damaged or hostile archive.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise foreign_kind_error(ForeignKind.EMPTY)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _find_kind_of_archive(path)
    if b"%PDF-" in head[:_PDF_HEAD_BYTES]:
        return BookKind.PDF
    without_bom = head.removeprefix(b"\xef\xbb\xbf")
    for signature, kind in (*_SIGNATURES, *_MARKUP_SIGNATURES):
        if signature.match(without_bom):
            raise foreign_kind_error(kind)
    if not any(head):
        raise foreign_kind_error(ForeignKind.BINARY if _has_content(path) else ForeignKind.ZEROS)
    if _looks_binary(head):
        raise foreign_kind_error(ForeignKind.BINARY)
    return BookKind.TEXT


def _find_kind_of_archive(path: Path) -> BookKind:
    with SafeZip(path) as archive:
        mimetype = archive.read("mimetype")[:100].strip() if "mimetype" in archive else b""
        if "META-INF/container.xml" in archive or mimetype.startswith(_EPUB_MIMETYPE):
            return BookKind.EPUB
        if "word/document.xml" in archive:
            return BookKind.DOCX
        for foreign_type, kind in _MIMETYPES:
            if mimetype.startswith(foreign_type):
                raise foreign_kind_error(kind)
        for name, kind in _FOREIGN_PARTS:
            if name in archive:
                raise foreign_kind_error(kind)
        if archive.names and all(name.lower().endswith(_PICTURE_SUFFIXES) for name in archive.names):
            raise foreign_kind_error(ForeignKind.COMIC)
    raise foreign_kind_error(ForeignKind.ARCHIVE)


def _has_content(path: Path) -> bool:
    with path.open("rb") as file:
        while block := file.read(MEBIBYTE):
            if block.count(0) < len(block):
                return True
    return False


def _looks_binary(head: bytes) -> bool:
    """Whether it is full of control characters. Those of UTF-16 and UTF-32 are left to the detection of encodings."""
    if head.startswith(tuple(bom for bom, _ in BOMS)):
        return False
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b\0" for byte in head)
    return controls > len(head) // 50
