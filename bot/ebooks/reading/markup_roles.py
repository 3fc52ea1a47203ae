"""What an element of a book's page is for, by its name, its ``epub:type``, its ARIA role and common class names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from lxml import etree


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_ELEMENTS: Final[frozenset[object]] = frozenset((etree.Comment, etree.Entity, etree.ProcessingInstruction))
_EPUB_TYPE: Final = "{http://www.idpf.org/2007/ops}type"

SKIPPED: Final = _split_words(
    "script style head title template noscript iframe object audio video canvas svg rt rp rtc annotation"
    " annotation-xml case button select textarea datalist map"
)
"""Elements that hold no running text: programs, players, the readings of ruby, the special cases of ``epub:switch``."""

BLOCKS: Final = _split_words(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section"
    " summary table tbody tfoot thead tr ul"
)

HEADING_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}


class Meaning(Enum):
    """What an attribute says that its element does to the running text."""

    NOTE_BODY = auto()
    NOTE_REFERENCE = auto()
    PAGE_MARK = auto()
    VERSE = auto()
    SCENE_BREAK = auto()
    TITLE = auto()


@dataclass(frozen=True, slots=True)
class Role:
    """Everything that an element's attributes say.

    A page mark is a page number of the printed book or a line number of a poem. A title is a heading that is not h1 to h6.
    """

    types: tuple[str, ...] = ()
    is_note_body: bool = False
    is_note_reference: bool = False
    is_page_mark: bool = False
    is_verse: bool = False
    is_scene_break: bool = False
    is_title: bool = False


_TYPE_ROLES: Final = {
    "footnote": Meaning.NOTE_BODY,
    "footnotes": Meaning.NOTE_BODY,
    "endnote": Meaning.NOTE_BODY,
    "endnotes": Meaning.NOTE_BODY,
    "rearnote": Meaning.NOTE_BODY,
    "rearnotes": Meaning.NOTE_BODY,
    "doc-footnote": Meaning.NOTE_BODY,
    "doc-endnote": Meaning.NOTE_BODY,
    "doc-endnotes": Meaning.NOTE_BODY,
    "noteref": Meaning.NOTE_REFERENCE,
    "annoref": Meaning.NOTE_REFERENCE,
    "doc-noteref": Meaning.NOTE_REFERENCE,
    "backlink": Meaning.NOTE_REFERENCE,
    "doc-backlink": Meaning.NOTE_REFERENCE,
    "referrer": Meaning.NOTE_REFERENCE,
    "pagebreak": Meaning.PAGE_MARK,
    "doc-pagebreak": Meaning.PAGE_MARK,
    "z3998:verse": Meaning.VERSE,
    "z3998:poem": Meaning.VERSE,
    "z3998:song": Meaning.VERSE,
    "z3998:hymn": Meaning.VERSE,
    "z3998:lyrics": Meaning.VERSE,
    "separator": Meaning.SCENE_BREAK,
    "title": Meaning.TITLE,
    "subtitle": Meaning.TITLE,
    "ordinal": Meaning.TITLE,
    "fulltitle": Meaning.TITLE,
}
_CLASS_ROLES: Final = (
    (re.compile(r"(?:foot|end)-?notes?(?:-?(?:text|body|area|section|list))?|fn-?(?:text|body)"), Meaning.NOTE_BODY),
    (
        re.compile(
            r"(?:foot|end)?-?note-?(?:ref|anchor|link|call|num(?:ber)?|marker)s?|fn-?(?:ref|anchor|link|num)|fnanchor"
        ),
        Meaning.NOTE_REFERENCE,
    ),
    (
        re.compile(
            r"page-?(?:num|no|number|break)s?|pagebreak|pageno|l-?num|line-?num(?:ber)?s?|linenum|verse-?num(?:ber)?"
        ),
        Meaning.PAGE_MARK,
    ),
    (re.compile(r"verse|poem|poetry|poetry-container|stanza|strophe|line-?group|lg|lyrics?|song"), Meaning.VERSE),
    (
        re.compile(r"(?:scene|section|space|thought|text)-?break|asterism|dinkus|ornament(?:al)?-?break|tb"),
        Meaning.SCENE_BREAK,
    ),
    (
        re.compile(
            r"chap(?:ter)?-?(?:title|head(?:ing)?|number|num|no|name|label|subtitle)s?|heading-?\d?|h[1-4]|part-?title"
        ),
        Meaning.TITLE,
    ),
)


def get_name(element: etree._Element) -> str:
    """The element's local name in small letters; empty for what is no element."""
    return _strip_namespace(element.tag)


def get_types(element: etree._Element) -> tuple[str, ...]:
    """The words of ``epub:type`` and ``role``."""
    return get_role(element).types


def get_role(element: etree._Element) -> Role:
    """What the element's attributes say; the name of the element is not considered."""
    return _find_role(element.get(_EPUB_TYPE) or element.get("epub:type"), element.get("role"), element.get("class"))


def get_text(element: etree._Element) -> str:
    """All text inside the element."""
    return "".join(map(str, element.itertext()))


def is_hidden(element: etree._Element) -> bool:
    """Whether a reader's screen would not show the element."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and "display:none" in style.replace(" ", "").lower()


@lru_cache(maxsize=512)
def _strip_namespace(tag: str) -> str:
    return "" if tag in _NO_ELEMENTS else tag.rpartition("}")[2].lower()


@lru_cache(maxsize=1024)
def _find_role(epub_type: str | None, aria_role: str | None, classes: str | None) -> Role:
    types = tuple(f"{epub_type or ''} {aria_role or ''}".lower().split())
    meanings = {_TYPE_ROLES[each] for each in types if each in _TYPE_ROLES} or set(_find_class_meanings(classes or ""))
    return Role(
        types=types,
        is_note_body=Meaning.NOTE_BODY in meanings,
        is_note_reference=Meaning.NOTE_REFERENCE in meanings,
        is_page_mark=Meaning.PAGE_MARK in meanings,
        is_verse=Meaning.VERSE in meanings,
        is_scene_break=Meaning.SCENE_BREAK in meanings,
        is_title=Meaning.TITLE in meanings,
    )


def _find_class_meanings(classes: str) -> Iterator[Meaning]:
    """The meaning of the first class that has one."""
    for each in classes.lower().replace("_", "-").split()[:8]:
        for pattern, meaning in _CLASS_ROLES:
            if pattern.fullmatch(each):
                yield meaning
                return
