"""The title of a section: from the table of contents where it says something, with what the headings add to it."""

import re
from collections.abc import Sequence
from typing import Final

from bot.ebooks.reading.chapter_cuts import states_part
from bot.ebooks.reading.markup import Block
from bot.ebooks.reading.number_words import fold_words
from bot.ebooks.reading.numbering import CHAPTER_WORDS, LOOSE_CHAPTER_WORDS, find_number, read_numeral

_MAX_TITLE_HEADINGS: Final = 4
MAX_TITLE: Final = 200
_MAX_LABEL: Final = 20  # letters and digits, such as "Chapter 12" before a title
_WORDS: Final = f"{fold_words(CHAPTER_WORDS)}|{fold_words(LOOSE_CHAPTER_WORDS)}"
_LABEL: Final = re.compile(rf"(?:(?:{_WORDS})\.? (?P<after>.+)|(?P<before>.+?)\.? (?:{_WORDS}))")
_CJK_LABEL: Final = re.compile(r"第.{1,8}[章回节節話话]")
_GENERIC: Final = frozenset(
    fold_words(words)
    for words in (
        *("start reading", "begin reading", "start", "beginning", "text", "main text", "body", "body text", "read now"),
        *(
            "commencer la lecture",
            "debut",
            "texte",
            "text beginnen",
            "beginn",
            "lesen",
            "empezar a leer",
            "comenzar",
            "texto",
        ),
        *(
            "inizia a leggere",
            "testo",
            "начать чтение",
            "текст",
            "本文",
            "正文",
            "본문",
            "النص",
            "ابدا القراءه",
            "unknown",
        ),
    )
)
_ENDS: Final = tuple(".,:;!?…—–-")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")


def is_label(title: str) -> bool:
    """Whether the title is a number alone, or with a word such as "Chapter": a real title may follow it."""
    text = fold_words(title).strip(" .:—–-")
    if read_numeral(title.strip(" .:—–-")) is not None or _CJK_LABEL.fullmatch(title.strip()):
        return True
    match = _LABEL.fullmatch(text)
    return match is not None and read_numeral(match["after"] or match["before"]) is not None


def fold_title(title: str) -> str:
    """The letters and digits of a title, for comparison."""
    return _NOT_LETTERS.sub("", fold_words(title))


def join_headings(headings: Sequence[str]) -> str:
    """The title that the headings at a section's start make: "Chapter IV" and "The Lantern" are "Chapter IV: The Lantern"."""
    rest = list(headings)
    while len(rest) > 1 and states_part(rest[0]):  # the part's name stands above its first chapter
        rest.pop(0)
    if not rest:
        return ""
    if len(rest) > 1 and is_label(rest[0]) and not is_label(rest[1]):
        return f"{rest[0]}{' ' if rest[0].endswith(_ENDS) else ': '}{rest[1]}"
    return rest[0]


def get_leading_headings(blocks: Sequence[Block]) -> list[str]:
    """The headings with which the section begins."""
    headings: list[str] = []
    for block in blocks[:_MAX_TITLE_HEADINGS]:
        if not block.level or block.is_note:
            break
        headings.append(block.text)
    return headings


def make_title(listed: str, blocks: Sequence[Block]) -> str:
    """The section's title. ``listed`` is the line in the table of contents, empty where there is none."""
    headings = get_leading_headings(blocks)
    stated = join_headings(headings)
    if not listed or fold_words(listed).strip(" .:") in _GENERIC:
        return (stated or listed)[:MAX_TITLE]
    if is_label(listed) and stated:
        number = find_number(listed)
        following = [each for each in headings if not is_label(each) and not states_part(each)]
        if find_number(stated) == number and not is_label(stated):
            return stated[:MAX_TITLE]
        if len(headings) > 1 and following and find_number(headings[0]) == number:
            return f"{listed}: {following[0]}"[:MAX_TITLE]
    return listed[:MAX_TITLE]


def find_stated_number(title: str, blocks: Sequence[Block]) -> int | None:
    """The number that the title states, else the one in a heading above it."""
    number = find_number(title)
    if number is not None:
        return number
    folded = fold_title(title) or "?"
    for position, heading in enumerate(get_leading_headings(blocks)):
        if (is_label(heading) and position == 0) or fold_title(heading).endswith(folded):
            number = find_number(heading)
            if number is not None:
                return number
    return None


def count_title_blocks(title: str, number: int | None, parents: Sequence[str], blocks: Sequence[Block]) -> int:
    """How many blocks at the section's start only repeat its title, its number or the part that it belongs to."""
    folded = fold_title(title)
    known = {fold_title(each) for each in parents}
    count = _count_labels(folded, blocks)
    for block in blocks[count : 2 * _MAX_TITLE_HEADINGS]:
        text = fold_title(block.text)
        is_number = (
            number is not None and len(block.text) < 40 and is_label(block.text) and find_number(block.text) == number
        )
        is_part = bool(block.level) and (text in known or states_part(block.text))
        is_piece = bool(block.level) and bool(text) and text in folded and (len(text) > 2 or text == folded)
        if not (text == folded or is_number or is_part or is_piece):
            break
        count += 1
    return count


def _count_labels(folded: str, blocks: Sequence[Block]) -> int:
    """How many headings end with the one that says the title itself, perhaps after "Chapter 3."."""
    headings = [fold_title(each) for each in get_leading_headings(blocks)]
    found = [
        position
        for position, heading in enumerate(headings, 1)
        if heading == folded or (folded and heading.endswith(folded) and len(heading) - len(folded) <= _MAX_LABEL)
    ]
    return found[0] if found else 0
