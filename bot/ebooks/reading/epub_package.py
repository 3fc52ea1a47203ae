"""The container of an EPUB: what its package document says, and which documents are read in which order."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from lxml import etree

from bot.ebooks.reading.markup_parser import parse_xml
from bot.ebooks.reading.markup_roles import get_name, get_text
from bot.ebooks.reading.safe_zip import SafeZip
from bot.errors import InputError

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_PAGE_TYPES: Final = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml")
_PAGE_ENDINGS: Final = (".xhtml", ".html", ".htm", ".xht", ".xml")
# Scrambled fonts are not DRM: the key is the book's own identifier.
_FONT_SCRAMBLING: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#rc")
_EXPORT_AGAIN: Final = "Export the book again from the program that made it."


@dataclass(slots=True)
class EpubPackage:
    """What the package document says. Paths are names in the archive; ``warnings`` are sentences."""

    title: str = ""
    author: str = ""
    language: str = ""
    pages: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """Documents with ``linear="no"``, which a person only sees by following a link."""
    nav_path: str | None = None
    ncx_path: str | None = None
    guide: list[tuple[str, str]] = field(default_factory=list)
    """The ``guide`` of EPUB 2: pairs of a type and an address relative to the archive."""
    warnings: list[str] = field(default_factory=list)


class EpubFiles:
    """Finds files of the archive by the addresses that the book uses, also where letter case or escapes differ."""

    def __init__(self, archive: SafeZip) -> None:
        self._archive = archive
        self._by_folded = {name.casefold(): name for name in archive.names}

    def find(self, base: str, href: str) -> tuple[str | None, str]:
        """The file that ``href`` means in the document ``base``, and the fragment.

        The file is None where the address leads out of the book or the file is missing. An address without a path means
        the document itself.
        """
        path, _, fragment = href.strip().partition("#")
        fragment = unquote(fragment)
        if not path:
            return base, fragment
        for candidate in dict.fromkeys((unquote(path), path)):
            if ":" in candidate.split("/")[0] or candidate.startswith("/"):
                continue
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), candidate))
            if joined.startswith(".."):
                continue
            found = joined if joined in self._archive else self._by_folded.get(joined.casefold())
            if found:
                return found, fragment
        return None, fragment

    def find_moved(self, base: str, href: str) -> tuple[str | None, str]:
        """Like ``find``, but where nothing is there, the least nested file with the same name in another folder."""
        found, fragment = self.find(base, href)
        name = unquote(href.strip().partition("#")[0]).rpartition("/")[2].casefold()
        if found or not name:
            return found, fragment
        moved = [each for folded, each in self._by_folded.items() if folded.rpartition("/")[2] == name]
        depth = min((each.count("/") for each in moved), default=0)
        least = [each for each in moved if each.count("/") == depth]
        return (least[0] if len(least) == 1 else None), fragment

    def read(self, name: str) -> bytes:
        """The content of the file with this name."""
        return self._archive.read(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files."""
        return self._archive.names

    def find_ending(self, ending: str) -> str | None:
        """The first file whose name ends so."""
        return next((name for folded, name in self._by_folded.items() if folded.endswith(ending)), None)

    def find_exact(self, name: str) -> str | None:
        """The file with this name in any letter case."""
        return name if name in self._archive else self._by_folded.get(name.casefold())


def read_package(files: EpubFiles) -> EpubPackage:
    """What the EPUB's package document says.

    Raises:
        InputError: the book is locked, or it has no package document or no document to read.
    """
    _refuse_drm(files)
    path = _find_package_path(files)
    root = parse_xml(files.read(path), path)
    if root is None:
        raise InputError(f"This EPUB is damaged: {path} inside it is no XML.", _EXPORT_AGAIN)
    package = EpubPackage(
        title=_find_text(root, "title"), author=", ".join(_find_authors(root)), language=_find_language(root)
    )
    items = {item.get("id", ""): item for item in _elements(root, "item")}
    for item in items.values():
        if "nav" in item.get("properties", "").split():
            package.nav_path = files.find(path, item.get("href", ""))[0]
    spine = next(_elements(root, "spine"), None)
    package.ncx_path = _find_ncx(files, path, items, spine)
    package.guide = [
        (reference.get("type", "").lower(), _rebase(files, path, reference.get("href", "")))
        for reference in _elements(root, "reference")
    ]
    if spine is not None:
        _read_spine(files, path, items, spine, package)
    if not package.pages:
        in_order = [] if spine is None else [items.get(each.get("idref", "")) for each in _elements(spine, "itemref")]
        if any(item is not None and not _is_page(item) for item in in_order):
            raise no_text()
        package.pages = _list_pages(files, path, items)
        package.warnings.append(
            "The book does not say in which order its documents are read; look at the order of chapters."
        )
    if not package.pages:
        raise InputError("This EPUB names no document that could be read.", _EXPORT_AGAIN)
    return package


def no_text() -> InputError:
    """The refusal of a comic or a scanned book."""
    return InputError("This EPUB contains only pictures.", "Use an edition whose text can be selected in a reader.")


def _list_pages(files: EpubFiles, path: str, items: dict[str, etree._Element]) -> list[str]:
    """All documents that the package names, in its order, else those in the archive by name."""
    named = [files.find(path, item.get("href", ""))[0] for item in items.values() if _is_page(item)]
    found = [name for name in dict.fromkeys(named) if name]
    return found or sorted(name for name in files.names if name.lower().endswith(_PAGE_ENDINGS[:-1]))


def _read_spine(
    files: EpubFiles, path: str, items: dict[str, etree._Element], spine: etree._Element, package: EpubPackage
) -> None:
    pages: dict[str, None] = {}
    missing = []
    for reference in _elements(spine, "itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None:
            missing.append(reference.get("idref", "?"))
        elif _is_page(item):
            page = files.find(path, item.get("href", ""))[0]
            if page is None:
                missing.append(item.get("href", "?"))
            elif reference.get("linear", "yes").lower() == "no":
                package.outside.append(page)
            else:
                pages[page] = None
    package.pages = list(pages)
    if missing:
        package.warnings.append(_describe_missing(missing))


def _refuse_drm(files: EpubFiles) -> None:
    for name in ("META-INF/rights.xml", "META-INF/sinf.xml", "META-INF/license.lcpl"):
        if files.find_exact(name) and files.find_exact(_ENCRYPTION):
            raise _locked()
    path = files.find_exact(_ENCRYPTION)
    if path is None:
        return
    root = parse_xml(files.read(path), path)
    for data in _elements(root, "encrypteddata") if root is not None else ():
        method = next(_elements(data, "encryptionmethod"), None)
        algorithm = (method.get("Algorithm", "") if method is not None else "").lower()
        if not algorithm.startswith(_FONT_SCRAMBLING):
            raise _locked()


def _locked() -> InputError:
    return InputError(
        "This EPUB is protected (DRM), so its text cannot be read.",
        "Use the file from your own writing program, or an edition without protection.",
    )


def _find_package_path(files: EpubFiles) -> str:
    container = files.find_exact(_CONTAINER)
    root = parse_xml(files.read(container), container) if container else None
    for rootfile in _elements(root, "rootfile") if root is not None else ():
        found = files.find("", rootfile.get("full-path", ""))[0]
        if found:
            return found
    found = files.find_ending(".opf")
    if found is None:
        raise InputError("This file is no EPUB: it has no package document.", _EXPORT_AGAIN)
    return found


def _find_ncx(
    files: EpubFiles, path: str, items: dict[str, etree._Element], spine: etree._Element | None
) -> str | None:
    named = items.get(spine.get("toc", "")) if spine is not None else None
    candidates = [named] if named is not None else []
    candidates += [item for item in items.values() if item.get("media-type") == "application/x-dtbncx+xml"]
    for item in candidates:
        found = files.find(path, item.get("href", ""))[0]
        if found:
            return found
    return files.find_ending(".ncx")


def _is_page(item: etree._Element) -> bool:
    return item.get("media-type", "").lower() in _PAGE_TYPES or item.get("href", "").lower().endswith(_PAGE_ENDINGS)


def _rebase(files: EpubFiles, base: str, href: str) -> str:
    found, fragment = files.find(base, href)
    return f"{found or ''}#{fragment}"


def _describe_missing(missing: list[str]) -> str:
    shown = ", ".join(unquote(name)[:80] for name in missing[:5])
    if len(missing) == 1:
        return f"The book names a document that is not in the file: {shown}."
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return f"The book names {len(missing)} documents that are not in the file: {shown}{more}."


def _elements(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (element for element in root.iter() if get_name(element) == name)


def _get_line(element: etree._Element) -> str:
    return " ".join(get_text(element).split())


def _find_text(root: etree._Element, name: str) -> str:
    return next((text for element in _elements(root, name) if (text := _get_line(element))), "")


def _find_language(root: etree._Element) -> str:
    """The declared language in the usual letter case: ``en-US``, ``zh-Hant``."""
    first, *rest = _find_text(root, "language").replace("_", "-").split("-")
    if not (first.isalpha() and first.isascii() and 2 <= len(first) <= 3):  # some programs write the locale "C"
        return ""
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def _find_authors(root: etree._Element) -> list[str]:
    """The creators whose role is author, or who have none; all creators where nobody is an author."""
    roles = {
        meta.get("refines", "").lstrip("#"): _get_line(meta)
        for meta in _elements(root, "meta")
        if meta.get("property") == "role"
    }
    creators = []
    for element in _elements(root, "creator"):
        role = element.get("{http://www.idpf.org/2007/opf}role") or element.get("role")
        creators.append((_get_line(element), role or roles.get(element.get("id", ""), "aut")))
    names = [name for name, role in creators if role == "aut" and name] or [name for name, _ in creators if name]
    return list(dict.fromkeys(names))
