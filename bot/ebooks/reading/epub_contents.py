"""The table of contents of an EPUB, from its navigation document or its NCX, with the levels kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from bot.ebooks.reading.epub_package import EpubFiles, EpubPackage
from bot.ebooks.reading.lines import clean_text
from bot.ebooks.reading.markup_parser import parse_page, parse_xml
from bot.ebooks.reading.markup_roles import get_name, get_text, get_types

_MAX_LEVEL: Final = 12  # no book has more, and a hostile one may


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of the table of contents. ``level`` begins at 1; ``path`` is None for a line without a link or target."""

    title: str
    level: int
    path: str | None
    fragment: str = ""
    has_link: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents and the landmarks, which say what some places are (pairs of words and place)."""

    entries: tuple[ContentsEntry, ...] = ()
    landmarks: tuple[tuple[tuple[str, ...], str | None, str], ...] = ()


def read_contents(files: EpubFiles, package: EpubPackage) -> Contents:
    """The table of contents that has more entries, the navigation document's before the NCX; empty where there is none."""
    nav = _read_nav(files, package.nav_path) if package.nav_path else Contents()
    ncx = _read_ncx(files, package.ncx_path) if package.ncx_path else ()
    guide = tuple(((word,), *_split(address)) for word, address in package.guide)
    entries = nav.entries if _count_places(nav.entries) * 2 >= _count_places(ncx) else ncx
    return Contents(entries, nav.landmarks or guide)


def _count_places(entries: tuple[ContentsEntry, ...]) -> int:
    return len({(entry.path, entry.fragment) for entry in entries if entry.path})


def _split(address: str) -> tuple[str | None, str]:
    path, _, fragment = address.partition("#")
    return path or None, fragment


def _read_nav(files: EpubFiles, path: str) -> Contents:
    markup = parse_page(files.read(path), path)
    if markup is None:
        return Contents()
    navs = [element for element in markup.root.iter() if get_name(element) == "nav"]
    tocs = [nav for nav in navs if "toc" in get_types(nav) or "doc-toc" in get_types(nav)]
    toc = (tocs or [nav for nav in navs if not get_types(nav)] or [markup.root])[0]
    landmarks = [nav for nav in navs if "landmarks" in get_types(nav)]
    return Contents(
        tuple(_read_lists(files, path, toc)),
        tuple(
            (get_types(link), *files.find(path, link.get("href", "")))
            for nav in landmarks
            for link in nav.iter()
            if get_name(link) == "a" and get_types(link)
        ),
    )


def _read_lists(files: EpubFiles, path: str, nav: etree._Element) -> Iterator[ContentsEntry]:
    """The lines of nested lists. A line is a link, or a ``span`` above a list."""
    level = 0
    for event, element in _walk(nav):
        name = get_name(element)
        if name in ("ol", "ul"):
            level += 1 if event == "start" else -1
        elif event == "start" and name == "a" and element.get("href"):
            found, fragment = files.find_moved(path, element.get("href", ""))
            title = _get_title(element)
            if title:
                yield ContentsEntry(title, _limit(level), found, fragment)
        elif event == "start" and name == "span":
            parent, following = element.getparent(), element.getnext()
            is_line = parent is not None and get_name(parent) == "li"
            if is_line and following is not None and get_name(following) in ("ol", "ul") and _get_title(element):
                yield ContentsEntry(_get_title(element), _limit(level), None, has_link=False)


def _read_ncx(files: EpubFiles, path: str) -> tuple[ContentsEntry, ...]:
    root = parse_xml(files.read(path), path)
    if root is None:
        return ()
    nav_map = next((element for element in root.iter() if get_name(element) == "navmap"), None)
    if nav_map is None:
        return ()
    entries = []
    level = 0
    for event, element in _walk(nav_map):
        if get_name(element) != "navpoint":
            continue
        level += 1 if event == "start" else -1
        if event == "start":
            label = next((child for child in element if get_name(child) == "navlabel"), None)
            content = next((child for child in element if get_name(child) == "content"), None)
            title = _get_title(label) if label is not None else ""
            href = content.get("src", "") if content is not None else ""
            found, fragment = files.find_moved(path, href) if href else (None, "")
            if title:
                entries.append(ContentsEntry(title, _limit(level), found, fragment, has_link=bool(href)))
    return tuple(entries)


def _walk(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    yield from etree.iterwalk(root, events=("start", "end"))


def _get_title(element: etree._Element) -> str:
    return " ".join(clean_text(get_text(element)).split())


def _limit(level: int) -> int:
    return min(max(level, 1), _MAX_LEVEL)
