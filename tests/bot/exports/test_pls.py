"""Lexicons as W3C pronunciation lexicons."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.exports.pls import PLS_NAMESPACE, XML_LANG, render_pls
from bot.scripts.text_units import to_single_line
from tests.bot.exports.hostile_texts import WILD_TEXT


@given(st.lists(st.tuples(WILD_TEXT, WILD_TEXT), max_size=5))
def test_every_word_is_in_the_lexicon(pairs: list[tuple[str, str]]) -> None:
    """Whatever people typed, an XML parser finds each word with its pronunciation, in order; half empty ones are left out."""
    words = [LexiconWord(spelling=spelling, pronunciation=pronunciation) for spelling, pronunciation in pairs]
    root = etree.fromstring(render_pls(words, "en"))
    found = [tuple(str(child.text) for child in lexeme) for lexeme in root]
    cleaned = [(to_single_line(spelling), to_single_line(pronunciation)) for spelling, pronunciation in pairs]
    assert found == [pair for pair in cleaned if all(pair)]


def test_the_document_has_what_the_standard_requires() -> None:
    """Version, alphabet and language, and a grapheme with an alias in each lexeme."""
    root = etree.fromstring(render_pls([LexiconWord(spelling="狐火", pronunciation="kitsunebi")], "ja"))
    assert root.tag == f"{{{PLS_NAMESPACE}}}lexicon"
    assert {str(key): str(value) for key, value in root.attrib.items()} == {
        "version": "1.0",
        "alphabet": "ipa",
        XML_LANG: "ja",
    }
    (lexeme,) = root
    assert [child.tag for child in lexeme] == [f"{{{PLS_NAMESPACE}}}grapheme", f"{{{PLS_NAMESPACE}}}alias"]
