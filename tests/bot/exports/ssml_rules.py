"""What SSML 1.1 allows, as far as our scripts use it, and what each speech service takes of it."""

import re
from typing import Final

from lxml import etree

from bot.exports.ssml import SSML_NAMESPACE

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_TIME: Final = re.compile(r"\d+(\.\d+)?m?s")
_STANDARD: Final = {
    "speak": ({"version", _LANG}, {"mark", "break", "p", "voice", "bookmark"}),
    "voice": ({"name"}, {"mark", "break", "p", "bookmark"}),
    "p": (set(), {"sub"}),
    "sub": ({"alias"}, set()),
    "mark": ({"name"}, set()),
    "break": ({"time"}, set()),
    "bookmark": ({"mark"}, set()),
}
"""The attributes and the children of each element. ``bookmark`` is Azure's own."""
_EMPTY: Final = {"mark", "break", "bookmark"}
FORBIDDEN: Final = {
    "": {"bookmark", "voice"},
    "google": {"bookmark", "voice"},
    "amazon": {"bookmark", "voice"},
    "azure": {"mark"},
}
"""Elements that a service does not know, or that would need the name of a voice."""


def check_ssml(document: bytes, service: str) -> etree._Element:
    """Parses the document and checks it; returns its root.

    Raises:
        AssertionError: the standard or the service does not allow it.
    """
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    assert root.tag == f"{{{SSML_NAMESPACE}}}speak"
    assert root.get("version") == ("1.0" if service == "azure" else "1.1")
    marks: list[str] = []
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        attributes, children = _STANDARD[name]
        assert etree.QName(element).namespace == SSML_NAMESPACE
        assert name not in FORBIDDEN[service]
        assert set(element.attrib) == attributes, f"{name} has other attributes"
        assert {etree.QName(child).localname for child in element.iterchildren(etree.Element)} <= children
        assert name not in _EMPTY or not element.text
        assert "time" not in element.attrib or _TIME.fullmatch(str(element.attrib["time"]))
        marks += [
            str(element.attrib[key]) for key in ("name", "mark") if name in {"mark", "bookmark"} and key in attributes
        ]
    assert len(marks) == len(set(marks))
    if service == "azure":
        assert [etree.QName(child).localname for child in root.iterchildren(etree.Element)] == ["voice"]
    return root
