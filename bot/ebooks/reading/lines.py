"""The text of one paragraph: white space, invisible marks, and which of its line ends mean something."""

import re
from typing import Final

BREAK: Final = "\x01"
"""Stands for ``br`` in a paragraph's raw text. XML has no control characters, so a book cannot contain it."""

CELL: Final = "\x02"
"""Stands between two cells of a table's row."""

_CJK: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_FOLDED_LINE: Final = re.compile(rf"(?<=[{_CJK}])[ \t\r]*\n\s*(?=[{_CJK}])")
_SPACES: Final = re.compile(
    r"[ \t\r\n\f\v\xa0\u2000-\u200a\u202f\u205f\u2028\u2029]{2,}|[\t\r\n\f\v\xa0\u2000-\u200a\u202f\u205f\u2028\u2029]"
)  # one plain space is none of them, which makes it fast
_MARKS: Final = re.compile("[\x80-\x9f\u00ad\u200b-\u200d\u2060\u21a9\ufe0e\ufeff]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff\u21a9\ufe0e]")
_JOINERS: Final = re.compile("(?<=[A-Za-z\u00c0-\u024f])[\u200c\u200d]+(?=[A-Za-z\u00c0-\u024f])")
_CELLS: Final = re.compile(rf"\s*(?:{CELL}\s*)+")
_WINDOWS_CONTROLS: Final = {
    code: bytes((code,)).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)
}  # "&#146;" means an apostrophe in books of the nineties, whatever Unicode says

_ORNAMENTS: Final = frozenset("*＊⁂∗⁎⁕✱✲✻✽❋❖◆◇◊○●◎□■△▲▽▼☆★※・•·∙~～∼#＃—–―-_=+×§¶❦❧☙✦✧♦♢…。.")
_LONE_ORNAMENT: Final = frozenset("*＊⁂※☆★◇◆○●❦❧☙✻✽❋❖◊#＃~～§•·■□△▲▽▼")
_MAX_ORNAMENT: Final = 40

_VERSE_LINE: Final = 64  # columns; longer lines are sentences
_FEW_LINES: Final = 40  # of a poem or an address in one paragraph; more are a whole chapter in one element
_LABEL: Final = re.compile(r"[^\W\d_]{0,12}\.?\s*(?:\d{1,4}|[IVXLCDM]{1,8}|[^\W\d_]{2,12})[.:]?", re.IGNORECASE)
_ENDS: Final = tuple(".,:;!?…—–-")


def clean_text(raw: str) -> str:
    """The text with single spaces and without invisible marks; ``br`` and cells are still marked."""
    text = raw if raw.isascii() else _clean_foreign(raw)
    text = _SPACES.sub(" ", text)
    if CELL in text:
        text = _CELLS.sub(" | ", text)
    return text.strip()


def _clean_foreign(raw: str) -> str:
    text = raw
    if _MARKS.search(raw):
        text = _JOINERS.sub("", _INVISIBLE.sub("", raw.translate(_WINDOWS_CONTROLS)))
    return _FOLDED_LINE.sub("", text) if "\n" in text else text


def is_ornament(text: str) -> bool:
    """Whether the paragraph is a row of stars or the like, which stands between two scenes."""
    signs = text.replace(" ", "").replace(BREAK, "").replace("\u3000", "")
    if not signs or len(text) > _MAX_ORNAMENT or not set(signs) <= _ORNAMENTS:
        return False
    return len(signs) >= 3 or signs in _LONE_ORNAMENT or (len(signs) == 2 and set(signs) <= _LONE_ORNAMENT)


def split_lines(text: str, *, is_verse: bool, is_heading: bool) -> list[str]:
    """The paragraphs in a text with ``br``: lines stay lines in verse and addresses alone."""
    if BREAK not in text:
        return [text] if text else []
    lines = [line.strip() for line in text.split(BREAK)]
    if is_heading:
        return [_join_heading([line for line in lines if line])]
    stanzas = _split_at_empty(lines)
    if is_verse:
        return ["\n".join(stanza) for stanza in stanzas]
    return [paragraph for stanza in stanzas for paragraph in _join_prose(stanza)]


def _split_at_empty(lines: list[str]) -> list[list[str]]:
    stanzas: list[list[str]] = [[]]
    for line in lines:
        if line:
            stanzas[-1].append(line)
        elif stanzas[-1]:
            stanzas.append([])
    return [stanza for stanza in stanzas if stanza]


def _join_prose(lines: list[str]) -> list[str]:
    if len(lines) > _FEW_LINES:
        return lines
    is_short = all(_measure(line) <= _VERSE_LINE for line in lines)
    if is_short and len(lines) >= 3:
        return ["\n".join(lines)]
    if is_short or len(lines) == 1:
        return [" ".join(lines)]
    return lines


def _measure(line: str) -> int:
    """The line's width in columns, where a Chinese or Japanese character has two."""
    return len(line) if line.isascii() else sum(1 + (character >= "\u2e80") for character in line)


def _join_heading(lines: list[str]) -> str:
    """ "CHAPTER I" above "The Lantern" is "CHAPTER I: The Lantern"; a long title on two lines has a space."""
    text = lines[0] if lines else ""
    for number, line in enumerate(lines[1:]):
        is_label = number == 0 and _LABEL.fullmatch(lines[0]) and any(c.isdigit() or c in "IVX" for c in lines[0])
        text += (": " if is_label and not text.endswith(_ENDS) else " ") + line
    return text
