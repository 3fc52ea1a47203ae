"""Checks on the XML inside an EPUB or DOCX file before its reader sees it."""

import re
from pathlib import Path, PurePath
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from bot.ebooks.reading.safe_zip import SafeZip
from bot.errors import InputError

_XML_SUFFIXES: Final = ("", ".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html", ".htm", ".xht")
_NESTED_ENTITY: Final = re.compile(r"&[^#\s;]+;")
_MAX_ENTITY_CHARS: Final = 1_000  # of one entity's text; honest ones stand for a sign or a name
_EXPORT_AGAIN: Final = "Export the book again from the program that made it."


class _PrologueEndError(Exception):
    """The first element has begun: no entity can be declared any more."""


def check_archive(path: Path, *, is_trusting: bool) -> None:
    """Checks the declarations of every XML document in the archive.

    ``is_trusting`` says that the reader's library opens the archive by itself and trusts it: then all of it is unpacked once.

    Raises:
        InputError: a document declares entities that stand for endless text or for something outside; or a file is damaged.
    """
    with SafeZip(path) as archive:
        if is_trusting:
            archive.verify()
        for name in archive.names:
            if PurePath(name).suffix.lower() in _XML_SUFFIXES:
                _check_declarations(name, archive.read(name))


def _check_declarations(name: str, content: bytes) -> None:
    """Reads the document's beginning with Python's own parser, which knows every encoding and fetches nothing."""
    parser = ParserCreate()

    def end(*_element: object) -> None:
        raise _PrologueEndError

    def check(
        _entity: str,
        _is_parameter: object,
        value: str | None,
        _base: str | None,
        address: str | None,
        *_more: str | None,
    ) -> None:
        if address is not None:
            raise InputError(
                f"{name} inside this file refers to something outside of it: {address[:80]}.",
                f"Nothing was read from there. {_EXPORT_AGAIN}",
            )
        if value is not None and (_NESTED_ENTITY.search(value) or len(value) > _MAX_ENTITY_CHARS):
            raise InputError(
                f"{name} inside this file is an entity bomb: short names in it stand for endless text.", _EXPORT_AGAIN
            )

    parser.StartElementHandler = end
    parser.EntityDeclHandler = check
    try:
        parser.Parse(content)
    except (_PrologueEndError, ExpatError, ValueError, LookupError):
        return  # the reader deals with what is no XML, as long as it declares nothing
