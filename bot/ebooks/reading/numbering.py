"""The number that a chapter's title states: "Chapter IV", "Drittes Kapitel", 第十二章, "7. The Lantern"."""

import re
import unicodedata
from typing import Final

from bot.ebooks.reading.number_words import NUMBER_WORDS, fold_words

CHAPTER_WORDS: Final = (
    "chapter|chap|ch|chapitre|kapitel|capitulo|capitolo|hoofdstuk|rozdział|kapitola|luku|bölüm|fejezet|глава|розділ|"
    "الفصل|فصل|الباب|الحلقة|פרק|अध्याय|บทที่|chương|bab"
)
LOOSE_CHAPTER_WORDS: Final = (
    "letter|lettre|brief|carta|письмо|stave|canto|chant|gesang|adventure|episode|episodio|эпизод|scene|story|tale|lesson|"
    "section|night|day|الليلة"
)
"""Words that make a chapter only where the number follows: "Night Three", not "Three Nights"."""
PART_WORDS: Final = (
    "part|book|volume|vol|act|partie|livre|tome|acte|teil|buch|band|akt|aufzug|parte|libro|tomo|acto|atto|часть|книга|том|"
    "действие|القسم|الجزء|الكتاب|deel|boek"
)
_CJK_DIGITS: Final = {
    each: value
    for value, group in enumerate(
        ("〇零○", "一壹", "二贰貳兩两", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for each in group
}
_CJK_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "廿": 20, "卅": 30}
CJK_NUMERAL: Final = rf"[{''.join((*_CJK_DIGITS, *_CJK_UNITS))}]+"
CJK_CHAPTER_UNITS: Final = "章回节節話话"
"""Signs that make a chapter of a number even where the title is attached: 第三章灯笼."""
CJK_OTHER_UNITS: Final = "卷部集篇幕夜場场巻編编册冊折帖段"
"""Signs that can also count things: the title needs a space, a separator or the end of the line before it."""
ROMAN_NUMERAL: Final = r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_ROMAN: Final = re.compile(ROMAN_NUMERAL)
_CYRILLIC_ROMAN: Final = str.maketrans("хі", "xi")  # letters that look alike and are typed instead
_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
MAX_NUMBER: Final = 9999

_SEPARATOR: Final = r"\s*(?:[.:：、．)）\]】—–-]|$)"
_CJK_STATED: Final = re.compile(
    rf"第\s*(\d+|{CJK_NUMERAL})\s*(?:[{CJK_CHAPTER_UNITS}]|([{CJK_OTHER_UNITS}])(?=\s|[:：、—-]|$))|^[제第]?\s*(\d+)\s*[장화회]"
)
_WORDS: Final = rf"(?:{fold_words(CHAPTER_WORDS)})(?!\w)"
_OF: Final = r"\.? ?(?:n[o°º]\.?|nr\.?|№|the )? ?"
_STATED: Final = (  # each with whether only the whole group may be the numeral
    (re.compile(rf"(?<!\w){_WORDS}{_OF}([\w ]+)"), False),
    (re.compile(rf"^(?:the )?([\w ]+?)\.? {_WORDS}"), True),
    (re.compile(rf"^(?:{fold_words(LOOSE_CHAPTER_WORDS)})(?!\w){_OF}([\w ]+)"), True),
    (re.compile(rf"^(?:{fold_words(PART_WORDS)})(?!\w){_OF}([\w ]+)"), False),
)
_LEADING: Final = re.compile(
    rf"^[(（【\[]?(\d+|{CJK_NUMERAL}|{ROMAN_NUMERAL}|[^\W\d][^\W\d ]*(?: [^\W\d ]+){{0,2}}){_SEPARATOR}"
)
_LEADING_DIGITS: Final = re.compile(r"^(\d{1,3})\s+[^\W\d]")
_LEADING_ROMAN: Final = re.compile(r"^([IVXLC]{2,})\s+[^\W\d]")
_LEADING_CJK: Final = re.compile(rf"^({CJK_NUMERAL})\s")
_DECIMAL: Final = re.compile(r"^\D*\d+[.,]\d")


def find_number(title: str) -> int | None:
    """The number that the title states, None where it states none ("Prologue", "Four Seasons in a Day", "Chapter 3.1")."""
    text = " ".join(unicodedata.normalize("NFKC", title).split()).strip("#*_=~ ")
    cjk = _CJK_STATED.search(text)
    if cjk:
        return read_numeral(cjk[1] or cjk[3])
    folded = fold_words(text)
    if _DECIMAL.match(folded):
        return None
    for pattern, is_whole in _STATED:
        match = pattern.search(folded)
        number = (read_numeral(match[1]) if is_whole else _read_first_words(match[1])) if match else None
        if number is not None:
            return number
    match = _LEADING.match(text.casefold())
    number = read_numeral(match[1]) if match else None
    if number is not None:
        return number
    match = _LEADING_DIGITS.match(text) or _LEADING_ROMAN.match(text) or _LEADING_CJK.match(text)
    return read_numeral(match[1]) if match and not text[match.end(1) :].strip()[:1].islower() else None


def read_numeral(text: str) -> int | None:
    """The value of a text that is one numeral and nothing else: digits of any script, Roman, Chinese, or words."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isdecimal():
        value = int(text) if len(text) < 6 else 0
        return value if 0 <= value <= MAX_NUMBER else None
    folded = fold_words(text)
    roman = folded.translate(_CYRILLIC_ROMAN)
    if _ROMAN.fullmatch(roman):
        return _read_roman(roman)
    if re.fullmatch(CJK_NUMERAL, text):
        return _read_cjk(text)
    return NUMBER_WORDS.get(folded)


def _read_first_words(text: str) -> int | None:
    """The numeral with which the text begins, as many words as belong to it."""
    words = text.split()
    for count in range(min(len(words), 3), 0, -1):
        number = read_numeral(" ".join(words[:count]))
        if number is not None:
            return number
    return None


def _read_roman(text: str) -> int:
    values = [_ROMAN_VALUES[each] for each in text]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _read_cjk(text: str) -> int | None:
    if all(each in _CJK_DIGITS for each in text):
        return int("".join(str(_CJK_DIGITS[each]) for each in text)) if len(text) < 5 else None
    total = digit = 0
    for each in text:
        if each in _CJK_DIGITS:
            digit = _CJK_DIGITS[each]
        elif each in "廿卅":
            total += _CJK_UNITS[each]
        else:
            total += max(digit, 1) * _CJK_UNITS[each]
            digit = 0
    return total + digit
