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

Make = Callable[..., GeminiWriter]


class Ledger:
    """A meter that writes down what it is told."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.reserved: list[tuple[str, int | None]] = []
        self.settled: list[tuple[str, str, Usage | None, int | None]] = []
        self.refuse = refuse

    async def reserve(self, model: str, micros: int | None) -> str:
        """A numbered reservation_id."""
        if self.refuse:
            raise create_error(GenerationErrorKind.BUDGET)
        self.reserved.append((model, micros))
        return f"reservation_id {len(self.reserved)}"

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """Kept as it is."""
        self.settled.append((reservation_id, model, usage, micros))


@pytest.fixture
def make(gemini: GeminiClient) -> Make:
    """Makes a writer that is in a hurry."""

    def made(*models: str, **changes: Any) -> GeminiWriter:
        settings: dict[str, Any] = {"backoff": 0.002, "jitter": lambda: 0.5, "clock": lambda: NOW, "total_seconds": 5}
        return GeminiWriter(gemini, models or (FLASH, LITE), **{**settings, **changes})

    return made


async def write(writer: GeminiWriter) -> tuple[list[Draft], GenerationError | None]:
    drafts: list[Draft] = []
    try:
        async for draft in writer.write(request()):
            drafts.append(draft)  # noqa: PERF401 - what came before a fault is kept
    except GenerationError as found:
        return drafts, found
    return drafts, None


def models(standin: GeminiStandIn) -> list[str]:
    return [request.model for request in standin.calls]


async def test_the_first_model_writes(standin: GeminiStandIn, make: Make) -> None:
    """All is well: one call, one script."""
    writer = make()
    assert writer.kind is WriterKind.GEMINI
    drafts, found = await write(writer)
    assert found is None
    assert drafts[-1].model == FLASH
    assert models(standin) == [FLASH]


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
async def test_each_fault_has_its_own_persistence(
    standin: GeminiStandIn, make: Make, scenario: str, asked: list[str], kind: GenerationErrorKind
) -> None:
    """What may pass is tried again, what may differ goes to the next model, what is certain or begun ends at once."""
    standin.answer_with(scenario)
    _, found = await write(make(FLASH, LITE, THIRD))
    assert found is not None
    assert found.kind is kind
    assert found.model == FLASH
    assert models(standin) == asked


async def test_an_overload_that_passes_is_not_noticed(standin: GeminiStandIn, make: Make) -> None:
    """Two refusals, then a script from the same model; the waits were told."""
    standin.answer_with("overloaded", times=2)
    waits: list[tuple[str, float]] = []

    async def on_wait(reason: str, seconds: float) -> None:
        waits.append((reason, seconds))

    drafts, found = await write(make(on_wait=on_wait))
    assert found is None
    assert drafts[-1].model == FLASH
    assert waits == [("Gemini is overloaded at the moment.", 0.003), ("Gemini is overloaded at the moment.", 0.006)]


async def test_a_minutes_quota_is_waited_out(standin: GeminiStandIn, make: Make) -> None:
    """The API's own number of seconds is honoured, through the seam."""
    standin.answer_with("quota_minute", times=1, retry_in=0.05)
    waits: list[str] = []

    async def wait(awaitable: Awaitable[T], why: str) -> T:
        waits.append(why)
        return await awaitable

    told: list[float] = []

    async def on_wait(_: str, seconds: float) -> None:
        told.append(seconds)

    drafts, found = await write(make(wait=wait, on_wait=on_wait))
    assert found is None
    assert drafts[-1].model == FLASH
    assert told == [pytest.approx(0.05, abs=0.02)]
    assert set(waits) == {"a turn at Gemini"}


async def test_a_wait_that_is_too_long_is_not_begun(standin: GeminiStandIn, make: Make) -> None:
    """The next model is asked at once; without one, the fault says how long it would have been."""
    standin.answer_with("quota_minute", FLASH, retry_in=34.07)
    drafts, _ = await write(make())
    assert drafts[-1].model == LITE
    assert models(standin) == [FLASH, LITE]
    _, found = await write(make(FLASH))
    assert found is not None
    assert (found.kind, found.retry_after) == (GenerationErrorKind.QUOTA_MINUTE, 34.07)


@pytest.mark.parametrize("scenario", ["gone", "quota_none", "quota_day", "overloaded", "prompt_blocked", "not_json"])
async def test_another_model_takes_over(standin: GeminiStandIn, make: Make, scenario: str) -> None:
    """The draft says who really wrote it."""
    standin.answer_with(scenario, FLASH)
    drafts, found = await write(make())
    assert found is None
    assert drafts[-1].model == LITE


async def test_the_most_telling_fault_is_raised(standin: GeminiStandIn, make: Make) -> None:
    """That the fallback model is retired is no news to somebody whose quota is used up."""
    standin.answer_with("quota_day", FLASH)
    standin.answer_with("gone", LITE)
    _, found = await write(make())
    assert found is not None
    assert found.kind is GenerationErrorKind.QUOTA_DAY
    assert found.back_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    standin.reset()
    standin.answer_with("gone", FLASH)
    standin.answer_with("overloaded", LITE)
    _, found = await write(make())
    assert found is not None
    assert (found.kind, found.model) == (GenerationErrorKind.OVERLOADED, LITE)


async def test_what_cannot_be_served_ends_in_time(standin: GeminiStandIn, make: Make) -> None:
    """However many models are left, waits and silences included."""
    standin.answer_with("stall_first")
    _, found = await write(make(FLASH, LITE, THIRD, total_seconds=1.5))
    assert found is not None
    assert found.kind is GenerationErrorKind.STALLED
    assert len(standin.calls) <= 3


async def test_what_is_being_served_has_its_time_again(standin: GeminiStandIn, make: Make) -> None:
    """From the first cue on the clock starts anew, so that a slow but flowing answer is not cut."""
    standin.answer_with("quota_minute", times=1, retry_in=0.3)
    standin.delay = 0.05
    drafts, found = await write(make(total_seconds=0.8))
    assert found is None, found
    assert drafts


async def test_every_call_is_reserved_and_settled(standin: GeminiStandIn, make: Make) -> None:
    """Refused calls cost nothing, failed ones what they used, and the draft counts all of them."""
    standin.answer_with("overloaded", times=1)
    standin.answer_with("not_json", times=1)
    ledger = Ledger()
    drafts, _ = await write(make(FLASH, budget=ledger))
    assert [reservation_id for reservation_id, *_ in ledger.settled] == [
        "reservation_id 1",
        "reservation_id 2",
        "reservation_id 3",
    ]
    assert {model for model, _ in ledger.reserved} == {FLASH}
    most = ledger.reserved[0][1]
    assert most is not None
    assert most > 122_880
    used = [usage for _, _, usage, _ in ledger.settled]
    assert used[0] == Usage()
    assert used[1] is not None
    assert used[2] is not None
    assert drafts[-1].usage == used[1] + used[2]
    for _, _, usage, micros in ledger.settled:
        assert usage is not None
        assert micros == calculate_cost(FLASH, usage, NOW.date())
        assert micros is not None
        assert micros < most


@pytest.mark.parametrize("scenario", ["cut", "stall", "no_finish", "drop_first"])
async def test_a_lost_call_keeps_its_reserve(standin: GeminiStandIn, make: Make, scenario: str) -> None:
    """What Google charged for it cannot be known, so it is not given back."""
    standin.answer_with(scenario, times=1)
    ledger = Ledger()
    await write(make(FLASH, budget=ledger))
    assert ledger.settled[0] == ("reservation_id 1", FLASH, None, None)


async def test_leaving_early_keeps_the_reserve(standin: GeminiStandIn, make: Make) -> None:
    """Cancelling is a lost call too, and it is settled."""
    standin.delay = 0.02
    ledger = Ledger()
    drafts = make(budget=ledger).write(request())
    await anext(drafts)
    await drafts.aclose()
    assert ledger.settled == [("reservation_id 1", FLASH, None, None)]


async def test_a_spent_budget_asks_nobody(standin: GeminiStandIn, make: Make) -> None:
    """Our own limit is final: no other model, no call."""
    _, found = await write(make(budget=Ledger(refuse=True)))
    assert found is not None
    assert found.kind is GenerationErrorKind.BUDGET
    assert standin.calls == []


async def test_an_unknown_price_is_told_as_unknown(standin: GeminiStandIn, make: Make) -> None:
    """Neither reserve nor cost is a number then."""
    ledger = Ledger()
    await write(make("gemini-9-basalt", budget=ledger))
    assert ledger.reserved == [("gemini-9-basalt", None)]
    assert ledger.settled[0][3] is None


async def test_no_model_is_a_fault(make: Make) -> None:
    """A list of blanks has nobody to ask."""
    _, found = await write(make(" "))
    assert found is not None
    assert found.kind is GenerationErrorKind.MODEL_GONE


async def test_without_a_meter_nothing_is_kept() -> None:
    """The default lets everything pass."""
    budget = UnlimitedBudget()
    assert await budget.reserve(FLASH, 1) == ""
    await budget.record_cost("", FLASH, None, None)
