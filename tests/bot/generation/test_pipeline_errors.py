"""Each fault of Gemini over real HTTP, from the first byte to what stands in the database."""

from dataclasses import replace

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
    BEFORE_FIRST_CUE,
    FLASH,
    IN_MIDDLE,
    ErrorCase,
    FaultyGemini,
    PipelineStage,
    assert_costs,
    assert_nothing_is_lost,
    assert_nothing_technical,
    write,
)


@pytest.mark.parametrize("case", BEFORE_FIRST_CUE, ids=str)
async def test_errors_that_persist_before_the_first_cue(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, case: ErrorCase
) -> None:
    """If every call fails before its first cue, the template writes the script, which says why."""
    standin.answer_with(case.scenario, after=case.after, delay=case.delay, retry_in=0.02)
    outcome = await write(stage, case)
    assert outcome.stored.writer == "template"
    assert case.says in outcome.stored.error
    assert len(standin.calls) == len(outcome.charges) == case.always
    assert outcome.run.progress == ""
    assert_nothing_is_lost(outcome)
    assert_costs(outcome, case.paid, case.always)
    assert outcome.event_names == [
        GENERATION_STARTED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert outcome.failure["reason"] == case.kind
    assert outcome.failure["sentence"] in outcome.stored.error
    assert_nothing_technical(stage, caplog)


@pytest.mark.parametrize("case", BEFORE_FIRST_CUE, ids=str)
async def test_errors_that_occur_once_before_the_first_cue(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, case: ErrorCase
) -> None:
    """After one failure the same model or the next is asked, unless that would be of no use."""
    standin.answer_with(case.scenario, after=case.after, delay=case.delay, retry_in=0.02, times=1)
    # A stall is noticed sooner where every call stalls; here the second call has to answer, on a busy machine as well.
    outcome = await write(stage, replace(case, idle=max(case.idle, 1.0)))
    assert len(standin.calls) == len(outcome.charges) == (case.once or 1)
    assert_nothing_is_lost(outcome)
    assert_costs(outcome, case.paid, 1)
    if case.once:
        assert (outcome.stored.writer, outcome.stored.error) == ("gemini", "")
        assert outcome.kept.cues[-1].text == outcome.script.cues[-1].text
        assert outcome.event_names == [GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, GENERATION_COMPLETED]
    else:
        assert outcome.stored.writer == "template"
        assert case.says in outcome.stored.error
        assert outcome.event_names == [
            GENERATION_STARTED,
            GENERATION_FAILED,
            GENERATION_FELL_BACK,
            SCRIPT_ADDED,
            GRANT_LOG_ADDED,
            GENERATION_COMPLETED,
        ]
    assert_nothing_technical(stage, caplog)


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("case", IN_MIDDLE, ids=str)
async def test_errors_in_the_middle_of_the_stream(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, case: ErrorCase, times: int | None
) -> None:
    """A call that fails after some cues keeps them, is not repeated, and the template writes what is missing."""
    standin.answer_with(case.scenario, after=case.after, delay=case.delay, retry_in=0.02, times=times)
    outcome = await write(stage, case)
    assert outcome.stored.writer == "template"
    assert case.says in outcome.stored.error
    assert len(standin.calls) == len(outcome.charges) == 1
    kept = outcome.kept.cues
    assert len(kept) >= 2
    assert [cue.text for cue in outcome.script.cues[: len(kept)]] == [cue.text for cue in kept]
    assert outcome.kept.model == outcome.stored.model == FLASH
    assert_nothing_is_lost(outcome)
    assert_costs(outcome, case.paid, 1)
    assert outcome.event_names == [
        GENERATION_STARTED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert outcome.failure["reason"] == case.kind
    assert_nothing_technical(stage, caplog)


def test_every_kind_of_error_has_its_row() -> None:
    """The two tables name every kind of error but our own, each with a sentence of its own."""
    ours = {GenerationErrorKind.BUDGET, GenerationErrorKind.BATCH_CAP, GenerationErrorKind.RESTING}
    assert {case.kind for case in (*BEFORE_FIRST_CUE, *IN_MIDDLE)} == set(GenerationErrorKind) - ours
    sentences: dict[str, GenerationErrorKind] = {}
    for case in BEFORE_FIRST_CUE:
        assert sentences.setdefault(case.says, case.kind) is case.kind
