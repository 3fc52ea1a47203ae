"""The comparison of a script's speakers with the cast of its book."""

import pytest

from bot.ebooks.cast_check import CastWarning, CastWarningKind, check_cast, count_edits, find_opposites, find_similar
from bot.ebooks.series_bible import Character
from bot.scripts.models import CastMember

HANA = Character(name="HANA", aliases=("THE WATCHWOMAN",), voice="old and dry")
MATEO = Character(name="MATEO", voice="young, warm")


def member(name: str, voice: str = "") -> CastMember:
    """A speaker of a script."""
    return CastMember(name=name, voice=voice)


def test_a_speaker_of_the_cast_is_no_warning() -> None:
    """Neither under the name nor under an alias, in any case, nor the narrator, nor a speaker whom the text does not name."""
    cast = [member("NARRATOR"), member("HANA"), member("the watchwoman"), member("VOICE"), member("Mateo", "warm")]
    assert check_cast(cast, [HANA, MATEO]) == ()


def test_a_book_without_a_cast_has_nothing_to_compare_with() -> None:
    """The first chapter of a book is full of new names, and none is a warning."""
    assert check_cast([member("HANA")], []) == ()


def test_every_kind_of_warning() -> None:
    """Each odd speaker is one warning, in the script's order."""
    cast = [member("OWL"), member("MATTEO"), member("THE WATCHWOMEN"), member("HANA", "a young voice, dry")]
    assert check_cast(cast, [HANA, MATEO]) == (
        CastWarning(CastWarningKind.NEW, "OWL"),
        CastWarning(CastWarningKind.SIMILAR, "MATTEO", "MATEO"),
        CastWarning(CastWarningKind.SIMILAR, "THE WATCHWOMEN", "HANA"),
        CastWarning(CastWarningKind.VOICE, "HANA", "HANA", ("young", "old")),
    )


@pytest.mark.parametrize(
    ("name", "known", "is_similar"),
    [
        ("HANNAH", "HANA", True),
        ("Hanna", "HANA", True),
        ("ANNA", "HANA", False),
        ("ANN", "ANNA", False),
        ("MARCO", "MARIA", False),
        ("CATHERINE", "KATHARINE", True),
        ("KATRINA", "KATHARINE", False),
        ("ドロシー", "ドロシ", False),
        ("ドロシー", "ドロスー", True),
        ("OWL", "FOX", False),
    ],
)
def test_names_that_may_be_mistaken_for_each_other(name: str, known: str, is_similar: bool) -> None:
    """Two letters may differ in a long name, one in a short one, and a very short name is always its own."""
    assert (find_similar(name, [Character(name=known)]) is not None) is is_similar


def test_the_nearest_of_several_names_is_meant() -> None:
    """One letter away comes before two letters away, also where it is an alias."""
    characters = [Character(name="MARLENE"), Character(name="FOX", aliases=("MARLEEN",))]
    found = find_similar("MARLEENE", characters)
    assert found is not None
    assert found.name == "MARLENE"
    found = find_similar("MARLEEM", characters)
    assert found is not None
    assert found.name == "FOX"


@pytest.mark.parametrize(
    ("note", "known", "expected"),
    [
        ("old", "young, quick", ("old", "young")),
        ("Young!", "an OLD man", ("young", "old")),
        ("high and thin", "deep", ("high", "deep")),
        ("a woman's voice, female", "male", ("female", "male")),
        ("calm", "nervous, dry", ("calm", "nervous")),
        ("low, then shrill", "deep", None),
        ("deep", "low, then shrill", None),
        ("dry", "old", None),
        ("", "old", None),
        ("golden", "young", None),
    ],
)
def test_voice_notes_that_contradict_each_other(note: str, known: str, expected: tuple[str, str] | None) -> None:
    """Opposite words contradict each other, whichever note has which; a note with both kinds contradicts nothing."""
    assert find_opposites(note, known) == expected


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)]
)
def test_edits_are_counted(one: str, other: str, edits: int) -> None:
    """Letters added, removed and replaced, the same in both directions."""
    assert count_edits(one, other) == count_edits(other, one) == edits
