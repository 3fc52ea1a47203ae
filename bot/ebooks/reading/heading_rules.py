"""The rules by which a line may be a chapter's heading; which of them fits a book is decided in ``rule_score``."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.ebooks.reading.limits import MAX_SECTIONS
from bot.ebooks.reading.number_words import fold_words
from bot.ebooks.reading.numbering import (
    CHAPTER_WORDS,
    CJK_CHAPTER_UNITS,
    CJK_NUMERAL,
    CJK_OTHER_UNITS,
    LOOSE_CHAPTER_WORDS,
    PART_WORDS,
    ROMAN_NUMERAL,
    find_number,
    read_numeral,
)

_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟।:：*][\s\"'”’»›)」』】\]_]*$")
MAX_HEADING: Final = 120  # characters; a longer line is no heading
_MAX_CANDIDATES: Final = (
    2 * MAX_SECTIONS
)  # a book's headings and its table of contents; what is more often is no heading
_MAX_UNMARKED: Final = 70  # characters of a heading that has neither a number nor a word for it
_LONG_LINE: Final = 40  # characters; a line that long which ends within a sentence runs on


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does; a colon counts, because a speech can follow it."""
    return _SENTENCE_END.search(text[-8:]) is not None


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a text, or one paragraph where the file has paragraphs; empty for a blank line.

    ``level`` is the level of a heading that the file itself marks (1 is the highest), 0 for running text.
    """

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be a heading.

    ``key`` is equal for the same heading in a table of contents and in the text. ``is_bare`` says that it is a number without
    a title, which may be on the next line.
    """

    index: int
    title: str
    number: int | None
    key: str
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class HeadingRule:
    """One way to write headings: ``weight`` says how much a match tells, ``least`` how many it takes to believe it."""

    name: str
    weight: float
    least: int
    match: Callable[["Surroundings", int], Candidate | None]


class Surroundings:
    """The lines of a text with what is around each of them."""

    def __init__(self, lines: Sequence[TextLine]) -> None:
        self.lines = lines
        self.texts = [" ".join(unicodedata.normalize("NFKC", line.text).split()) for line in lines]
        self.filled = [index for index, text in enumerate(self.texts) if text]
        blank = sum(not text for text in self.texts)
        self.has_blanks = blank * 12 >= len(self.texts)
        self.blanks_before: dict[int, int] = {}
        self.blanks_after: dict[int, int] = {}
        previous = -1
        for index in self.filled:
            self.blanks_before[index] = index - previous - 1 if previous >= 0 else 9
            self.blanks_after[previous] = index - previous - 1
            previous = index
        self.blanks_after[previous] = 9
        self.previous = dict(zip(self.filled[1:], self.filled, strict=False))
        self.following = dict(zip(self.filled, self.filled[1:], strict=False))

    def is_apart(self, index: int) -> bool:
        """Whether the line stands apart, as far as this text sets anything apart."""
        if self.lines[index].level:
            return True
        return not self.has_blanks or bool(self.blanks_before[index] or self.blanks_after[index])

    def breaks_sentence(self, index: int, *, is_sure: bool) -> bool:
        """Whether the line before runs on: a page number stands here, or the line is part of a paragraph.

        A sure heading only has to have an empty line before it.
        """
        if self.lines[index].level or (is_sure and self.blanks_before[index]):
            return False
        before = self.texts[self.previous[index]] if index in self.previous else ""
        return len(before) >= _LONG_LINE and not ends_sentence(before) and not before.isupper()


def take_numeral(text: str) -> tuple[int, str] | None:
    """The numeral with which the text begins and what follows it after a separator; None where there is none."""
    words = re.match(r"(?:[\w\u0300-\u036f\u064b-\u0652]+)(?:[ -][\w\u064b-\u0652]+){0,2}", text)
    ends = [match.end() for match in re.finditer(r"[\w\u0300-\u036f\u064b-\u0652]+", words[0])] if words else []
    for end in reversed(ends):
        number = read_numeral(text[:end])
        separator = re.match(r"\s*[.:：、．)\]】—–-]+\s*(?!\d)|\s+|$", text[end:])
        if number is not None and separator:
            rest = text[end + separator.end() :]
            return (number, rest) if separator[0].strip() or not rest[:1].islower() else None
    return None


def _alternate(words: str) -> str:
    return "|".join(dict.fromkeys(variant for word in words.split("|") for variant in (word, fold_words(word))))


_WORD: Final = re.compile(
    rf"(?:the )?({_alternate(CHAPTER_WORDS)}|{_alternate(LOOSE_CHAPTER_WORDS)}|capítulo)(?!\w)"
    r"\.?\s*(?:n[o°º]\.?|nr\.?|№)?\s*(?:the\s+)?",
    re.IGNORECASE,
)
_PART: Final = re.compile(rf"(?:the )?({_alternate(PART_WORDS)})(?!\w)\.?\s*(?:the\s+)?", re.IGNORECASE)
_CHAPTER_AFTER: Final = re.compile(rf"({_alternate(CHAPTER_WORDS)}|capítulo)(?!\w)[.:]?\s*", re.IGNORECASE)
_PART_AFTER: Final = re.compile(rf"({_alternate(PART_WORDS)})(?!\w)[.:]?\s*", re.IGNORECASE)
_CJK_CHAPTER: Final = re.compile(
    rf"(?:正文\s*)?(?:第\s*(?:\d+|{CJK_NUMERAL})\s*[卷部集篇编編]\S*\s+)?"
    rf"(?:第\s*(?:\d+|{CJK_NUMERAL})\s*[{CJK_CHAPTER_UNITS}]|[제第]?\s*\d+\s*[장화회](?=\s|[.:]|$))\s*[:.、—-]*\s*(.*)"
)
_CJK_PART: Final = re.compile(
    rf"(?:第\s*(?:\d+|{CJK_NUMERAL})|[上中下])\s*[{CJK_OTHER_UNITS}](?:\s+|[:、—-]+|$)(.*)|제?\s*\d+\s*부$"
)
_ATTACHED_SENTENCE: Final = re.compile(rf"[{CJK_CHAPTER_UNITS}][^\s:.、—-]+[,，;；]")
_BARE: Final = {
    "digits": re.compile(r"[\[(【]?\d{1,3}[.)\]】]?"),
    "roman": re.compile(rf"(?:{ROMAN_NUMERAL})\.?", re.IGNORECASE),
    "cjk": re.compile(rf"[(【]?{CJK_NUMERAL}[)】]?"),
}
_TITLED: Final = {
    "digits": re.compile(r"\d{1,3}(?:\s*[.:)—–-]\s*|\s+)(?=[^\W\d]|[\"“«'‘])(?P<title>.*)"),
    "roman": re.compile(
        rf"(?:{ROMAN_NUMERAL.replace('ivxlc', 'IVXLC').upper().replace('?=', '?=')})(?:\s*[.:)—–-]\s*)(?P<title>\S.*)"
    ),
    "cjk": re.compile(rf"[(【]?{CJK_NUMERAL}(?:[)】]|\s*[、:.．—-]|\s)\s*(?P<title>\S.*)"),
}
_PAGE: Final = re.compile(r"(?:[\s.…·_]{2,}|\s)\d{1,4}$")


def _fold_title(title: str) -> str:
    return re.sub(r"[\W_]+", "", fold_words(_PAGE.sub("", title)))


def _match_numbered(
    around: Surroundings, index: int, before: re.Pattern[str], after: re.Pattern[str]
) -> Candidate | None:
    text = around.texts[index].strip("#*_=~[] ")
    first = before.match(text)
    taken = take_numeral(text[first.end() :]) if first else None
    if first and taken:
        return Candidate(
            index,
            text,
            taken[0],
            f"{fold_words(first[1])} {taken[0]}",
            is_bare=not _PAGE.sub("", f" {taken[1]}").strip(),
        )
    if not after.search(text):
        return None
    taken = take_numeral(re.sub(r"^the ", "", text, flags=re.IGNORECASE))
    last = after.match(taken[1]) if taken else None
    if taken and last:
        rest = taken[1][last.end() :]
        return Candidate(index, text, taken[0], f"{fold_words(last[1])} {taken[0]}", is_bare=not rest.strip())
    return None


def _match_word(around: Surroundings, index: int) -> Candidate | None:
    return _match_numbered(around, index, _WORD, _CHAPTER_AFTER)


def _match_part(around: Surroundings, index: int) -> Candidate | None:
    text = around.texts[index]
    match = _CJK_PART.fullmatch(text)
    if match and len(text) <= 40:
        return Candidate(index, text, find_number(text), _fold_title(text), is_bare=not match[1])
    return _match_numbered(around, index, _PART, _PART_AFTER)


def _match_cjk(around: Surroundings, index: int) -> Candidate | None:
    text = around.texts[index].strip("#*_=~【】[] ")
    match = _CJK_CHAPTER.fullmatch(text) if len(text) <= 50 and not text.endswith(("。", "，", "、")) else None
    number = find_number(text) if match else None
    if match is None or number is None or _ATTACHED_SENTENCE.search(text):
        return None
    return Candidate(index, text, number, f"第{number}", is_bare=not match[1])


def _match_bare(kind: str) -> Callable[[Surroundings, int], Candidate | None]:
    def match(around: Surroundings, index: int) -> Candidate | None:
        text = around.texts[index].strip("*_=~—– ")
        number = read_numeral(text.strip(".()[]【】")) if len(text) < 16 and _BARE[kind].fullmatch(text) else None
        return Candidate(index, text, number, f"{number}", is_bare=True) if number else None

    return match


def _match_number_word(around: Surroundings, index: int) -> Candidate | None:
    text = around.texts[index].strip("*_=~—– .")
    if (
        len(text) > 30
        or not text[:1].isupper()
        or text.islower()
        or not text.replace("-", " ").replace(" ", "").isalpha()
    ):
        return None
    number = None if _BARE["roman"].fullmatch(text) else read_numeral(text)
    return Candidate(index, text, number, f"{number}", is_bare=True) if number else None


def _match_titled(kind: str) -> Callable[[Surroundings, int], Candidate | None]:
    def match(around: Surroundings, index: int) -> Candidate | None:
        text = around.texts[index].strip("*_=~ ")
        found = _TITLED[kind].fullmatch(text)
        number = find_number(text) if found else None
        if found is None or number is None or text.endswith((",", ";", "，", "。")):
            return None
        return Candidate(index, text, number, f"{number}")

    return match


def _match_level(level: int) -> Callable[[Surroundings, int], Candidate | None]:
    def match(around: Surroundings, index: int) -> Candidate | None:
        text = around.texts[index]
        if around.lines[index].level != level:
            return None
        number = find_number(text)
        is_bare = number is not None and (match_any := _match_word(around, index)) is not None and match_any.is_bare
        return Candidate(
            index, text, number, _fold_title(text), is_bare=is_bare or read_numeral(text.strip(".")) is not None
        )

    return match


def _is_short_title(text: str) -> bool:
    return len(text) <= _MAX_UNMARKED and sum(map(str.isalpha, text)) >= 3 and text[-1] not in ".,;:،؛。，、—-"


def _match_capitals(around: Surroundings, index: int) -> Candidate | None:
    text = around.texts[index]
    is_alone = around.blanks_before[index] and around.blanks_after[index]
    if not is_alone or not text.isupper() or not _is_short_title(text.rstrip(".")):
        return None
    return Candidate(index, text, None, _fold_title(text))


def _match_isolated(around: Surroundings, index: int) -> Candidate | None:
    text = around.texts[index]
    is_alone = around.blanks_before[index] >= 2 and around.blanks_after[index]
    return (
        Candidate(index, text, None, _fold_title(text))
        if is_alone and not text[0].islower() and _is_short_title(text)
        else None
    )


PART_RULE: Final = HeadingRule("part", 0.8, 2, _match_part)
LEVEL_RULES: Final = tuple(
    HeadingRule(f"level {level}", 1.3 - level / 10, 1, _match_level(level)) for level in range(1, 7)
)
RULES: Final = (
    HeadingRule("word", 1.0, 1, _match_word),
    HeadingRule("attached", 1.0, 1, _match_cjk),
    PART_RULE,
    *(HeadingRule(f"titled {kind}", 0.85, 2, _match_titled(kind)) for kind in _TITLED),
    *(HeadingRule(f"bare {kind}", 0.75, 2, _match_bare(kind)) for kind in _BARE),
    HeadingRule("number word", 0.75, 2, _match_number_word),
    HeadingRule("capitals", 0.5, 3, _match_capitals),
    HeadingRule("isolated", 0.45, 3, _match_isolated),
)


COUNTED_RULES: Final = frozenset(rule.name for rule in RULES if rule.name.startswith(("titled", "bare", "number")))
"""Rules that only look for numbers, which stand in a text for many reasons."""


def find_candidates(around: Surroundings, rule: HeadingRule) -> tuple[list[Candidate], float]:
    """The lines that may be headings by this rule, and which share of its matches that is; the rest break a sentence."""
    if rule.name == "isolated" and not around.has_blanks:
        return [], 0.0
    short = {index for index in around.filled if len(around.texts[index]) <= MAX_HEADING}
    waiting = [index for index in short if around.is_apart(index)]
    tried = set(waiting)
    found: list[Candidate] = []
    while waiting:
        candidate = rule.match(around, waiting.pop())
        if candidate:
            found.append(candidate)
            if len(found) > _MAX_CANDIDATES:
                return [], 0.0
            neighbours = ({candidate.index - 1, candidate.index + 1} - tried) & short  # a list of them
            waiting += neighbours
            tried |= neighbours
    found.sort(key=lambda each: each.index)
    is_sure = rule.weight >= 1
    broken = {each.index for each in found if around.breaks_sentence(each.index, is_sure=is_sure)}
    if is_sure:
        broken -= _find_missing(found, broken)
    clean = [each for each in found if each.index not in broken]
    return clean, len(clean) / len(found) if found else 0.0


def _find_missing(found: Sequence[Candidate], broken: set[int]) -> set[int]:
    """Of the lines that seem to break a sentence, those whose numbers are missing between the others."""
    missing = set()
    following: list[int | None] = []
    after = None
    for candidate in reversed(found):
        following.append(after)
        after = after if candidate.index in broken else candidate.number
    last = 0
    for candidate, limit in zip(found, reversed(following), strict=True):
        if candidate.index not in broken:
            last = candidate.number or last
        elif candidate.number == last + 1 and (limit is None or limit > candidate.number):
            missing.add(candidate.index)
            last = candidate.number
    return missing


def is_bare_heading(text: str) -> bool:
    """Whether a heading is a number alone, such as "Chapter 4", so that a title may follow below."""
    around = Surroundings([TextLine(text)])
    return any(
        candidate.is_bare
        for rule in RULES
        if rule is not PART_RULE and (candidate := rule.match(around, 0)) is not None
    )
