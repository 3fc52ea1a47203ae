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
from bot.generation.gemini.availability import FAILURES_IN_A_ROW
from bot.generation.gemini.pricing import price
from bot.generation.pipeline import _Job
from bot.generation.writer import GenerationErrorKind
from bot.jobs import rate_limiter
from bot.scripts import text_splitting
from tests.bot.generation.pipeline.studio import (
    CHAPTER,
    FLASH,
    LITE,
    FaultyGemini,
    Row,
    Studio,
    assert_money,
    assert_nothing_is_lost,
    assert_nothing_technical,
    connected,
    write,
)
from tests.standins.gemini_script import story_of


async def test_all_is_well(standin: FaultyGemini, studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    """One call, Gemini's script, its exact price, four events, a grant log that counts."""
    outcome = await write(studio)
    ((model, reserved, settled),) = outcome.charges
    assert model == FLASH
    assert settled == price(FLASH, outcome.kept.usage, studio.availability.clock().date())
    assert settled is not None
    assert 0 < settled < reserved
    assert outcome.stored.cost_micros == settled
    assert outcome.stored.tokens == outcome.kept.usage.total
    assert outcome.names == [GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, GENERATION_COMPLETED]
    assert_nothing_technical(studio, caplog)


async def test_the_fallback_model_is_paid_at_its_own_price(standin: FaultyGemini, studio: Studio) -> None:
    """Where the first model is gone the second writes, is named, and costs what it costs."""
    standin.answer_with("gone", FLASH)
    outcome = await write(studio)
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert outcome.stored.model == LITE
    (_, _, free), (model, _, settled) = outcome.charges
    assert (free, model) == (0, LITE)
    assert settled == price(LITE, outcome.kept.usage, studio.availability.clock().date())


async def test_a_later_try_goes_on_from_what_was_kept(standin: FaultyGemini, studio: Studio) -> None:
    """After a break in the middle the next run asks only for what is missing, and the whole is Gemini's."""
    standin.answer_with("cut", times=1)
    first = await write(studio)
    second = await write(studio, run=await studio.order(progress=first.run.progress))
    assert second.stored.writer == "gemini"
    assert [cue.text for cue in second.script.cues[: len(first.kept.cues)]] == [cue.text for cue in first.kept.cues]
    assert_nothing_is_lost(second)
    asked = story_of(standin.calls[1].body)
    told = " ".join(cue.text for cue in first.kept.cues)
    paragraphs = text_splitting.paragraphs(CHAPTER)
    for paragraph in paragraphs:
        if all(sentence in told for sentence in paragraph.replace("“", "").replace("”", "").split(". ")):
            assert paragraph not in asked
    assert paragraphs[-1] in asked
    texts = [cue.text for cue in second.script.cues]
    for cue in first.kept.cues:
        assert not cue.kind.spoken or texts.count(cue.text) <= CHAPTER.count(cue.text), "nothing is told twice"


async def test_nobody_is_there(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Gemini's host refuses the connection, nothing was sent and nothing is paid."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    outcome = await write(studio)
    assert "The connection to Gemini was lost." in outcome.stored.error
    assert len(outcome.charges) == 6
    assert_money(outcome, "free", 6)
    assert outcome.failure["reason"] == "disconnected"
    assert_nothing_technical(studio, caplog)


async def test_the_budget_stops_before_it_is_passed(
    standin: FaultyGemini, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    """With a budget below one call's reserve nothing is asked, and the script says that it was the budget."""
    studio.budget = 1_000
    outcome = await write(studio)
    assert standin.calls == []
    assert outcome.charges == []
    assert "The studio's budget for Gemini would be passed by this." in outcome.stored.error
    assert outcome.failure["reason"] == "budget"
    assert outcome.stored.cost_micros == 0
    assert_nothing_technical(studio, caplog)


async def test_after_failures_it_rests(standin: FaultyGemini, studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    """After five failures in a row the sixth chapter asks nothing and says until when."""
    standin.answer_with("gone")
    for _ in range(FAILURES_IN_A_ROW):
        await write(studio)
    standin.reset()
    outcome = await write(studio)
    assert standin.calls == []
    assert "Gemini has failed several times in a row and is left alone for now." in outcome.stored.error
    assert (
        f"It is asked again from <t:{int(studio.availability.clock().timestamp()) + 60}:f> on." in outcome.stored.error
    )
    assert outcome.names[-5:] == [
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert_nothing_technical(studio, caplog)


async def test_a_wait_that_cannot_be_served_in_time_is_not_waited_for(standin: FaultyGemini, studio: Studio) -> None:
    """A minute's quota that returns after our time is over ends at once, without a call that nobody could await."""
    standin.answer_with("quota_minute", retry_in=30)
    outcome = await write(studio, Row("quota_minute", GenerationErrorKind.QUOTA_MINUTE, "", "free", total=2))
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert "Gemini allows no more requests in this minute. Try again in 30 seconds." in outcome.stored.error
    assert_money(outcome, "free", 2)


async def test_a_refusal_without_a_time_does_not_wait_past_the_end(
    standin: FaultyGemini, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own pause after a refusal that names none counts like one that was named: it is not begun where time is short."""
    monkeypatch.setattr(rate_limiter, "_COOL", 3.0)
    standin.answer_with("quota_bare")
    outcome = await write(studio, Row("quota_bare", GenerationErrorKind.QUOTA_MINUTE, "", "free", total=1))
    assert [call.model for call in standin.calls] == [FLASH, LITE]
    assert outcome.failure["reason"] == "quota_minute"
    assert_money(outcome, "free", 2)


async def test_what_people_read_while_waiting_is_a_sentence(standin: FaultyGemini, studio: Studio) -> None:
    """Before each pause a person is told why in words and for how many seconds."""
    standin.answer_with("overloaded", times=1)
    await write(studio)
    ((reason, seconds),) = studio.waits
    assert reason == "Gemini is overloaded at the moment."
    assert seconds == pytest.approx(0.003)
    async with connected() as model:
        job = _Job(studio.engine(model), await studio.order())
    await job._wait(reason, seconds)
    assert job.waiting == "Gemini is overloaded at the moment, about 1 s"
    await job.card_updater.close()


@pytest.mark.parametrize("key", ["wrong\nkey-of-two-lines", "schlüssel-mit-umlaut-0123456789"])
async def test_a_key_that_cannot_be_sent_is_a_bad_key(
    standin: FaultyGemini, studio: Studio, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    """A key that no header can carry is told as a bad key, costs nothing and is repeated nowhere."""
    run = await studio.order()
    async with connected(key) as model:
        await studio.engine(model).write(run)
    outcome = await studio.outcome(run)
    assert standin.calls == []
    assert outcome.failure["reason"] == "bad_key"
    assert_money(outcome, "free", len(outcome.charges))
    for piece in key.split("\n"):
        assert piece not in studio.everything() + caplog.text
