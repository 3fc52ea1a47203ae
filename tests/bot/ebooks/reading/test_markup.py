"""XHTML to paragraphs: what is read aloud, and what is not."""

import pytest

from bot.ebooks.parsed_book import SCENE_BREAK
from bot.ebooks.reading.markup import flatten_page
from bot.ebooks.reading.markup_parser import decode_markup, parse_page
from bot.errors import InputError
from tests.bot.ebooks.reading.epubs import page


def read(body: str) -> list[str]:
    """The paragraphs of a document with this body, without the bodies of notes."""
    markup = parse_page(page(body).encode(), "page.xhtml")
    assert markup is not None
    return [block.text for block in flatten_page(markup.root).blocks if not block.is_note]


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<div>One <p>two</p> three</div>", ["One", "two", "three"]),
        ("<p>a\n   long\tline</p>", ["a long line"]),
        ("<p>soft\u00adhyphen, zero\u200bwidth and word\u2060joiner</p>", ["softhyphen, zerowidth and wordjoiner"]),
        ("<p>&nbsp;&mdash;&eacute;&hellip;&lt;b&gt; &amp; co</p>", ["—é…<b> & co"]),
        ("<p>it&#146;s</p>", ["it’s"]),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>だ</p>", ["漢字だ"]),
        ("<p>東京は\n   夜の七時</p>", ["東京は夜の七時"]),
        ("<p>Night.</p><hr/><p>Day.</p>", ["Night.", SCENE_BREAK, "Day."]),
        ("<p>Night.</p><p>* * *</p><p>Day.</p>", ["Night.", SCENE_BREAK, "Day."]),
        ("<p>Night.</p><p>&#160;</p><p>Day.</p>", ["Night.", SCENE_BREAK, "Day."]),
        ("<p>夜。</p><p>◇　◇　◇</p><p>昼。</p>", ["夜。", SCENE_BREAK, "昼。"]),
        ('<p>Night.</p><div class="scene-break">&#160;</div><p>Day.</p>', ["Night.", SCENE_BREAK, "Day."]),
        ("<ul><li>salt</li><li>bread</li></ul>", ["salt", "bread"]),
        ("<table><tr><th>Name</th><td><p>Ada</p></td></tr><tr><td>Bo</td></tr></table>", ["Name | Ada", "Bo"]),
        ('<p><img src="o.png" alt="O"/>nce upon a time</p>', ["Once upon a time"]),
        ('<p><img src="map.png" alt="A map"/>It was far.</p>', ["It was far."]),
        ('<p>It went<span epub:type="pagebreak" id="p7">7</span> on.</p>', ["It went on."]),
        ('<p>gone<span class="pagenum">[Pg 12]</span> by</p>', ["gone by"]),
        ("<p hidden='hidden'>no</p><p style='display: none'>no</p><p>yes</p>", ["yes"]),
        ("<script>x()</script><style>p{}</style><svg><text>no</text></svg><p>yes</p>", ["yes"]),
        ("<epub:switch><epub:case>no</epub:case><epub:default><p>yes</p></epub:default></epub:switch>", ["yes"]),
        ("<p>first</p><br/><br/><p>second</p>", ["first", "second"]),
    ],
)
def test_paragraphs_have_what_is_read_aloud(body: str, paragraphs: list[str]) -> None:
    """Markup, pictures, page numbers and invisible marks leave no trace."""
    assert read(body) == paragraphs


LINE = "the sea is high again today, with a thrilling flush of wind and in the midst of winter you can feel spring"


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<p>Roses<br/>are red</p>", ["Roses are red"]),
        ("<p>Roses<br/>are<br/>red</p>", ["Roses\nare\nred"]),
        (f"<p>{LINE}<br/>{LINE}</p>", [LINE, LINE]),
        ('<div class="poem"><p>Roses</p><p>are red</p></div>', ["Roses\nare red"]),
        (
            (
                '<blockquote epub:type="z3998:verse"><p><span>Roses</span><br/><span>are red</span></p>'
                "<p>Violets<br/>too</p></blockquote>"
            ),
            ["Roses\nare red", "Violets\ntoo"],
        ),
        (
            (
                '<div class="poem"><div class="stanza"><span>A<br/></span><span>B<br/></span></div>'
                '<div class="stanza">C</div></div>'
            ),
            ["A\nB", "C"],
        ),
        ('<div class="linegroup"><div>one<span class="lnum">10</span></div><div>two</div></div>', ["one\ntwo"]),
        ("<h2>Chapter I<br/>The Key</h2>", ["Chapter I: The Key"]),
        ("<h2>The Key<br/>and the Door</h2>", ["The Key and the Door"]),
        ("<pre>a\n  b</pre>", ["a\nb"]),
    ],
)
def test_line_ends_stay_in_verse_and_addresses_alone(body: str, paragraphs: list[str]) -> None:
    """Elsewhere they are spaces, or ends of paragraphs where the lines are long."""
    assert read(body) == paragraphs


@pytest.mark.parametrize(
    "reference",
    [
        '<a epub:type="noteref" href="#n">*</a>',
        '<a role="doc-noteref" href="#n">1</a>',
        '<sup><a href="notes.xhtml#n">12</a></sup>',
        '<a href="#n"><sup>12</sup></a>',
        '[<a href="#n">1</a>]',
        '<a class="footnote-ref" href="#n">†</a>',
    ],
)
def test_references_to_notes_leave_the_text(reference: str) -> None:
    """Nobody reads "star" or "one" in the middle of a sentence."""
    assert read(f"<p>The end{reference} is near.</p>") == ["The end is near."]


@pytest.mark.parametrize(
    "note",
    [
        '<aside epub:type="footnote" id="n"><p>A note.</p></aside>',
        '<div role="doc-endnote"><p>A note.</p></div>',
        '<section epub:type="endnotes"><h3>Notes</h3><ol><li>A note.</li></ol></section>',
        '<p class="footnote">A note.</p>',
    ],
)
def test_bodies_of_notes_leave_the_text(note: str) -> None:
    """By epub:type, ARIA role or class."""
    assert read(f"<p>The end.</p>{note}<p>Or not.</p>") == ["The end.", "Or not."]


def test_powers_and_other_links_stay_in_the_text() -> None:
    """Only small marks that lead somewhere are references."""
    assert read('<p>2<sup>10</sup> is <a href="#x">a thousand</a>.</p>') == ["210 is a thousand."]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            '<?xml version="1.0" encoding="shift_jis"?><html><body><p>吾輩は猫である</p></body></html>'.encode("cp932"),
            "吾輩は猫である",
        ),
        ('<?xml version="1.0" encoding="windows-1251"?><html><body><p>Ночь</p></body></html>'.encode("cp1251"), "Ночь"),
        ("<html><body><p>Nacht für Nacht</p></body></html>".encode("utf-16"), "Nacht für Nacht"),
        (
            '<?xml version="1.0"?><html><body><p>nuit à nuit, été après été</p></body></html>'.encode("cp1252"),
            "nuit à nuit, été après été",
        ),
        (b'<?xml version="1.0" encoding="no-such-code"?><html><body><p>night</p></body></html>', "night"),
        ("\ufeff<html><body><p>night</p></body></html>".encode(), "night"),
    ],
)
def test_the_declared_encoding_is_used_and_a_wrong_one_is_noticed(content: bytes, text: str) -> None:
    """Letters are right in every encoding in which books are written."""
    assert text in decode_markup(content)[0]
    markup = parse_page(content, "page.xhtml")
    assert markup is not None
    assert [block.text for block in flatten_page(markup.root).blocks] == [text]


@pytest.mark.parametrize(
    "body",
    [
        "<p>One<p>Two & three<br>four",
        "<p>One</i></p><p>Two &amp; three<br/>four</p>",
        "<div><p>One</p><p>Two & three<br/>four</div>",
    ],
)
def test_broken_markup_loses_no_words(body: str) -> None:
    """Whatever parser keeps more of it is used."""
    assert " ".join(read(body)).split() == ["One", "Two", "&", "three", "four"]


def test_entities_of_the_document_are_not_expanded() -> None:
    """Neither a bomb nor a file of this machine."""
    doctype = '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY file SYSTEM "file:///etc/hostname">]>'
    markup = parse_page(f"{doctype}<html><body><p>x&b;y&file;z</p></body></html>".encode(), "page.xhtml")
    assert markup is not None
    assert [block.text for block in flatten_page(markup.root).blocks] == ["xyz"]


def test_too_deep_markup_is_refused() -> None:
    """200,000 nested tags are no book."""
    with pytest.raises(InputError, match="256 levels deep"):
        read("<div>" * 200_000 + "x" + "</div>" * 200_000)
