"""Speech and speech tags of one paragraph, and speech without its marks."""

import pytest

from bot.scripts.quotations import MAX_TAG_UNITS, find_speech, is_speech_tag, strip_quotation_marks

SPEECH = {
    "a dash at the beginning": ("— Oui.", ["— Oui."]),
    "a dash inside the speech": ("— Je — Non, attends.", ["— Je — Non, attends."]),
    "a dash inside later speech": (
        "— Oui — dit-elle — Je — Non, attends.",
        ["— Oui", "Je — Non, attends."],
    ),
    "a tag of movement between dashes": ("— Oui — elle se leva — Venez.", ["— Oui", "Venez."]),
    "a tag between commas": ("— Oui, dit-elle. Venez.", ["— Oui,", " Venez."]),
    "a comma that ends no speech": ("— Non, jamais plus, mon ami.", ["— Non, jamais plus, mon ami."]),
    "a tag at the end": ("— Oui, dit-elle.", ["— Oui,"]),
    "a tag alone": ("— , dit-elle.", []),
    "two quotations": ("“Come,” he said. “Now.”", ["“Come,”", "“Now.”"]),
    "marks without words": ("“…” He ran.", []),
}


@pytest.mark.parametrize(("paragraph", "expected"), SPEECH.values(), ids=SPEECH)
def test_speech_is_found_with_its_marks(paragraph: str, expected: list[str]) -> None:
    """Quotations and dashed speech are found as wholes; the tags among them stay outside."""
    assert [paragraph[start:end] for start, end in find_speech(paragraph)] == expected


@pytest.mark.parametrize(
    ("text", "follows_speech", "expected"),
    [
        ("said Anna", False, True),
        ("she smiled", True, True),
        ("she smiled", False, False),
        ("She smiled", True, False),
        ("...", True, False),
        ("said " + "a " * (MAX_TAG_UNITS - 1), True, True),
        ("said " + "a " * MAX_TAG_UNITS, True, False),
        ("said " + "a" * 155, True, True),
        ("said " + "a" * 156, True, False),
    ],
)
def test_a_tag_is_short_and_attributes_speech(text: str, follows_speech: bool, expected: bool) -> None:
    """A verb of speech makes a tag, after speech a small letter does; up to 14 words and 160 characters."""
    assert is_speech_tag(text, follows_speech=follows_speech) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Come,” ", "Come,"),
        ("«Ich», ", "Ich"),
        ("— Oui —", "Oui"),
        ("“He said ‘no’ to me.”", "He said ‘no’ to me."),
        ("“I never—”", "I never—"),
        ("“To tell the truth”—", "To tell the truth"),
    ],
)
def test_a_spoken_line_has_no_marks_around_it(text: str, expected: str) -> None:
    """Marks around speech are not spoken; marks inside it stay, and so does the dash of somebody who breaks off."""
    assert strip_quotation_marks(text) == expected
