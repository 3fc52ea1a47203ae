"""Each fault of Gemini over real HTTP, from the first byte to what stands in the database."""

import pytest

from bot.event_names import (
    GENERATION_COMPLETED,
    GENERATION_FAILED,
    GENERATION_FELL_BACK,
    GENERATION_STARTED,
    GRANT_LOG_ADDED,
    SCRIPT_ADDED,
)
from bot.generation.writer import GenerationErrorKind
from tests.bot.generation.pipeline_stage import (
    BEFORE,
    FLASH,
    MIDDLE,
    FaultyGemini,
    PipelineStage,
    Row,
    assert_money,
    assert_nothing_is_lost,
    assert_nothing_technical,
    write,
)


@pytest.mark.parametrize("row", BEFORE, ids=str)
async def test_always_before_the_first_cue(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, row: Row
) -> None:
    """What fails again and again before the first cue ends in the template's script, which says why."""
    standin.answer_with(row.scenario, after=row.after, delay=row.delay, retry_in=0.02)
    outcome = await write(stage, row)
    assert outcome.stored.writer == "template"
    assert row.says in outcome.stored.error
    assert len(standin.calls) == len(outcome.charges) == row.always
    assert outcome.run.progress == ""
    assert_nothing_is_lost(outcome)
    assert_money(outcome, row.paid, row.always)
    assert outcome.names == [
        GENERATION_STARTED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert outcome.failure["reason"] == row.kind
    assert outcome.failure["sentence"] in outcome.stored.error
    assert_nothing_technical(stage, caplog)


@pytest.mark.parametrize("row", BEFORE, ids=str)
async def test_once_before_the_first_cue(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, row: Row
) -> None:
    """What fails once is asked again, of the same model or the next; where that is of no use it is not asked."""
    standin.answer_with(row.scenario, after=row.after, delay=row.delay, retry_in=0.02, times=1)
    outcome = await write(stage, row)
    assert len(standin.calls) == len(outcome.charges) == (row.once or 1)
    assert_nothing_is_lost(outcome)
    assert_money(outcome, row.paid, 1)
    if row.once:
        assert (outcome.stored.writer, outcome.stored.error) == ("gemini", "")
        assert outcome.kept.cues[-1].text == outcome.script.cues[-1].text
        assert outcome.names == [GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, GENERATION_COMPLETED]
    else:
        assert outcome.stored.writer == "template"
        assert row.says in outcome.stored.error
        assert outcome.names == [
            GENERATION_STARTED,
            GENERATION_FAILED,
            GENERATION_FELL_BACK,
            SCRIPT_ADDED,
            GRANT_LOG_ADDED,
            GENERATION_COMPLETED,
        ]
    assert_nothing_technical(stage, caplog)


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("row", MIDDLE, ids=str)
async def test_in_the_middle_of_the_stream(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, row: Row, times: int | None
) -> None:
    """What breaks after cues came keeps them, asks nothing anew, and the template writes what is missing."""
    standin.answer_with(row.scenario, after=row.after, delay=row.delay, retry_in=0.02, times=times)
    outcome = await write(stage, row)
    assert outcome.stored.writer == "template"
    assert row.says in outcome.stored.error
    assert len(standin.calls) == len(outcome.charges) == 1
    kept = outcome.kept.cues
    assert len(kept) >= 2
    assert [cue.text for cue in outcome.script.cues[: len(kept)]] == [cue.text for cue in kept]
    assert outcome.kept.model == outcome.stored.model == FLASH
    assert_nothing_is_lost(outcome)
    assert_money(outcome, row.paid, 1)
    assert outcome.names == [
        GENERATION_STARTED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert outcome.failure["reason"] == row.kind
    assert_nothing_technical(stage, caplog)


def test_every_fault_has_its_row() -> None:
    """The two tables name every fault but those of our own making, each with a sentence of its own."""
    ours = {GenerationErrorKind.BUDGET, GenerationErrorKind.RESTING}
    assert {row.kind for row in (*BEFORE, *MIDDLE)} == set(GenerationErrorKind) - ours
    sentences: dict[str, GenerationErrorKind] = {}
    for row in BEFORE:
        assert sentences.setdefault(row.says, row.kind) is row.kind
