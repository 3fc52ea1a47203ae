"""What an element of a book's page is for, by its name, its ``epub:type``, its ARIA role and common class names."""

import re
from enum import Flag, auto
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


class Role(Flag):
    """What an element does to the running text."""

    NONE = 0
    NOTE_BODY = auto()
    NOTE_REFERENCE = auto()
    PAGE_MARK = auto()
    """A page number of the printed book, or a line number of a poem."""
    VERSE = auto()
    SCENE_BREAK = auto()
    TITLE = auto()
    """A heading that is not marked as h1 to h6."""


_TYPE_ROLES: Final = {
    "footnote": Role.NOTE_BODY,
    "footnotes": Role.NOTE_BODY,
    "endnote": Role.NOTE_BODY,
    "endnotes": Role.NOTE_BODY,
    "rearnote": Role.NOTE_BODY,
    "rearnotes": Role.NOTE_BODY,
    "doc-footnote": Role.NOTE_BODY,
    "doc-endnote": Role.NOTE_BODY,
    "doc-endnotes": Role.NOTE_BODY,
    "noteref": Role.NOTE_REFERENCE,
    "annoref": Role.NOTE_REFERENCE,
    "doc-noteref": Role.NOTE_REFERENCE,
    "backlink": Role.NOTE_REFERENCE,
    "doc-backlink": Role.NOTE_REFERENCE,
    "referrer": Role.NOTE_REFERENCE,
    "pagebreak": Role.PAGE_MARK,
    "doc-pagebreak": Role.PAGE_MARK,
    "z3998:verse": Role.VERSE,
    "z3998:poem": Role.VERSE,
    "z3998:song": Role.VERSE,
    "z3998:hymn": Role.VERSE,
    "z3998:lyrics": Role.VERSE,
    "separator": Role.SCENE_BREAK,
}
_CLASS_ROLES: Final = (
    (re.compile(r"(?:foot|end)-?notes?(?:-?(?:text|body|area|section|list))?|fn-?(?:text|body)"), Role.NOTE_BODY),
    (
        re.compile(
            r"(?:foot|end)?-?note-?(?:ref|anchor|link|call|num(?:ber)?|marker)s?|fn-?(?:ref|anchor|link|num)|fnanchor"
        ),
        Role.NOTE_REFERENCE,
    ),
    (
        re.compile(
            r"page-?(?:num|no|number|break)s?|pagebreak|pageno|l-?num|line-?num(?:ber)?s?|linenum|verse-?num(?:ber)?"
        ),
        Role.PAGE_MARK,
    ),
    (re.compile(r"verse|poem|poetry|poetry-container|stanza|strophe|line-?group|lg|lyrics?|song"), Role.VERSE),
    (
        re.compile(r"(?:scene|section|space|thought|text)-?break|asterism|dinkus|ornament(?:al)?-?break|tb"),
        Role.SCENE_BREAK,
    ),
    (
        re.compile(
            r"chap(?:ter)?-?(?:title|head(?:ing)?|number|num|no|name|label|subtitle)s?|heading-?\d?|h[1-4]|part-?title"
        ),
        Role.TITLE,
    ),
)


def get_name(element: etree._Element) -> str:
    """The element's local name in small letters; empty for what is no element."""
    return "" if element.tag in _NO_ELEMENTS else _strip_namespace(element.tag)


def get_types(element: etree._Element) -> tuple[str, ...]:
    """The words of ``epub:type`` and ``role``."""
    return _split_types(element.get(_EPUB_TYPE) or element.get("epub:type"), element.get("role"))


def get_role(element: etree._Element) -> Role:
    """What the element's attributes say; the name of the element is not considered."""
    return _find_role(get_types(element), element.get("class"))


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
    return tag.rpartition("}")[2].lower()


@lru_cache(maxsize=1024)
def _split_types(epub_type: str | None, role: str | None) -> tuple[str, ...]:
    return tuple(f"{epub_type or ''} {role or ''}".lower().split())


@lru_cache(maxsize=1024)
def _find_role(types: tuple[str, ...], classes: str | None) -> Role:
    role = Role.NONE
    for each in types:
        role |= _TYPE_ROLES.get(each, Role.NONE)
    if role is not Role.NONE or not classes:
        return role
    for each in classes.lower().replace("_", "-").split()[:8]:
        for pattern, meaning in _CLASS_ROLES:
            if pattern.fullmatch(each):
                return meaning
    return role
