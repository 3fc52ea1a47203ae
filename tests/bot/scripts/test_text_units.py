import pytest

from bot.scripts.text_units import (
    clean_text,
    count_units,
    find_normalized_units,
    find_units,
    is_unspaced_character,
    split_after_units,
    to_single_line,
)


def test_words_keep_their_apostrophes() -> None:
    """A contraction is one word, with either apostrophe."""
    assert find_units("She didn't; he couldn’t.") == ["She", "didn't", "he", "couldn’t"]
    assert find_normalized_units("COULDN’T go") == ["couldn't", "go"]


def test_scripts_without_spaces_count_by_character() -> None:
    """Japanese, Chinese, Korean and Thai have one unit for each character, mixed text has both kinds."""
    assert find_units("鐘が鳴った。") == list("鐘が鳴った")
    assert len(find_units("여우가 왔다")) == 5
    assert find_units("Hana は来た") == ["Hana", "は", "来", "た"]


def test_marks_inside_words_do_not_cut_them() -> None:
    """Arabic and Hindi words with vowel signs are single units."""
    assert len(find_units("مُحَمَّد هنا")) == 2
    assert len(find_units("हिन्दी में")) == 2


def test_invisible_characters_are_removed() -> None:
    """Control characters, direction marks, half surrogates and hidden joiners are removed; line ends become one kind."""
    assert clean_text("a\u202eb\x00c\u200bd\ud800e\r\nf\u2028g") == "abcde\nf\ng"
    assert clean_text("ha\u200dna") == "hana"
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"
    assert to_single_line("  a\t b \n c ") == "a b c"


def test_text_is_cut_after_each_unit() -> None:
    """Each piece begins with what stands between two units; the pieces together are the text."""
    assert split_after_units(" Hana, は来。") == [" Hana", ", は", "来", "。"]
    assert split_after_units("") == []


def test_characters_of_unspaced_scripts_are_told_from_words() -> None:
    """Japanese, Korean and Thai characters are units of their own; Latin letters are not."""
    assert [is_unspaced_character(unit) for unit in ("鐘", "여", "ก", "a", "Hana")] == [True, True, True, False, False]


@pytest.mark.parametrize(
    "text", ["the lantern’s light ", "山路を登りながら、", "a\r\nb\u00ad c", "字word ", "\u200cab。"]
)
def test_a_long_text_is_counted_like_a_short_one(text: str) -> None:
    """It is counted in pieces, and no word is cut in two by that."""
    units = find_units(text * 5_000)
    assert count_units(text * 5_000) == (len(units), sum(map(is_unspaced_character, units)))
