"""Builds small EPUB files for tests: documents in reading order, a table of contents, and whatever else a trap needs."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from bot.ebooks.parsed_book import ParsedBook, Section, SectionKind
from bot.ebooks.reading.epub import read_epub

SENTENCE = "The lamp went out and the house began to speak in the dark. "
PROSE = f"<p>{SENTENCE * 30}</p>"
"""A paragraph long enough for a chapter."""

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)

Nested = Sequence["tuple[str, str] | tuple[str, str, Nested]"]
"""Lines of a table of contents: title, address and the lines below it."""


def page(body: str, *, title: str = "A Night", attributes: str = "") -> str:
    """An XHTML document with this in its body."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head><body {attributes}>{body}</body></html>'
    )


def nav(lines: Nested) -> str:
    """A navigation document with this table of contents and a list of pages, which is no table of contents."""
    pages = (
        '<nav epub:type="page-list"><ol><li><a href="one.xhtml">1</a></li><li><a href="one.xhtml">2</a></li></ol></nav>'
    )
    return page(f'<nav epub:type="toc"><h1>Contents</h1>{_list(lines)}</nav>{pages}')


def ncx(lines: Nested) -> str:
    """An NCX with this table of contents."""
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{_points(lines)}</navMap></ncx>'


def _list(lines: Nested) -> str:
    items = "".join(f"<li>{_line(title, href)}{_list(rest[0]) if rest else ''}</li>" for title, href, *rest in lines)
    return f"<ol>{items}</ol>"


def _line(title: str, href: str) -> str:
    return f'<a href="{href}">{title}</a>' if href else f"<span>{title}</span>"


def _points(lines: Nested) -> str:
    return "".join(
        f"<navPoint><navLabel><text>{title}</text></navLabel>"
        f'<content src="{href}"/>{_points(rest[0]) if rest else ""}</navPoint>'
        for title, href, *rest in lines
    )


@dataclass(kw_only=True)
class Epub:
    """An EPUB in the making. ``pages`` are bodies or whole documents by name, in reading order."""

    pages: Mapping[str, str | bytes]
    contents: Nested | None = None
    ncx_contents: Nested | None = None
    title: str = "The Long Night"
    metadata: str = "<dc:creator>Ada Quill</dc:creator><dc:language>en</dc:language>"
    spine: Sequence[str] | None = None
    not_linear: Sequence[str] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)

    def pack(self, method: int = zipfile.ZIP_STORED) -> bytes:
        """The file's content."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("mimetype", "application/epub+zip")
            for name, content in self._get_files().items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def write(self, path: Path) -> Path:
        """Writes the book there."""
        path.write_bytes(self.pack())
        return path

    def read(self, folder: Path) -> ParsedBook:
        """The book as the reader finds it."""
        return read_epub(self.write(folder / "book.epub"))

    def _get_files(self) -> dict[str, str | bytes]:
        files: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": self._package()}
        for name, content in self.pages.items():
            is_whole = isinstance(content, bytes) or content.startswith("<?xml") or "<html" in content
            files[f"OPS/{name}"] = content if is_whole else page(str(content))
        if self.contents is not None:
            files["OPS/nav.xhtml"] = nav(self.contents)
        if self.ncx_contents is not None:
            files["OPS/toc.ncx"] = ncx(self.ncx_contents)
        files.update(self.files)
        return files

    def _package(self) -> str:
        names = self.spine if self.spine is not None else list(self.pages)
        items = "".join(
            f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(names)
        )
        if self.contents is not None:
            items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        if self.ncx_contents is not None:
            items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        references = "".join(
            f'<itemref idref="i{n}"{" linear=" + chr(34) + "no" + chr(34) if name in self.not_linear else ""}/>'
            for n, name in enumerate(names)
        )
        return (
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{self.title}</dc:title>{self.metadata}</metadata>"
            f'<manifest>{items}</manifest><spine toc="ncx">{references}</spine></package>'
        )


def chapter_titles(book: ParsedBook) -> list[str]:
    """The titles of the chapters alone."""
    return [section.title for section in book.sections if section.kind is SectionKind.CHAPTER]


def kinds(book: ParsedBook) -> list[tuple[str, str]]:
    """Title and kind of every section."""
    return [(section.title, section.kind.value) for section in book.sections]


def only_chapter(book: ParsedBook) -> Section:
    """The single chapter of a book."""
    [section] = [section for section in book.sections if section.kind is SectionKind.CHAPTER]
    return section
