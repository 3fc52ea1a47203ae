"""Markdown as text: lists, tables, quotes and scene breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ebooks.markdown_text import Block, render_blocks

_WORD_LIKE = st.text(st.sampled_from("ab1 \n*-+>#_=.)"), max_size=60)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("* salt\n* a **bell**\n  * of bronze\n* lamps!", "salt.\na bell.\nof bronze.\nlamps!"),
        ("- salt\n- a bell", "salt.\na bell."),
        ("+ salt\n+ a bell", "salt.\na bell."),
        ("1. Wait\n2. Run.", "1. Wait.\n2. Run."),
        ("* 塩\n* 鐘", "塩。\n鐘。"),
        ("* salt\n\n* a bell", "salt\n\na bell"),
        ("| Name | Age |\n|---|--:|\n| *Oku* | 9 |\n| Ren | |", "Name, Age.\nOku, 9.\nRen."),
        ("It was ~~cold~~ warm.", "It was cold warm."),
        ("> A letter.\n>\n> > Inside it, a note.", "A letter.\n\nInside it, a note."),
        (
            "One.\n\n---\n\nTwo.\n\n___\n\nThree.\n***\nFour.",
            "One.\n\n* * *\n\nTwo.\n\n* * *\n\nThree.\n\n* * *\n\nFour.",
        ),
        ("It rang.\n---\nShe left.", "It rang.\n\n* * *\n\nShe left."),
        ("```\nDear Oku\n```", "Dear Oku"),
    ],
)
def test_marks_are_not_read_aloud(markdown: str, plain: str) -> None:
    """Lists become sentences, the cells of a table one sentence for each row, and a scene break stays one."""
    blocks = render_blocks(markdown)
    assert "\n\n".join(block.text for block in blocks) == plain
    assert not any(block.is_heading for block in blocks)


@pytest.mark.parametrize(
    "text", ["- Oui ?\n- Non.", "- Oui ?\n\n- Non.", "- Oku", "1984. A year", "1984.", "2 * 3 - 1"]
)
def test_dashes_of_dialogue_and_numbers_are_no_list(text: str) -> None:
    """Dialogue, a signature and a year stay as the author wrote them."""
    assert "\n\n".join(block.text for block in render_blocks(text)) == text


def test_headings_are_told_from_paragraphs() -> None:
    """Both kinds of headings, but not a quoted one."""
    blocks = render_blocks("# One\n\nTwo\n---\n\n> # Three")
    assert blocks == [Block("One", 1), Block("Two", 2), Block("Three")]


@given(_WORD_LIKE)
def test_every_letter_and_digit_stays(markdown: str) -> None:
    """Whatever the marks mean, no word and no number is lost or moved."""
    text = "".join(block.text for block in render_blocks(markdown))
    assert [character for character in text if character.isalnum()] == [
        character for character in markdown if character.isalnum()
    ]
