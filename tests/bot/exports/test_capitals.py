"""Capitals as each language writes them."""

import pytest

from bot.exports.capitals import to_capitals
from bot.exports.conventions import format_scene_title, format_sound, format_speaker
from bot.scripts.models import Cue, CueKind, Scene


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("Χάνα", "ΧΑΝΑ"),
        ("Προΐστιος", "ΠΡΟΪΣΤΙΟΣ"),
        ("Μάιος", "ΜΑΪΟΣ"),
        ("άυλος", "ΑΫΛΟΣ"),
        ("Ζωή ή θάνατος", "ΖΩΗ Ή ΘΑΝΑΤΟΣ"),
        ("ᾠδή, ἀγάπῃ, ῥήτωρ", "ΩΙΔΗ, ΑΓΑΠΗΙ, ΡΗΤΩΡ"),
        ("Anna και Χρήστος, café", "ANNA ΚΑΙ ΧΡΗΣΤΟΣ, CAFÉ"),
    ],
)
@pytest.mark.parametrize("language", ["el", "en"])
def test_greek_capitals_have_no_accents(text: str, capitals: str, language: str) -> None:
    """The dialytika stays, other letters keep theirs, and it is so in every script with Greek words."""
    assert to_capitals(text, language) == capitals


@pytest.mark.parametrize(
    ("text", "language", "capitals"),
    [
        ("ışık ile", "tr", "IŞIK İLE"),
        ("ışık ile", "az-Latn", "IŞIK İLE"),
        ("i\u0307stanbul", "tr_TR", "İSTANBUL"),
        ("ışık ile", "en", "IŞIK ILE"),
        ("trip", "trv", "TRIP"),
        ("Straße", "de", "STRASSE"),
        ("ijs", "nl", "IJS"),
        ("שלום 你好", "he", "שלום 你好"),
        (" a\nb ", "", "A B"),
    ],
)
def test_capitals_are_those_of_the_language(text: str, language: str, capitals: str) -> None:
    """The Turkish i keeps its dot; elsewhere the capital is the one of Unicode."""
    assert to_capitals(text, language) == capitals


def test_names_scenes_and_sounds_have_the_capitals_of_the_script() -> None:
    """Whatever stands in capitals in a script."""
    assert format_speaker("Deniz", "tr") == "DENİZ"
    assert format_scene_title(Scene(n=1, place="Bahçe içi"), "tr") == "SCENE 1 – BAHÇE İÇİ"
    assert format_sound(Cue(n=1, kind=CueKind.SFX, text="kedi", direction="iki"), "tr") == "KEDİ – İKİ"
