from bot.scripts.text_units import clean, normalized_units, one_line, units


def test_words_keep_their_apostrophes() -> None:
    """A contraction is one word, with either apostrophe."""
    assert units("She didn't; he couldn’t.") == ["She", "didn't", "he", "couldn’t"]
    assert normalized_units("COULDN’T") == normalized_units("couldn't")


def test_scripts_without_spaces_count_by_character() -> None:
    """Japanese, Chinese, Korean and Thai have one unit to a character, mixed text both kinds."""
    assert units("鐘が鳴った。") == list("鐘が鳴った")
    assert len(units("여우가 왔다")) == 5
    assert units("Hana は来た") == ["Hana", "は", "来", "た"]


def test_marks_inside_words_do_not_cut_them() -> None:
    """Arabic and Hindi words with vowel signs stay whole."""
    assert len(units("مُحَمَّد هنا")) == 2
    assert len(units("हिन्दी में")) == 2


def test_invisible_signs_are_gone() -> None:
    """Controls, direction marks, half surrogates and hidden joiners do not survive; line ends become one kind."""
    assert clean("a\u202eb\x00c\u200bd\ud800e\r\nf\u2028g") == "abcde\nf\ng"
    assert clean("ha\u200dna") == "hana"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert one_line("  a\t b \n c ") == "a b c"
