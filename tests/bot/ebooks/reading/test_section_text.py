"""A section's text: paragraphs, scene breaks and the places of its headings."""

from bot.ebooks.parsed_book import SCENE_BREAK, SectionKind
from bot.ebooks.reading.markup import Block
from bot.ebooks.reading.section_text import build_section

BREAK = Block(SCENE_BREAK)
BLANK = Block(SCENE_BREAK, is_blank=True)


def build(*blocks: Block) -> str:
    return build_section("One", blocks, SectionKind.CHAPTER).text


def test_scene_breaks_stand_between_two_paragraphs_alone() -> None:
    """Not at the ends, not twice, and not around a heading."""
    text = build(BREAK, Block("a"), BREAK, BREAK, Block("b"), BREAK, Block("Later", 2), BREAK, Block("c"), BREAK)
    assert text.split("\n\n") == ["a", SCENE_BREAK, "b", "Later", "c"]


def test_a_rare_empty_paragraph_is_a_scene_break_and_frequent_ones_are_space() -> None:
    """Some authors put one after every paragraph."""
    paragraphs = [Block(str(number)) for number in range(12)]
    assert build(*paragraphs[:6], BLANK, *paragraphs[6:]).count(SCENE_BREAK) == 1
    assert build(*(each for paragraph in paragraphs for each in (paragraph, BLANK))).count(SCENE_BREAK) == 0


def test_an_empty_line_between_stanzas_is_no_scene_break() -> None:
    """A poem has one after each stanza."""
    prose = [Block(str(number)) for number in range(12)]
    assert SCENE_BREAK not in build(Block("a\nb", stanza=1), BLANK, Block("c\nd", stanza=2), *prose)


def test_headings_are_found_at_their_offset() -> None:
    """That is where a person can split the section."""
    section = build_section(
        "One", [Block("a"), BREAK, Block("b"), Block("Later", 3), Block("c")], SectionKind.CHAPTER, 1
    )
    [heading] = section.headings
    assert (heading.title, section.text[heading.offset :]) == ("Later", "Later\n\nc")
