"""The kinds of files that are no books for this program, with the sentence that each gets."""

from enum import StrEnum
from typing import Final

from bot.errors import InputError

USE_INSTEAD: Final = "Attach an EPUB, DOCX, PDF, Markdown or text file."
_SAVE_AS_DOCX: Final = "Open it in Word or LibreOffice, save it as .docx, and attach that file."
_CONVERT: Final = "Convert it to EPUB, for example with calibre, and attach that file."


class ForeignKind(StrEnum):
    """A kind of file that cannot be imported. The value completes "… is"."""

    EMPTY = "empty"
    ZEROS = "nothing but zero bytes"
    OLD_WORD = "a Word 97–2003 document (.doc)"
    RTF = "an RTF document"
    ODT = "an OpenDocument text (.odt)"
    KINDLE = "a Kindle book"
    HTML = "a web page"
    SPREADSHEET = "an Excel or OpenDocument table"
    SLIDES = "a presentation"
    ARCHIVE = "a ZIP archive that is neither an EPUB nor a DOCX file"
    PACKED = "a packed archive"
    PICTURE = "a picture"
    SOUND = "a sound or video file"
    DJVU = "a DjVu scan"
    FICTION_BOOK = "a FictionBook (.fb2)"
    COMIC = "a comic archive"
    PROGRAM = "a program"
    BINARY = "not readable text"


_HINTS: Final = {
    ForeignKind.EMPTY: "Download or export it again, then attach it once more.",
    ForeignKind.ZEROS: "The download or the disk lost its content. Fetch it again from where it came.",
    ForeignKind.OLD_WORD: _SAVE_AS_DOCX,
    ForeignKind.RTF: _SAVE_AS_DOCX,
    ForeignKind.ODT: _SAVE_AS_DOCX,
    ForeignKind.KINDLE: _CONVERT,
    ForeignKind.HTML: _CONVERT,
    ForeignKind.FICTION_BOOK: _CONVERT,
    ForeignKind.ARCHIVE: "Unpack it and attach the book inside.",
    ForeignKind.PACKED: "Unpack it and attach the book inside.",
}

_SUFFIXES: Final = {
    ForeignKind.OLD_WORD: (".doc", ".dot"),
    ForeignKind.RTF: (".rtf",),
    ForeignKind.ODT: (".odt", ".ott"),
    ForeignKind.KINDLE: (".mobi", ".azw", ".azw3", ".azw4", ".kfx", ".prc"),
    ForeignKind.HTML: (".html", ".htm", ".xhtml", ".mht"),
    ForeignKind.SPREADSHEET: (".xls", ".xlsx", ".ods", ".csv"),
    ForeignKind.SLIDES: (".ppt", ".pptx", ".odp"),
    ForeignKind.ARCHIVE: (".zip",),
    ForeignKind.PACKED: (".rar", ".7z", ".gz", ".xz", ".bz2", ".tar"),
    ForeignKind.PICTURE: (".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".svg"),
    ForeignKind.SOUND: (".mp3", ".m4a", ".m4b", ".wav", ".ogg", ".flac", ".mp4", ".mov", ".webm"),
    ForeignKind.DJVU: (".djvu", ".djv"),
    ForeignKind.FICTION_BOOK: (".fb2",),
    ForeignKind.COMIC: (".cbz", ".cbr"),
}
KINDS_BY_SUFFIX: Final = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}


def foreign_kind_error(kind: ForeignKind, subject: str = "This file") -> InputError:
    """The error for a file of this kind: what it is and what to do."""
    return InputError(f"{subject} is {kind}.", _HINTS.get(kind, USE_INSTEAD))
