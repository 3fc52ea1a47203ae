"""The real writer: which model to ask, when to ask again, how long in all, and what it costs."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import Final, Protocol

from bot.clock import Clock, Wait, utcnow, wait_plainly
from bot.generation.error_messages import fault, most_informative
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.call import CallReport, Deadline
from bot.generation.gemini.client import GeminiModel
from bot.generation.gemini.pricing import price, reserve
from bot.generation.prompt import Prompt, compose
from bot.generation.writer import GenerationError, GenerationErrorKind, PartRequest
from bot.jobs.rate_limiter import RateLimiter
from bot.scripts.models import Draft, Usage, WriterKind
from bot.settings.gemini_prices import LIST_PRICES, PriceTable

ATTEMPTS: Final = 3
"""How often one model is asked for the same thing."""

# The same key and the same text would meet the same answer.
_FINAL: Final = {GenerationErrorKind.BAD_KEY, GenerationErrorKind.NO_PERMISSION, GenerationErrorKind.BUDGET}
# Another model may judge the text differently, but only one is asked: a refusal is not there to be worn down.
_BLOCKED: Final = {
    GenerationErrorKind.PROMPT_BLOCKED,
    GenerationErrorKind.OUTPUT_BLOCKED,
    GenerationErrorKind.RECITATION,
}
# Likely to pass; asked again after a growing pause.
_PASSING: Final = {
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.QUOTA_MINUTE,
}
# A bad throw of the dice; each costs money, so once more and no further.
_ODD: Final = {
    GenerationErrorKind.EMPTY,
    GenerationErrorKind.MALFORMED,
    GenerationErrorKind.WRONG_SHAPE,
    GenerationErrorKind.CUT_OFF,
    GenerationErrorKind.UNKNOWN_END,
}

OnWait = Callable[[str, float], Awaitable[None]]
"""Told before each pause: why, in a sentence, and for how many seconds."""


class Budget(Protocol):
    """Reserves money before each call to the API and settles it afterwards."""

    async def reserve(self, model: str, micros: int | None) -> str:
        """A reservation_id for a call that may cost so much (None: unknown). Raises ``GenerationError`` of kind BUDGET."""
        ...

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """The call is over. ``usage`` is None where it was lost and its cost cannot be known: the reserve is kept then."""
        ...


class NoBudget:
    """A meter that lets everything pass and keeps nothing."""

    async def reserve(self, model: str, micros: int | None) -> str:  # noqa: ARG002 - other meters need them
        """An empty reservation_id."""
        return ""

    async def record_cost(self, reservation_id: str, model: str, usage: Usage | None, micros: int | None) -> None:
        """Nothing happens."""


OnFallback = Callable[[GenerationError, str], Awaitable[None]]
"""Told when another model is asked: why, and which."""


async def _unseen(found: GenerationError, model: str) -> None:
    """The ``OnFallback`` of those who need not know."""


async def _silently(reason: str, seconds: float) -> None:
    """The ``OnWait`` of those who need not know."""


class GeminiWriter:
    """Writes with the first of ``models`` that can. Cheap to make: one for each run, all on the process's ``GeminiModel``.

    ``total_seconds`` bounds what cannot be served, waits and retries included; from the first cue on, the answer that is then
    flowing has as long again. Once a cue was given out nothing is asked anew: what follows is for the run to decide.
    """

    def __init__(
        self,
        gemini: GeminiModel,
        models: Iterable[str],
        *,
        total_seconds: float = 120.0,
        budget: Budget | None = None,
        on_wait: OnWait = _silently,
        on_fallback: OnFallback = _unseen,
        prices: PriceTable = LIST_PRICES,
        backoff: float = 1.0,
        jitter: Callable[[], float] = random.random,
        rate_limiter: RateLimiter | None = None,
        availability: GeminiAvailability | None = None,
        clock: Clock = utcnow,
        wait: Wait = wait_plainly,
    ) -> None:
        self._gemini = gemini
        self._models = tuple(dict.fromkeys(model.strip() for model in models if model.strip()))
        self._total = total_seconds
        self._budget = budget or NoBudget()
        self._on_wait = on_wait
        self._on_fallback = on_fallback
        self._prices = prices
        self._backoff = backoff
        self._jitter = jitter
        self._rate_limiter = rate_limiter or RateLimiter(wait=wait)
        self._availability = availability or GeminiAvailability(clock)
        self._clock = clock
        self._wait = wait

    @property
    def kind(self) -> WriterKind:
        """Gemini."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Ever longer drafts; ``usage`` counts all calls made for them. Raises the most telling ``GenerationError``."""
        self._availability.require_available()
        try:
            async with aclosing(self._tries(request)) as drafts:
                async for draft in drafts:
                    self._availability.record_success()
                    yield draft
        except GenerationError as found:
            self._availability.record_error(found)
            raise

    async def _tries(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        prompt = compose(request)
        deadline = Deadline(self._total)
        spent = Usage()
        faults: list[GenerationError] = []
        for model in self._models:
            for attempt in range(1, ATTEMPTS + 1):
                report = CallReport(model)
                begun = False
                await self._turn(model, deadline, faults)
                try:
                    async with aclosing(self._call(model, request, prompt, deadline, report)) as drafts:
                        async for draft in drafts:
                            if not begun:
                                begun = True
                                deadline.renew()
                            yield draft.model_copy(update={"usage": spent + draft.usage})
                    return  # noqa: TRY300 - the other way out of this loop is a fault
                except GenerationError as found:
                    if begun or found.kind in _FINAL:
                        raise
                    faults.append(found)
                spent += report.usage or Usage()
                if not await self._worth_another(model, faults, attempt, deadline):
                    break
            if deadline.left <= 0 or sum(found.kind in _BLOCKED for found in faults) > 1:
                break
        raise most_informative(faults) if faults else fault(GenerationErrorKind.MODEL_GONE)

    async def _worth_another(self, model: str, faults: list[GenerationError], attempt: int, deadline: Deadline) -> bool:
        """Whether this model is to be asked again; its pause has passed then."""
        last = faults[-1]
        closed = 0.0
        if last.kind is GenerationErrorKind.QUOTA_MINUTE:
            closed = self._rate_limiter.record_refusal(model, last.retry_after, last.limit)
        odd = sum(found.kind in _ODD for found in faults if found.model == model)
        pause = self._pause(last, attempt, odd)
        if pause is None or max(pause, closed) >= deadline.left:
            return False
        if last.kind is not GenerationErrorKind.QUOTA_MINUTE:  # that one waits at the turnstile
            await self._on_wait(last.sentence, pause)
            await self._wait(asyncio.sleep(pause), f"the next attempt with {model}")
        return True

    async def _turn(self, model: str, deadline: Deadline, faults: list[GenerationError]) -> None:
        """Waits in our own queue. That does not count, but for the pause that a refusal of ours asked for.

        Raises the most telling ``GenerationError`` where no time is left then.
        """
        if faults and faults[-1].model != model:
            await self._on_fallback(faults[-1], model)
        waited = await self._rate_limiter.acquire(model, self._on_wait)
        asked = 0.0
        if faults and faults[-1].kind is GenerationErrorKind.QUOTA_MINUTE and faults[-1].model == model:
            asked = faults[-1].retry_after or waited
        deadline.extend(max(0.0, waited - asked))
        if faults and deadline.left <= 0:
            raise most_informative(faults)  # a call that nobody can wait for would cost its reserve

    async def _call(
        self, model: str, request: PartRequest, prompt: Prompt, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator[Draft, None]:
        """One call, paid for whatever becomes of it."""
        today = self._clock().date()
        most = reserve(model, prompt.chars, self._gemini.max_output_tokens, today, self._prices)
        reservation_id = await self._budget.reserve(model, most)
        stream = self._gemini.stream(model, request, prompt=prompt, deadline=deadline, report=report)
        try:
            async with aclosing(stream) as drafts:
                async for draft in drafts:
                    yield draft
        finally:
            usage = report.known
            answered = report.answered or model
            micros = None if usage is None else self._price(answered, model, usage)
            await self._budget.record_cost(reservation_id, answered, usage, micros)

    def _price(self, answered: str, asked: str, usage: Usage) -> int | None:
        """At the price of the model that answered; retired names are routed, and what answers may be missing in the list."""
        today = self._clock().date()
        known = price(answered, usage, today, self._prices)
        return known if known is not None else price(asked, usage, today, self._prices)

    def _pause(self, found: GenerationError, attempt: int, odd: int) -> float | None:
        """Seconds before this model is asked again; None where it is not. ``odd`` answers it has given so far."""
        if attempt >= ATTEMPTS or odd > 1 or found.kind not in _PASSING | _ODD:
            return None
        if found.retry_after is not None:
            return found.retry_after + self._backoff * self._jitter()
        return float(self._backoff * 2 ** (attempt - 1) * (1 + self._jitter()))
