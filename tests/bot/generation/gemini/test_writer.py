from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.budget import UnlimitedBudget
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.pricing import calculate_cost
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.models import WriterKind
from tests.bot.generation.gemini.conftest import NOW
from tests.bot.generation.story import request
from tests.standins.gemini import GeminiStandIn

FLASH, LITE, THIRD = "gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-3.6-flash"
T = TypeVar("T")

MakeWriter = Callable[..., GeminiWriter]


class RecordingBudget:
    """A budget that records its calls."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.reserved: list[tuple[str, int | None]] = []
        self.recorded: list[tuple[str, str, Usage | None, int | None]] = []
        self.refuse = refuse

    async def reserve(self, model: str, micros: int | None) -> str:
        """A numbered reservation id."""
        if self.refuse:
            raise create_error(GenerationErrorKind.BUDGET)
        self.reserved.append((model, micros))
        return f"reservation {len(self.reserved)}"

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """Records the arguments."""
        self.recorded.append((reservation_id, model, usage, micros))


@pytest.fixture
def make_writer(gemini: GeminiClient) -> MakeWriter:
    """Makes writers with short pauses."""

    def make(*models: str, **changes: Any) -> GeminiWriter:
        settings: dict[str, Any] = {"backoff": 0.002, "jitter": lambda: 0.5, "clock": lambda: NOW, "total_seconds": 5}
        return GeminiWriter(gemini, models or (FLASH, LITE), **{**settings, **changes})

    return make


async def write(writer: GeminiWriter) -> tuple[list[Draft], GenerationError | None]:
    drafts: list[Draft] = []
    try:
        async for draft in writer.write(request()):
            drafts.append(draft)  # noqa: PERF401 - what came before an error is kept
    except GenerationError as error:
        return drafts, error
    return drafts, None


def asked_models(standin: GeminiStandIn) -> list[str]:
    return [request.model for request in standin.calls]


async def test_the_first_model_writes(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """If all goes well, one call gives one script."""
    writer = make_writer()
    assert writer.kind is WriterKind.GEMINI
    drafts, error = await write(writer)
    assert error is None
    assert drafts[-1].model == FLASH
    assert asked_models(standin) == [FLASH]


@pytest.mark.parametrize(
    ("scenario", "asked", "kind"),
    [
        ("bad_key", [FLASH], GenerationErrorKind.BAD_KEY),
        ("forbidden", [FLASH], GenerationErrorKind.NO_PERMISSION),
        ("gone", [FLASH, LITE, THIRD], GenerationErrorKind.MODEL_GONE),
        ("quota_none", [FLASH, LITE, THIRD], GenerationErrorKind.QUOTA_NONE),
        ("quota_day", [FLASH, LITE, THIRD], GenerationErrorKind.QUOTA_DAY),
        ("bad_request", [FLASH, LITE, THIRD], GenerationErrorKind.BAD_REQUEST),
        ("thought_out", [FLASH, LITE, THIRD], GenerationErrorKind.THOUGHT_OUT),
        ("prompt_blocked", [FLASH, LITE], GenerationErrorKind.PROMPT_BLOCKED),
        ("overloaded", [FLASH] * 3 + [LITE] * 3 + [THIRD] * 3, GenerationErrorKind.OVERLOADED),
        ("drop_first", [FLASH] * 3 + [LITE] * 3 + [THIRD] * 3, GenerationErrorKind.DISCONNECTED),
        ("not_json", [FLASH] * 2 + [LITE] * 2 + [THIRD] * 2, GenerationErrorKind.MALFORMED),
        ("empty_body", [FLASH] * 2 + [LITE] * 2 + [THIRD] * 2, GenerationErrorKind.EMPTY),
        ("max_tokens", [FLASH], GenerationErrorKind.TRUNCATED),
        ("cut", [FLASH], GenerationErrorKind.DISCONNECTED),
        ("recitation", [FLASH], GenerationErrorKind.RECITATION),
    ],
)
async def test_each_kind_of_error_has_its_own_retries(
    standin: GeminiStandIn, make_writer: MakeWriter, scenario: str, asked: list[str], kind: GenerationErrorKind
) -> None:
    """Transient errors are retried, others go to the next model, and final ones or those after a draft end at once."""
    standin.answer_with(scenario)
    _, error = await write(make_writer(FLASH, LITE, THIRD))
    assert error is not None
    assert error.kind is kind
    assert error.model == FLASH
    assert asked_models(standin) == asked


async def test_a_short_overload_is_waited_out(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """After two refusals the same model writes the script, and both waits were reported."""
    standin.answer_with("overloaded", times=2)
    waits: list[tuple[str, float]] = []

    async def on_wait(reason: str, seconds: float) -> None:
        waits.append((reason, seconds))

    drafts, error = await write(make_writer(on_wait=on_wait))
    assert error is None
    assert drafts[-1].model == FLASH
    assert waits == [("Gemini is overloaded at the moment.", 0.003), ("Gemini is overloaded at the moment.", 0.006)]


async def test_a_minutes_quota_is_waited_out(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """The wait is as long as the API asked for."""
    standin.answer_with("quota_minute", times=1, retry_in=0.05)
    waits: list[str] = []

    async def wait(awaitable: Awaitable[T], why: str) -> T:
        waits.append(why)
        return await awaitable

    reported: list[float] = []

    async def on_wait(_: str, seconds: float) -> None:
        reported.append(seconds)

    drafts, error = await write(make_writer(wait=wait, on_wait=on_wait))
    assert error is None
    assert drafts[-1].model == FLASH
    assert reported == [pytest.approx(0.05, abs=0.02)]
    assert set(waits) == {"a turn at Gemini"}


async def test_a_wait_that_is_too_long_is_not_begun(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """The next model is asked at once; without one, the error says how long the wait would have been."""
    standin.answer_with("quota_minute", FLASH, retry_in=34.07)
    drafts, _ = await write(make_writer())
    assert drafts[-1].model == LITE
    assert asked_models(standin) == [FLASH, LITE]
    _, error = await write(make_writer(FLASH))
    assert error is not None
    assert (error.kind, error.retry_after) == (GenerationErrorKind.QUOTA_MINUTE, 34.07)


@pytest.mark.parametrize("scenario", ["gone", "quota_none", "quota_day", "overloaded", "prompt_blocked", "not_json"])
async def test_another_model_takes_over(standin: GeminiStandIn, make_writer: MakeWriter, scenario: str) -> None:
    """The draft names the model that wrote it."""
    standin.answer_with(scenario, FLASH)
    drafts, error = await write(make_writer())
    assert error is None
    assert drafts[-1].model == LITE


async def test_the_most_informative_error_is_raised(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """A used-up quota says more than a fallback model that is gone."""
    standin.answer_with("quota_day", FLASH)
    standin.answer_with("gone", LITE)
    _, error = await write(make_writer())
    assert error is not None
    assert error.kind is GenerationErrorKind.QUOTA_DAY
    assert error.back_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    standin.reset()
    standin.answer_with("gone", FLASH)
    standin.answer_with("overloaded", LITE)
    _, error = await write(make_writer())
    assert error is not None
    assert (error.kind, error.model) == (GenerationErrorKind.OVERLOADED, LITE)


async def test_a_stall_without_a_cue_ends_at_the_deadline(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """The deadline holds however many asked_models are left, waits and silences included."""
    standin.answer_with("stall_first")
    _, error = await write(make_writer(FLASH, LITE, THIRD, total_seconds=1.5))
    assert error is not None
    assert error.kind is GenerationErrorKind.STALLED
    assert len(standin.calls) <= 3


async def test_the_first_cue_restarts_the_deadline(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """From the first cue on the deadline starts again, so that a slow but flowing response is not cut."""
    standin.answer_with("quota_minute", times=1, retry_in=0.7)
    standin.delay = 1.4 / standin.chunks
    drafts, error = await write(make_writer(total_seconds=2.0))
    assert error is None, error
    assert drafts


async def test_every_call_is_reserved_and_recorded(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """Refused calls cost nothing, failed ones what they used, and the draft counts all of them."""
    standin.answer_with("overloaded", times=1)
    standin.answer_with("not_json", times=1)
    budget = RecordingBudget()
    drafts, _ = await write(make_writer(FLASH, budget=budget))
    assert [reservation_id for reservation_id, *_ in budget.recorded] == [
        "reservation 1",
        "reservation 2",
        "reservation 3",
    ]
    assert {model for model, _ in budget.reserved} == {FLASH}
    most = budget.reserved[0][1]
    assert most is not None
    assert 30_000 < most < 50_000, "what an answer to this short text can cost, not the most of any answer"
    used = [usage for _, _, usage, _ in budget.recorded]
    assert used[0] == Usage()
    assert used[1] is not None
    assert used[2] is not None
    assert drafts[-1].usage == used[1] + used[2]
    for _, _, usage, micros in budget.recorded:
        assert usage is not None
        assert micros == calculate_cost(FLASH, usage, NOW.date())
        assert micros is not None
        assert micros < most


@pytest.mark.parametrize("scenario", ["cut", "stall", "no_finish", "drop_first"])
async def test_a_lost_call_keeps_its_reservation(
    standin: GeminiStandIn, make_writer: MakeWriter, scenario: str
) -> None:
    """Its cost cannot be known, so the reservation is kept."""
    standin.answer_with(scenario, times=1)
    budget = RecordingBudget()
    await write(make_writer(FLASH, budget=budget))
    assert budget.recorded[0] == ("reservation 1", FLASH, None, None)


async def test_leaving_early_keeps_the_reservation(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """A call that the caller leaves is a lost call, and it is recorded."""
    standin.delay = 0.02
    budget = RecordingBudget()
    drafts = make_writer(budget=budget).write(request())
    await anext(drafts)
    await drafts.aclose()
    assert budget.recorded == [("reservation 1", FLASH, None, None)]


async def test_a_used_up_budget_makes_no_call(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """The error of our own budget is final: no other model is asked."""
    _, error = await write(make_writer(budget=RecordingBudget(refuse=True)))
    assert error is not None
    assert error.kind is GenerationErrorKind.BUDGET
    assert standin.calls == []


async def test_an_unknown_price_is_passed_on_as_none(standin: GeminiStandIn, make_writer: MakeWriter) -> None:
    """Neither the reservation nor the cost is a number then."""
    budget = RecordingBudget()
    await write(make_writer("gemini-9-basalt", budget=budget))
    assert budget.reserved == [("gemini-9-basalt", None)]
    assert budget.recorded[0][3] is None


async def test_without_a_model_there_is_an_error(make_writer: MakeWriter) -> None:
    """A list of blank names leaves no model to ask."""
    _, error = await write(make_writer(" "))
    assert error is not None
    assert error.kind is GenerationErrorKind.MODEL_GONE


async def test_the_unlimited_budget_allows_everything() -> None:
    """It records nothing."""
    budget = UnlimitedBudget()
    assert await budget.reserve(FLASH, 1) == ""
    await budget.record_cost("", FLASH, None, None)
