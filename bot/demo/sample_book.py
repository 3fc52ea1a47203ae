"""A small book as an EPUB file, for visitors of the demo to add with ``/ebook add``."""

import io
import re
import zipfile
from html import escape
from importlib.resources import files
from typing import Final

BOOK_FILE: Final = "the-ferry-at-black-reeds.epub"
BOOK_TITLE: Final = "The Ferry at Black Reeds"
_AUTHOR: Final = "M. Marrow"
_SOURCE: Final = "the-ferry-at-black-reeds.md"
_BREAK: Final = re.compile(r"  \n")
_MOMENT: Final = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the archive, so that each demo makes the same bytes."""

_CONTAINER: Final = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PACKAGE: Final = (
    '<?xml version="1.0"?><package version="3.0" unique-identifier="id" xmlns="http://www.idpf.org/2007/opf">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">black-reeds</dc:identifier>'
    "<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:language>en</dc:language></metadata>"
    '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>'
    "<spine>{spine}</spine></package>"
)
_PAGE: Final = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en"><head><title>{title}</title></head><body>{body}</body></html>'
)


def build_sample_book() -> bytes:
    """The EPUB: a copyright page, six chapters of which one has a poem, and a page about the author."""
    text = files(__package__).joinpath(_SOURCE).read_text(encoding="utf-8")
    sections = [section.split("\n", 1) for section in text.removeprefix("# ").split("\n# ")]
    names = [f"section{number}.xhtml" for number in range(len(sections))]
    entries = "".join(
        f'<li><a href="{name}">{escape(title)}</a></li>' for name, (title, _) in zip(names, sections, strict=True)
    )
    items = "".join(f'<item id="{name[:-6]}" href="{name}" media-type="application/xhtml+xml"/>' for name in names)
    spine = "".join(f'<itemref idref="{name[:-6]}"/>' for name in names)
    package = _PACKAGE.format(title=BOOK_TITLE, author=_AUTHOR, items=items, spine=spine)
    contents = {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER, "book.opf": package}
    contents["nav.xhtml"] = _PAGE.format(title=BOOK_TITLE, body=f'<nav epub:type="toc"><ol>{entries}</ol></nav>')
    for name, (title, content) in zip(names, sections, strict=True):
        contents[name] = _PAGE.format(title=escape(title), body=f"<h1>{escape(title)}</h1>{_to_markup(content)}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as book:
        for name, page in contents.items():  # the first entry of an EPUB is its type, and is not compressed
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            book.writestr(zipfile.ZipInfo(name, _MOMENT), page, compress_type=how)
    return archive.getvalue()


def _to_markup(content: str) -> str:
    """The paragraphs of a section; a line that ends in two spaces goes on in the next, as in Markdown."""
    paragraphs = (escape(paragraph.strip(), quote=False) for paragraph in content.strip().split("\n\n"))
    return "".join("<hr/>" if text == "* * *" else f"<p>{_BREAK.sub('<br/>', text)}</p>" for text in paragraphs)
