import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.text_splitting import split_paragraphs, split_parts, split_sentences, split_text
from bot.scripts.text_units import find_units


def count_units(text: tuple[str, ...]) -> int:
    return sum(len(find_units(paragraph)) for paragraph in text)


def test_blank_lines_separate_paragraphs() -> None:
    """Line ends inside a paragraph are only wrapping."""
    assert split_paragraphs("One\n two.\r\n \t\r\nThree.\n\n\n") == ("One two.", "Three.")


def test_without_blank_lines_every_line_is_a_paragraph() -> None:
    """Text with single line ends is not one huge paragraph."""
    assert split_paragraphs("One.\nTwo.\nThree.") == ("One.", "Two.", "Three.")


def test_an_empty_text_has_no_parts() -> None:
    """An empty text has no paragraphs, and no paragraphs have no parts."""
    assert split_paragraphs(" \n\n ") == ()
    assert split_parts(()) == ()


def test_parts_are_even_and_cut_between_paragraphs() -> None:
    """Three thousand words become two halves, not a long part and a short one."""
    text = tuple(f"{n} " + "word " * 99 for n in range(30))
    cut = split_parts(text, 2_500)
    assert tuple(paragraph for part in cut for paragraph in part) == text
    assert [count_units(part) for part in cut] == [1_500, 1_500]


def test_a_paragraph_longer_than_a_part_is_cut_between_sentences() -> None:
    """Each of its pieces ends where a sentence ends."""
    cut = split_parts(("The bell rang twice. " * 20,), 30)
    assert all(count_units(part) <= 30 for part in cut)
    assert all(piece.endswith(".") for part in cut for piece in part)


def test_japanese_counts_by_character() -> None:
    """A paragraph of Japanese, which has no spaces, is cut between its sentences too."""
    cut = split_parts(("鐘が鳴った。" * 40,), 50)
    assert max(map(count_units, cut)) <= 50
    assert "".join(piece for part in cut for piece in part) == "鐘が鳴った。" * 40


def test_sentences_keep_their_closing_quotes() -> None:
    """A quotation mark belongs to the sentence that it closes."""
    assert split_sentences("“Go.” She went. 「誰だ。」彼") == ["“Go.”", "She went.", "「誰だ。」", "彼"]


def test_pieces_respect_a_limit_in_characters() -> None:
    """A text without any place to cut is cut all the same."""
    assert all(len(piece) <= 10 for piece in split_text("a" * 35 + " bc. de", 10))


@given(st.text(alphabet=st.sampled_from("ab ’.!\n\t。鐘「」“”é\u200b\u0301"), max_size=400), st.integers(1, 12))
def test_no_word_is_lost_in_parts(text: str, limit: int) -> None:
    """Whatever the text and the limit, the parts have all its words in order, and none is too long."""
    cut = split_parts(split_paragraphs(text), limit)
    assert [unit for part in cut for piece in part for unit in find_units(piece)] == find_units(text)
    assert all(count_units(part) <= limit for part in cut)
    assert all(part for part in cut)


@given(st.text(max_size=300))
def test_no_word_is_lost_in_paragraphs(text: str) -> None:
    """Any text keeps its words as paragraphs, and splitting these again changes nothing."""
    paragraphs = split_paragraphs(text)
    assert [unit for paragraph in paragraphs for unit in find_units(paragraph)] == find_units(text)
    assert tuple(piece for part in split_parts(paragraphs) for piece in part) == paragraphs


def test_pieces_are_filled_up_to_the_limit() -> None:
    """A piece holds exactly as much as the limit allows, and one character more begins the next."""
    assert split_text("One. Two.", 9) == ["One. Two."]
    assert split_text("One. Two. Six.", 10) == ["One. Two.", "Six."]
    assert split_text("abcd efgh", 8) == ["abcd", "efgh"]
    assert split_text("One. Two. Six. Ten. A", 10) == ["One. Two.", "Six. Ten.", "A"]
    assert split_text("", 5) == []


def test_parts_are_filled_up_to_the_limit() -> None:
    """Two paragraphs that together reach the limit are one part; one word more makes two."""
    assert split_parts(("a b", "c d"), 4) == (("a b", "c d"),)
    assert split_parts(("a b", "c d e"), 4) == (("a b",), ("c d e",))
    assert len(split_parts(("word " * 1_250, "word " * 1_250))) == 1
    assert len(split_parts(("word " * 1_250, "word " * 1_251))) == 2


def test_long_sentences_are_cut_only_where_they_have_to_be() -> None:
    """A sentence or word of exactly the limit stays whole; a longer word is cut into full pieces from its beginning."""
    assert split_text("Go on. Abcd efg", 7) == ["Go on.", "Abcd", "efg"]
    assert split_text("abcdef", 3) == ["abc", "def"]
    assert split_text("abc defghijk lm", 4) == ["abc", "defg", "hijk", "lm"]
    assert split_text("鐘ab", 2) == ["鐘", "ab"]


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ((3, 3, 3, 3), 9, [6, 6]),
        ((2, 4, 2), 6, [6, 2]),
        ((1, 1, 1), 2, [2, 1]),
        ((5, 1, 5), 6, [6, 5]),
        ((2, 2, 2, 2), 4, [4, 4]),
        ((4, 4, 2, 2), 10, [8, 4]),
        ((5, 4, 3), 9, [5, 7]),
    ],
)
def test_parts_are_as_even_as_their_paragraphs_allow(sizes: tuple[int, ...], limit: int, expected: list[int]) -> None:
    """A paragraph goes to the part in which more than half of it belongs, without any part over the limit."""
    parts = split_parts([" ".join(["word"] * size) for size in sizes], limit)
    assert [count_units(part) for part in parts] == expected
