"""What a run costs, keeps and waits for, over real HTTP."""

import ssl

import pytest

from bot.event_names import (
    GENERATION_COMPLETED,
    GENERATION_FAILED,
    GENERATION_FELL_BACK,
    GENERATION_STARTED,
    GRANT_LOG_ADDED,
    SCRIPT_ADDED,
)
from bot.generation.chapter_source import SpanSource
from bot.generation.gemini.availability import FAILURES_IN_A_ROW
from bot.generation.gemini.pricing import calculate_cost
from bot.generation.pipeline import RunExecution
from bot.generation.request import ScriptRequest
from bot.generation.writer import GenerationErrorKind
from bot.jobs import rate_limiter
from bot.scripts import text_splitting
from storage import DatabaseUnavailableError
from storage.states import ProposalState
from tests.bot.generation.pipeline_stage import (
    CHAPTER,
    FLASH,
    LITE,
    ErrorCase,
    FaultyGemini,
    PipelineStage,
    assert_costs,
    assert_nothing_is_lost,
    assert_nothing_technical,
    connect,
    write,
)
from tests.standins.gemini_script import story_of


async def test_a_script_by_gemini_is_stored_with_its_price(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture
) -> None:
    """One call writes the script; its exact price, four events, a deliverable and its proposals are stored."""
    outcome = await write(stage)
    ((model, reserved, settled),) = outcome.charges
    assert model == FLASH
    assert settled == calculate_cost(FLASH, outcome.kept.usage, stage.availability.clock().date())
    assert settled is not None
    assert 0 < settled < reserved
    assert outcome.stored.cost_micros == settled
    assert outcome.stored.tokens == outcome.kept.usage.total
    assert outcome.event_names == [GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, GENERATION_COMPLETED]
    assert_nothing_technical(stage, caplog)
    async with stage.database.read() as tx:
        members = await tx.bible.list_members("ebook_001")
        (synopsis,) = await tx.bible.list_synopses("ebook_001")
    assert [(member.name, member.state) for member in members] == [("HANA", ProposalState.PROPOSED)]
    assert (synopsis.chapter_number, synopsis.script_id) == (1, outcome.stored.id)


async def test_the_fallback_model_is_paid_at_its_own_price(standin: FaultyGemini, stage: PipelineStage) -> None:
    """If the first model is gone, the second writes, is named, and is paid at its own price."""
    standin.answer_with("gone", FLASH)
    outcome = await write(stage)
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert outcome.stored.model == LITE
    (_, _, free), (model, _, settled) = outcome.charges
    assert (free, model) == (0, LITE)
    assert settled == calculate_cost(LITE, outcome.kept.usage, stage.availability.clock().date())


async def test_a_retry_continues_from_what_was_kept(standin: FaultyGemini, stage: PipelineStage) -> None:
    """After a break in the middle the next run asks only for what is missing, and all of the script is Gemini's."""
    standin.answer_with("cut", times=1)
    first = await write(stage)
    second = await write(stage, run=await stage.create_run(progress=first.run.progress))
    assert second.stored.writer == "gemini"
    assert [cue.text for cue in second.script.cues[: len(first.kept.cues)]] == [cue.text for cue in first.kept.cues]
    assert_nothing_is_lost(second)
    asked = story_of(standin.calls[1].body)
    written = " ".join(cue.text for cue in first.kept.cues)
    paragraphs = text_splitting.split_paragraphs(CHAPTER)
    for paragraph in paragraphs:
        if all(sentence in written for sentence in paragraph.replace("“", "").replace("”", "").split(". ")):
            assert paragraph not in asked
    assert paragraphs[-1] in asked
    texts = [cue.text for cue in second.script.cues]
    for cue in first.kept.cues:
        assert not cue.kind.is_spoken or texts.count(cue.text) <= CHAPTER.count(cue.text), "nothing is written twice"


async def test_a_refused_connection_costs_nothing(
    standin: FaultyGemini, stage: PipelineStage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If Gemini's host refuses the connection, nothing is sent and nothing is paid."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    outcome = await write(stage)
    assert "The connection to Gemini was lost." in outcome.stored.error
    assert len(outcome.charges) == 6
    assert_costs(outcome, "free", 6)
    assert outcome.failure["reason"] == "disconnected"
    assert_nothing_technical(stage, caplog)


async def test_the_budget_stops_before_it_is_exceeded(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture
) -> None:
    """With a budget below one call's reservation no call is made, and the script says that it was the budget."""
    stage.budget = 1_000
    outcome = await write(stage)
    assert standin.calls == []
    assert outcome.charges == []
    assert "This would exceed the studio's budget for Gemini." in outcome.stored.error
    assert outcome.failure["reason"] == "budget"
    assert outcome.stored.cost_micros == 0
    assert_nothing_technical(stage, caplog)


async def test_after_failures_gemini_is_not_asked(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture
) -> None:
    """After five failures in a row the sixth chapter makes no call and says until when."""
    standin.answer_with("gone")
    for _ in range(FAILURES_IN_A_ROW):
        await write(stage)
    standin.reset()
    outcome = await write(stage)
    assert standin.calls == []
    assert "Gemini has failed several times in a row, so it is not being asked for now." in outcome.stored.error
    assert (
        f"It will be asked again from <t:{int(stage.availability.clock().timestamp()) + 60}:f>." in outcome.stored.error
    )
    assert outcome.event_names[-5:] == [
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert_nothing_technical(stage, caplog)


async def test_a_wait_beyond_the_deadline_is_not_begun(standin: FaultyGemini, stage: PipelineStage) -> None:
    """A minute's quota that resets after the deadline ends at once, without a call that nobody could wait for."""
    standin.answer_with("quota_minute", retry_in=30)
    outcome = await write(stage, ErrorCase("quota_minute", GenerationErrorKind.QUOTA_MINUTE, "", "free", total=2))
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert "Gemini allows no more requests in this minute. Try again in 30 seconds." in outcome.stored.error
    assert_costs(outcome, "free", 2)


async def test_our_own_pause_is_not_begun_beyond_the_deadline(
    standin: FaultyGemini, stage: PipelineStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own pause after a refusal that names none is not begun either where it would pass the deadline."""
    monkeypatch.setattr(rate_limiter, "_DEFAULT_PAUSE_SECONDS", 3.0)
    standin.answer_with("quota_bare")
    outcome = await write(stage, ErrorCase("quota_bare", GenerationErrorKind.QUOTA_MINUTE, "", "free", total=1))
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert outcome.failure["reason"] == "quota_minute"
    assert_costs(outcome, "free", 2)


async def test_the_card_says_what_the_writer_waits_for(standin: FaultyGemini, stage: PipelineStage) -> None:
    """Before each pause the card says in a sentence why and for how many seconds."""
    standin.answer_with("overloaded", times=1)
    await write(stage)
    ((reason, seconds),) = stage.waits
    assert reason == "Gemini is overloaded at the moment."
    assert seconds == pytest.approx(0.003)
    async with connect() as model:
        run = await stage.create_run()
        execution = RunExecution(stage.pipeline(model), run, ScriptRequest.from_run(run), SpanSource(()))
    await execution.report_wait(reason, seconds)
    assert execution.waiting == "Gemini is overloaded at the moment, about 1 s"
    await execution.card_updater.close()


@pytest.mark.parametrize("key", ["wrong\nkey-of-two-lines", "schlüssel-mit-umlaut-0123456789"])
async def test_a_key_that_cannot_be_sent_is_a_bad_key(
    standin: FaultyGemini, stage: PipelineStage, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    """A key that no header can carry is reported as a bad key, costs nothing and is never repeated."""
    run = await stage.create_run()
    async with connect(key) as model:
        await stage.pipeline(model).write(run)
    outcome = await stage.read_outcome(run)
    assert standin.calls == []
    assert outcome.failure["reason"] == "bad_key"
    assert_costs(outcome, "free", len(outcome.charges))
    for piece in key.split("\n"):
        assert piece not in stage.dump_database() + caplog.text


async def test_a_lost_checkpoint_does_not_interrupt_a_run(
    standin: FaultyGemini, stage: PipelineStage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While the database is away, writing goes on; what the lost checkpoint held is in the finished script."""
    assert standin.calls == []

    async def fail(_execution: RunExecution, _progress: str) -> None:
        raise DatabaseUnavailableError("its server is away", is_passing=True)

    monkeypatch.setattr(RunExecution, "_renew_lease", fail)
    outcome = await write(stage)
    assert outcome.stored.writer == "gemini"
    assert "goes on without a checkpoint, because its server is away" in caplog.text
    assert_nothing_is_lost(outcome)
