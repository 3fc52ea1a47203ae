"""The numbers that Word shows before headings and does not store in their text: "Chapter 3" of an automatic list."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_WORDS: Final = (
    "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen"
    " Nineteen Twenty"
)
_PLACE: Final = re.compile(r"%([1-9])")
_MOST: Final = 9999


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Which list a paragraph is in, and on which level from 0. An empty list id stands for no list."""

    list_id: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str


class HeadingNumbers:
    """Counts the headings of each automatic list."""

    def __init__(self, numbering: etree._Element | None) -> None:
        """Reads the document's list definitions, where it has any."""
        self._definitions: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for element in numbering if numbering is not None else ():
            if element.tag == f"{W}num":
                self._definitions[element.get(f"{W}numId", "")] = get_value(element, "abstractNumId")
            elif element.tag == f"{W}abstractNum":
                self._levels[element.get(f"{W}abstractNumId", "")] = _read_levels(element)

    def count(self, place: ListPlace) -> str:
        """What stands before the next heading at this place, such as "Chapter 3" or "3."; empty for no list."""
        definition = self._definitions.get(place.list_id, "")
        levels = self._levels.get(definition, {})
        level = levels.get(place.level)
        if level is None or level.form in ("none", "bullet"):
            return ""
        counts = self._counts[definition]
        counts[place.level] = counts.get(place.level, level.start - 1) + 1
        for deeper in [each for each in counts if each > place.level]:
            del counts[deeper]
        return _PLACE.sub(lambda match: _format(levels, counts, int(match[1]) - 1), level.text).strip()


def read_place(properties: etree._Element | None) -> ListPlace | None:
    """The list in the properties of a paragraph or style, None where nothing is said."""
    numbers = properties.find(f"{W}numPr") if properties is not None else None
    if numbers is None:
        return None
    level = get_value(numbers, "ilvl")
    return ListPlace(get_value(numbers, "numId"), int(level) if level.isdecimal() and len(level) == 1 else 0)


def join_label(label: str, text: str) -> str:
    """The heading as Word shows it."""
    if not label or not text:
        return label or text
    return f"{label} {text}" if not label[-1].isalnum() else f"{label}: {text}"


def get_value(element: etree._Element, name: str) -> str:
    """The value of the child with this name, empty where there is none."""
    child = element.find(f"{W}{name}")
    return child.get(f"{W}val", "") if child is not None else ""


def _read_levels(element: etree._Element) -> dict[int, _Level]:
    levels = {}
    for child in element.iterfind(f"{W}lvl"):
        level, start = child.get(f"{W}ilvl", ""), get_value(child, "start")
        if level.isdecimal() and len(level) == 1:
            first = int(start) if start.isdecimal() and len(start) <= 4 else 1
            levels[int(level)] = _Level(first, get_value(child, "numFmt"), get_value(child, "lvlText"))
    return levels


def _format(levels: Mapping[int, _Level], counts: Mapping[int, int], level: int) -> str:
    definition = levels.get(level)
    number = counts.get(level, definition.start if definition else 1)
    form = _FORMS.get(definition.form if definition else "", str)
    return form(number) if 0 < number <= _MOST else str(number)


def _to_roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def _to_letter(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _to_word(number: int) -> str:
    words = _WORDS.split()
    return words[number - 1] if number <= len(words) else str(number)


_FORMS: Final[Mapping[str, Callable[[int], str]]] = {
    "upperRoman": _to_roman,
    "lowerRoman": lambda number: _to_roman(number).lower(),
    "upperLetter": _to_letter,
    "lowerLetter": lambda number: _to_letter(number).lower(),
    "cardinalText": _to_word,
}
