"""The numbers that titles state, in the languages and scripts in which books are found."""

import pytest

from bot.ebooks.reading.numbering import find_number, read_numeral

STATED = [
    ("Chapter 4: The Lantern", 4),
    ("CHAPTER XIV.", 14),
    ("Chapter Twenty-One", 21),
    ("Chapter the First", 1),
    ("The Twelfth Chapter", 12),
    ("IV. A Case of Identity", 4),
    ("XL", 40),
    ("12", 12),
    ("7. The Lantern", 7),
    ("7 The Lantern", 7),
    ("III The Lantern", 3),
    ("Seven", 7),
    ("Two: The Fire", 2),
    ("STAVE ONE", 1),
    ("Part Two", 2),
    ("Part Two, Chapter 5", 5),
    ("Night Three", 3),
    ("Chapitre premier", 1),
    ("Chapitre vingt et unième", 21),
    ("CHAPITRE TRENTE", 30),
    ("Drittes Kapitel", 3),
    ("3. Kapitel", 3),
    ("Dreißigstes Kapitel", 30),
    ("Kapitel zweiundzwanzig", 22),
    ("Capítulo décimo séptimo", 17),
    ("CAPÍTULO VEINTISÉIS", 26),
    ("Capitolo ventottesimo", 28),
    ("Capitolo ventitré", 23),
    ("Глава третья", 3),
    ("Глава двадцать пятая", 25),
    ("Глава 3. Фонарь", 3),
    ("Глава Х", 10),
    ("الفصل الثالث", 3),
    ("الفصل الحادي والعشرون", 21),
    ("الفصل ١٢", 12),
    ("第三章", 3),
    ("第十二回 灯笼", 12),
    ("第一百零八回", 108),
    ("第１２章　提灯", 12),
    ("第三卷 山", 3),
    ("三", 3),
    ("二十", 20),
    ("廿一", 21),
    ("三、灯笼", 3),
    ("제3장", 3),
    ("Ⅷ", 8),
]
SILENT = [
    "Prologue",
    "Epilogue",
    "Four Seasons in a Day",
    "I Am Born",
    "One Night in Paris",
    "The Third Day",
    "20,000 Leagues under the Sea",
    "12 angry men",
    "Chapter 3.1",
    "Mix and Match",
    "第一封信",
    "三体",
    "",
]


@pytest.mark.parametrize(("title", "number"), STATED)
def test_a_title_states_its_number(title: str, number: int) -> None:
    assert find_number(title) == number


@pytest.mark.parametrize("title", SILENT)
def test_a_title_without_a_number_states_none(title: str) -> None:
    assert find_number(title) is None


@pytest.mark.parametrize(
    ("thirty", "first"),
    [
        ("thirty", "one"),
        ("trente", "un"),
        ("dreißig", "eins"),
        ("treinta", "uno"),
        ("trenta", "uno"),
        ("тридцать", "один"),
    ],
)
def test_number_words_of_each_language_are_known_to_thirty(thirty: str, first: str) -> None:
    assert (read_numeral(first), read_numeral(thirty)) == (1, 30)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (9, "neuvième neunter noveno nono девятая التاسع ninth"),
        (13, "treizième dreizehnter decimotercero tredicesimo тринадцатая thirteenth"),
        (20, "vingtième zwanzigstes vigésimo ventesimo двадцатая twentieth"),
    ],
)
def test_ordinals_are_read_as_numbers_too(count: int, words: str) -> None:
    assert {word: read_numeral(word) for word in words.split()} == dict.fromkeys(words.split(), count)
