"""Files that were made to do harm, or that are no books, with the sentence that each must get."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from bot.ebooks.reading.limits import MEBIBYTE
from tests.bot.ebooks.reading.archives import entry, pack
from tests.bot.ebooks.reading.epubs import PROSE, Epub, page

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_DRM = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
    'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    '<CipherData><CipherReference URI="OPS/one.xhtml"/></CipherData></EncryptedData></encryption>'
)
_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_PAGE = "/Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]"
_CATALOGUE = "<</Type/Catalog/Pages 2 0 R>>"
_LAUGHS = "".join(f"<!ENTITY l{n + 1} '{f'&l{n};' * 10}'>" for n in range(9))


class HostileBook(NamedTuple):
    """A file and a part of the sentence that it must get. ``make`` builds it, since some are large."""

    name: str
    make: Callable[[], bytes]
    expected: str


def epub(files: dict[str, str | bytes] | None = None, **pages: str | bytes) -> bytes:
    """An EPUB with these documents, or with one honest chapter, and with these other files."""
    documents = {f"{name}.xhtml": content for name, content in pages.items()} or {"one.xhtml": PROSE}
    return Epub(pages=documents, files=files or {}).pack()


def epub_bomb() -> bytes:
    return Epub(pages={"one.xhtml": PROSE}, files={"OPS/b.css": bytes(150 * MEBIBYTE)}).pack(zipfile.ZIP_DEFLATED)


def docx(body: str, declarations: str = "") -> bytes:
    """A DOCX file with this body."""
    document = f'<?xml version="1.0"?>{declarations}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONSHIPS,
        "word/document.xml": document,
    }
    return pack({name: content.encode() for name, content in parts.items()})


def pdf(objects: Iterable[str | bytes], trailer: str = "") -> bytes:
    """A PDF of these objects; the first is its catalogue."""
    content = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        body = each.encode("latin-1") if isinstance(each, str) else each
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(content)
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(places) + 1
    content += f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n".encode()
    content += f"<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(content)


def pdf_with_page(page_entries: str, *more: str | bytes) -> bytes:
    """A PDF with one page. Further objects begin with number 4."""
    return pdf([_CATALOGUE, "<</Type/Pages/Kids[3 0 R]/Count 1>>", f"<<{_PAGE}{page_entries}>>", *more])


def locked_pdf() -> bytes:
    empty = f"<{'00' * 32}>"
    lock = f"<</Filter/Standard/V 2/R 3/Length 128/P -4/O{empty}/U{empty}>>"
    return pdf([_CATALOGUE, "<</Type/Pages/Kids[]/Count 0>>", lock], "/Encrypt 3 0 R/ID[<00><00>]")


def endless_pdf() -> bytes:
    return pdf([_CATALOGUE, f"<</Type/Pages/Kids[{'3 0 R ' * 200_000}]/Count 200000>>", f"<<{_PAGE}>>"])


def stream(entries: str, content: bytes) -> bytes:
    return f"<<{entries}/Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream"


def pdf_bomb() -> bytes:
    """Ten kilobytes, packed twice, that are a page with fourteen million words."""
    packer = zlib.compressobj(9)
    words = b"BT /F1 9 Tf (x) Tj ET\n" * 50_000
    content = b"".join([*(packer.compress(words) for _ in range(280)), packer.flush()])
    bomb = stream("/Filter[/FlateDecode/FlateDecode]", zlib.compress(content, 9))
    return pdf_with_page("/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>", bomb, _FONT)


def recursive_pdf() -> bytes:
    """A form that shows itself twice, and so on."""
    resources = "/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>"
    form = stream(f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}", b"/X Do /X Do")
    return pdf_with_page(f"/Contents 4 0 R{resources}", stream("", b"/X Do"), _FONT, form)


def nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + "The lantern went out." + f"</{tag}>" * depth


def nested_tables(depth: int) -> str:
    opened, closed = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    return opened * depth + "<w:p><w:r><w:t>The lantern went out.</w:t></w:r></w:p>" + closed * depth


def with_doctype(declarations: str, text: str) -> str:
    return page(f"<p>{text}</p>").replace("?>", f"?><!DOCTYPE html [{declarations}]>", 1)


def nested_archives() -> bytes:
    inner = pack({"zeros": bytes(3 * MEBIBYTE)})
    for _ in range(5):
        inner = pack({f"{number}.zip": inner for number in range(5)})
    return inner


def with_wrong_size() -> bytes:
    content = bytearray(epub())
    at = content.rfind(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 0xFFFFFFFF)
    return bytes(content)


ARCHIVES = [
    HostileBook("bomb.epub", epub_bomb, "looks like a zip bomb: OPS/b.css inside it"),
    HostileBook("nested-zip.epub", nested_archives, "a ZIP archive that is neither an EPUB nor a DOCX file"),
    HostileBook("zip64.epub", with_wrong_size, "looks like a zip bomb: it would unpack to 4,096 MB"),
    HostileBook("traversal.epub", lambda: epub({"../../etc/cron.d/x": "x"}), "leads out of it: ../../etc/cron.d/x"),
    HostileBook("nul.epub", lambda: epub({"a?b": "x"}).replace(b"a?b", b"a\0b"), "whose name has control characters"),
    HostileBook(
        "surrogate.epub", lambda: epub({"ä_": "x"}).replace("ä_".encode(), b"\xed\xa0\x80"), "name is not valid text"
    ),
    HostileBook("truncated.epub", lambda: epub()[:-200], "may have been cut off"),
    HostileBook("half.epub", lambda: epub()[:200], "may have been cut off"),
    HostileBook(
        "crc.epub", lambda: epub().replace(b"The lamp", b"The LAMP", 1), "OPS/one.xhtml inside it cannot be unpacked"
    ),
    HostileBook("10000.epub", lambda: epub({f"{n}.xhtml": "" for n in range(10_000)}), "contains 10,004 files"),
    HostileBook(
        "link.epub",
        lambda: pack({"mimetype": b"application/epub+zip", entry("x.xhtml", stat.S_IFLNK | 0o777): b"/etc/passwd"}),
        "a link to another file: x.xhtml",
    ),
]
BOOKS = [
    HostileBook("drm.epub", lambda: epub({"META-INF/encryption.xml": _DRM}), "protected (DRM)"),
    HostileBook("no-package.epub", lambda: pack({"META-INF/container.xml": b"<container/>"}), "package document"),
    HostileBook("no-text.epub", lambda: epub(one="<img src='cover.jpg'/>"), "EPUB contains only pictures"),
    HostileBook(
        "laughs.epub",
        lambda: epub(one=with_doctype(f"<!ENTITY l0 'lol'>{_LAUGHS}", "&l9;")),
        "OPS/one.xhtml inside this file is an entity bomb",
    ),
    HostileBook(
        "outside.epub",
        lambda: epub(one=with_doctype("<!ENTITY x SYSTEM 'file:///etc/passwd'>", "&x;")),
        "OPS/one.xhtml inside this file refers to something outside of it: file:///etc/passwd",
    ),
    HostileBook("tags.epub", lambda: epub(one=nested("div", 200_000)), "nested more than 256 levels deep"),
    HostileBook("open-tags.epub", lambda: epub(one="<div>" * 200_000 + "x"), "nested more than 256 levels deep"),
]
DOCUMENTS = [
    HostileBook("tables.docx", lambda: docx(nested_tables(3_000)), "nested too deeply"),
    HostileBook(
        "laughs.docx",
        lambda: docx("<w:p/>", f"<!DOCTYPE x [<!ENTITY l0 'lol'>{_LAUGHS}]>"),
        "word/document.xml inside this file is an entity bomb",
    ),
    HostileBook("empty.docx", lambda: docx(""), "contains no running text"),
    HostileBook("half.docx", lambda: pack({"word/document.xml": b"<w:document"}), "do not fit together"),
]
PDFS = [
    HostileBook("self.pdf", lambda: pdf([_CATALOGUE, "<</Type/Pages/Kids[2 0 R]/Count 9>>"]), "pages are pictures"),
    HostileBook("scan.pdf", lambda: pdf_with_page(""), "This PDF has no text; its pages are pictures"),
    HostileBook("locked.pdf", locked_pdf, "protected with a password"),
    HostileBook("cut.pdf", lambda: b"%PDF-1.7\n", "This PDF is damaged and cannot be opened"),
    HostileBook("pages.pdf", endless_pdf, "This PDF has 200,000 pages; a book may have 5,000"),
]
GREEDY_PDFS = [
    HostileBook("forms.pdf", recursive_pdf, "forms.pdf needs more memory than reading a book may take"),
    HostileBook("bomb.pdf", pdf_bomb, "bomb.pdf needs more memory than reading a book may take"),
]
"""These take all the memory of the machine where nothing limits them, so they are read in a child process only."""
OTHERS = [
    HostileBook("renamed.epub", lambda: OLE + bytes(5_000), "a Word 97–2003 document (.doc)"),
    HostileBook("empty.pdf", lambda: b"", "is empty"),
    HostileBook("zeros.docx", lambda: bytes(50 * MEBIBYTE), "nothing but zero bytes"),
    HostileBook("binary.txt", lambda: bytes(range(256)) * 5_000, "not readable text"),
    HostileBook("blank.txt", lambda: b" \n" * 50, "has no text"),
]
HOSTILE_BOOKS = (*ARCHIVES, *BOOKS, *DOCUMENTS, *PDFS, *OTHERS)
