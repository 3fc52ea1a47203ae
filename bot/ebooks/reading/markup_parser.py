"""Parses the XML and XHTML inside books: any encoding, HTML's entities, broken markup. Nothing outside the file is read."""

import html
import html.entities
import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from bot.ebooks.encodings import BOMS, find_readings
from bot.errors import InputError

_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})""")
_META_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}?\bcharset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAMED_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_CHARACTER_REFERENCE: Final = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_USUAL_CHARACTERS: Final = ((0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
_MAX_DIGITS: Final = 9
_XML_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_HEAD_BYTES: Final = 1024  # where an encoding is declared

# Programs say one of these and mean its superset, as browsers know.
_SUPERSETS: Final = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
}

_TOO_DEEP: Final = "Excessive depth"


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed document. ``is_certain`` is False where the encoding had to be guessed."""

    root: etree._Element
    is_certain: bool = True


def parse_xml(content: bytes, name: str) -> etree._Element | None:
    """A package document, NCX or container file; broken markup is repaired as far as possible. None where it is no XML.

    Raises:
        InputError: it is nested too deeply. ``name`` is in the sentence.
    """
    data = _prepare(decode_markup(content)[0])
    root = _parse_strictly(data, name)
    return _repair(data, name, _xml_parser(recover=True)) if root is None else root


def parse_page(content: bytes, name: str) -> Markup | None:
    """An XHTML document; None where it holds no element at all.

    Raises:
        InputError: it is nested too deeply.
    """
    text, is_certain = decode_markup(content)
    data = _prepare(text)
    root = _parse_strictly(data, name)
    if root is None:
        # The XML parser may stop in the middle, the HTML parser may swallow what follows an unknown tag.
        repaired = (
            _repair(data, name, _xml_parser(recover=True)),
            _repair(data, name, etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)),
        )
        root = max((each for each in repaired if each is not None), key=_count_text, default=None)
    return None if root is None else Markup(root, is_certain)


def decode_markup(content: bytes) -> tuple[str, bool]:
    """The text by its byte order mark or declaration, else as a detector reads it; and whether that is certain."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return content.decode(encoding, errors="replace"), True
    if content.startswith((b"<\x00", b"\x00<")):
        return content.decode("utf-16-le" if content[1] == 0 else "utf-16-be", errors="replace"), True
    head = content[:_HEAD_BYTES]
    declared = _DECLARED.search(head) or _META_CHARSET.search(head)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    for encoding in dict.fromkeys((_SUPERSETS.get(name, name), "utf-8")):
        try:
            return content.decode(encoding), True
        except (UnicodeDecodeError, LookupError):
            continue
    readings = find_readings(content)
    return (readings[0], len(readings) == 1) if readings else (content.decode("utf-8", errors="replace"), False)


def _prepare(text: str) -> bytes:
    text = _XML_DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    text = _NOT_IN_XML.sub("", text).lstrip()
    text = _CHARACTER_REFERENCE.sub(_replace_unusual, text)
    return _NAMED_ENTITY.sub(_replace_entity, text).encode("utf-8", errors="replace")


def _replace_unusual(match: re.Match[str]) -> str:
    """What browsers show for a number that is no character, and for those of Windows's own signs (146 is an apostrophe).

    XML's parsers would stop there or take over half of a surrogate pair, which nobody could read.
    """
    digits = match[1] or match[2]
    if len(digits) > _MAX_DIGITS:
        return "\N{REPLACEMENT CHARACTER}"
    number = int(digits, 16 if match[1] else 10)
    is_usual = number in (0x09, 0x0A, 0x0D) or any(first <= number <= last for first, last in _USUAL_CHARACTERS)
    return match[0] if is_usual else html.unescape(match[0])


def _replace_entity(match: re.Match[str]) -> str:
    if match[1] in _XML_ENTITIES:
        return match[0]
    character = html.entities.html5.get(f"{match[1]};")
    if character is None:
        return match[0]
    return "".join(f"&#{ord(each)};" for each in character)  # a plain "<" would be markup


def _xml_parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )


def _parse_strictly(data: bytes, name: str) -> etree._Element | None:
    try:
        return etree.fromstring(data, _xml_parser(recover=False))
    except etree.XMLSyntaxError as error:
        _check_depth(str(error), name)
        return None


def _repair(data: bytes, name: str, parser: etree.XMLParser | etree.HTMLParser) -> etree._Element | None:
    root: etree._Element | None
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        _check_depth(str(error), name)
        return None
    for entry in parser.error_log:
        _check_depth(entry.message, name)
    return root


def _check_depth(message: str, name: str) -> None:
    if _TOO_DEEP in message:
        raise InputError(
            f"{name} inside this book has elements nested more than 256 levels deep.",
            "No program for writing writes such a book. Export it again from the program that made it.",
        )


def _count_text(root: etree._Element) -> int:
    return sum(len(text) for text in root.itertext() if not text.isspace())
