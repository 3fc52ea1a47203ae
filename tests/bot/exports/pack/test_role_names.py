"""Names of roles in file names."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.pack.role_names import name_roles


@pytest.mark.parametrize(
    ("speaker", "name"),
    [
        ("Anna", "ANNA"),
        ("O’Brien", "OBRIEN"),
        ("The old fox!", "THE_OLD_FOX"),
        ("Nguyễn Łukasz", "NGUYEN_LUKASZ"),
        ("Straßer", "STRASSER"),
        ("Жуков", "ZHUKOV"),
        ("Ольга", "OLGA"),
        ("Αθηνά", "ATHINA"),
        ("김민수", "GIMMINSU"),
        ("con", "ROLE_CON"),
        ("a/../b", "A_B"),
        ("x" * 60, "X" * 24),
    ],
)
def test_a_name_is_spelled_in_latin_letters(speaker: str, name: str) -> None:
    """Accents go, other alphabets are spelled, what a file system refuses is replaced."""
    assert name_roles([speaker]) == {speaker: name}


@pytest.mark.parametrize("speaker", ["花", "דוד", "علي", "สมชาย", "राम", "…", ""])
def test_a_name_that_cannot_be_spelled_is_the_same_in_every_chapter(speaker: str) -> None:
    """Its four signs depend on the name alone, not on who else speaks."""
    name = name_roles([speaker])[speaker]
    assert re.fullmatch(r"ROLE_[0-9A-F]{4}", name)
    assert name_roles(["Anna", "ユキ", speaker])[speaker] == name


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_are_safe_and_different_for_any_speakers(speakers: list[str]) -> None:
    """Capitals, digits and underscores only, and no two alike, also on systems that ignore case."""
    names = name_roles(speakers)
    assert names.keys() == set(speakers)
    assert len(set(names.values())) == len(names)
    assert all(re.fullmatch(r"[A-Z0-9_]{1,40}", name) for name in names.values())


def test_of_two_that_would_be_alike_the_later_one_gets_four_signs() -> None:
    """Anna stays, Änna is told from her."""
    first, second = name_roles(["Anna", "Änna"]).values()
    assert first == "ANNA"
    assert re.fullmatch(r"ANNA_[0-9A-F]{4}", second)
