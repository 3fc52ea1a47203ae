"""A book's lexicon as a W3C pronunciation lexicon (PLS 1.0, www.w3.org/TR/pronunciation-lexicon).

Pronunciations here are respellings ("kit-SOO-neh"), which any voice reads, so each lexeme has an ``alias`` and no ``phoneme``.
The attribute ``alphabet`` is required by the standard all the same.
"""

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.scripts.text_units import to_single_line

PLS_NAMESPACE: Final = "http://www.w3.org/2005/01/pronunciation-lexicon"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def render_pls(words: Iterable[LexiconWord], language: str) -> bytes:
    """The words as a ``.pls`` document in the order in which they are given; words without text on both sides are left out."""
    root = etree.fromstring(f'<lexicon xmlns="{PLS_NAMESPACE}" version="1.0" alphabet="ipa"/>')
    root.set(XML_LANG, to_language_tag(language))
    for word in words:
        spelling, pronunciation = to_single_line(word.spelling), to_single_line(word.pronunciation)
        if spelling and pronunciation:
            lexeme = etree.SubElement(root, f"{{{PLS_NAMESPACE}}}lexeme")
            etree.SubElement(lexeme, f"{{{PLS_NAMESPACE}}}grapheme").text = spelling
            etree.SubElement(lexeme, f"{{{PLS_NAMESPACE}}}alias").text = pronunciation
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def to_language_tag(language: str) -> str:
    """The language as XML takes it; English where there is none that can be used."""
    return language if _LANGUAGE.fullmatch(language) else "en"
