from datetime import UTC, datetime

import pytest

from bot.exports.timestamps import spell_out_timestamps
from bot.generation.error_messages import REPORT_ORDER, create_error, format_reason, pick_most_informative
from bot.generation.writer import GenerationErrorKind


@pytest.mark.parametrize("kind", GenerationErrorKind)
def test_every_kind_of_error_has_a_sentence_and_a_hint(kind: GenerationErrorKind) -> None:
    """Each has one sentence and one hint, in the studio's voice, with every placeholder filled in."""
    found = create_error(kind, model="gemini-3.8-flash", reason="PROHIBITED_CONTENT")
    for said in (found.sentence, found.hint):
        assert said.endswith(".")
        assert not set("!{}_<>") & set(said.replace("GEMINI_", "").replace("API_", ""))
        assert "Oops" not in said
        assert "Error" not in said


def test_no_two_kinds_of_error_share_a_sentence() -> None:
    """The sentence alone tells which kind of error it was."""
    assert len({create_error(kind).sentence for kind in GenerationErrorKind}) == len(GenerationErrorKind)


def test_every_kind_of_error_has_a_place_in_the_report_order() -> None:
    """The most informative of several errors can always be picked; of equals it is the first."""
    assert set(REPORT_ORDER) == set(GenerationErrorKind)
    assert len(REPORT_ORDER) == len(GenerationErrorKind)
    found = [
        create_error(GenerationErrorKind.MODEL_GONE),
        create_error(GenerationErrorKind.OVERLOADED, model="a"),
        create_error(GenerationErrorKind.OVERLOADED, model="b"),
    ]
    assert pick_most_informative(found).model == "a"


def test_waits_and_resets_are_readable() -> None:
    """Seconds, minutes and the time of a reset are readable."""
    assert "34 seconds" in create_error(GenerationErrorKind.QUOTA_MINUTE, retry_after=34.07).hint
    assert "1 second." in create_error(GenerationErrorKind.QUOTA_MINUTE, retry_after=0.2).hint
    assert "5 minutes" in create_error(GenerationErrorKind.QUOTA_MINUTE, retry_after=290).hint
    back = datetime(2026, 11, 23, 8, tzinfo=UTC)
    hint = create_error(GenerationErrorKind.QUOTA_DAY, back_at=back).hint
    assert f"<t:{int(back.timestamp())}:f>" in hint, "on Discord everybody reads it in their own zone"
    assert "08:00 UTC on 23 November" in spell_out_timestamps(hint), "in a file it is spelled out"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("PROHIBITED_CONTENT", "prohibited content"),
        ("HARM_CATEGORY_DANGEROUS_CONTENT", "dangerous content"),
        ("SPII", "personal data"),
        ("", "no reason given"),
        ("<b>@everyone {0}" * 20, "b everyone b everyone b everyone b everyone b everyone b eve"),
    ],
)
def test_reasons_are_readable(reason: str, words: str) -> None:
    """Google's constants become words, and any other text is harmless."""
    assert format_reason(reason) == words
