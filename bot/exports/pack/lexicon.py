"""``lexicon.pls``: how the words and names that are spoken are said."""

from collections.abc import Iterable, Iterator

from bot.ebooks.series_bible import LexiconWord
from bot.exports.files import Download
from bot.exports.pls import render_pls
from bot.exports.sheet import ScriptSheet


def list_words(sheet: ScriptSheet) -> Iterator[LexiconWord]:
    """The words of the book's lexicon that are spoken in the script, then its speakers whose pronunciation is known."""
    yield from sheet.lexicon
    for role in sheet.roles:
        if role.pronunciation:
            yield LexiconWord(spelling=role.name, pronunciation=role.pronunciation)


def build_lexicon(words: Iterable[LexiconWord], language: str) -> Download:
    """The words, each spelling once: the first pronunciation counts."""
    unique: dict[str, LexiconWord] = {}
    for word in words:
        unique.setdefault(word.spelling.casefold(), word)
    return Download("lexicon.pls", render_pls(unique.values(), language))
