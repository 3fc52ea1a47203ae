"""The real writer: which model to ask, when to retry, how long to try in all, and what it costs."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import Final

from bot.clock import Clock, Wait, utcnow, wait_plainly
from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error, pick_most_informative
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.budget import Budget, UnlimitedBudget
from bot.generation.gemini.call import CallReport, Deadline
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.pricing import calculate_cost, calculate_max_cost
from bot.generation.prompt import Prompt, compose_prompt
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.jobs.rate_limiter import OnWait, RateLimiter
from bot.scripts.models import WriterKind
from bot.settings.gemini_prices import LIST_PRICES, PriceTable

MAX_ATTEMPTS: Final = 3
"""How often one model is asked for the same part. After two growing pauses another model is more likely to answer."""

# The same key and the same text would get the same response, from any model.
_FINAL_KINDS: Final = {
    GenerationErrorKind.BAD_KEY,
    GenerationErrorKind.NO_PERMISSION,
    GenerationErrorKind.BUDGET,
}
# Another model may judge the text differently, but only one other is asked: a refusal is not to be worn down.
_BLOCKED_KINDS: Final = {
    GenerationErrorKind.PROMPT_BLOCKED,
    GenerationErrorKind.OUTPUT_BLOCKED,
    GenerationErrorKind.RECITATION,
}
# Likely to pass: the same model is asked again after a growing pause.
_TRANSIENT_KINDS: Final = {
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.QUOTA_MINUTE,
}
# A bad response by chance. Each costs money, so the same model is asked only once more.
_BAD_RESPONSE_KINDS: Final = {
    GenerationErrorKind.EMPTY,
    GenerationErrorKind.MALFORMED,
    GenerationErrorKind.WRONG_SHAPE,
    GenerationErrorKind.CUT_OFF,
    GenerationErrorKind.UNKNOWN_END,
}


OnFallback = Callable[[GenerationError, str], Awaitable[None]]
"""Called when another model is asked: with the error of the last one and the name of the next."""


async def _ignore_fallback(error: GenerationError, model: str) -> None:
    """An ``OnFallback`` that does nothing."""


async def _ignore_wait(reason: str, seconds: float) -> None:
    """An ``OnWait`` that does nothing."""


class GeminiWriter:
    """Writes with the first of ``models`` that can. Each run has its own; all share the process's ``GeminiClient``.

    ``total_seconds`` limits how long a part may remain without its first cue, waits and retries included. From the first cue
    on, the response that then flows may take as long again. After a draft was yielded nothing is retried: the run decides.
    ``backoff`` is the first pause before a retry in seconds; ``jitter`` returns a number from 0 to 1. Requests that are not
    urgent let all others go first.
    """

    def __init__(
        self,
        client: GeminiClient,
        models: Iterable[str],
        *,
        total_seconds: float = 120.0,
        budget: Budget | None = None,
        on_wait: OnWait = _ignore_wait,
        on_fallback: OnFallback = _ignore_fallback,
        prices: PriceTable = LIST_PRICES,
        backoff: float = 1.0,
        jitter: Callable[[], float] = random.random,
        rate_limiter: RateLimiter | None = None,
        availability: GeminiAvailability | None = None,
        clock: Clock = utcnow,
        wait: Wait = wait_plainly,
        is_urgent: bool = True,
    ) -> None:
        self._client = client
        self._models = tuple(dict.fromkeys(model.strip() for model in models if model.strip()))
        self._total_seconds = total_seconds
        self._budget = budget or UnlimitedBudget()
        self._on_wait = on_wait
        self._on_fallback = on_fallback
        self._prices = prices
        self._backoff = backoff
        self._jitter = jitter
        self._rate_limiter = rate_limiter or RateLimiter(wait=wait)
        self._availability = availability or GeminiAvailability(clock)
        self._clock = clock
        self._wait = wait
        self._is_urgent = is_urgent

    @property
    def kind(self) -> WriterKind:
        """Gemini."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Yields drafts that grow. Their ``usage`` counts all calls for this part, failed ones included.

        Raises:
            GenerationError: the most informative error of all attempts.
        """
        await self._availability.require_available()
        try:
            async with aclosing(self._try_models(request)) as drafts:
                has_begun = False
                async for draft in drafts:
                    if not has_begun:
                        has_begun = True
                        await self._availability.record_success()
                    yield draft
        except GenerationError as error:
            await self._availability.record_error(error)
            raise

    async def _try_models(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        prompt = compose_prompt(request)
        deadline = Deadline(self._total_seconds)
        used = Usage()
        errors: list[GenerationError] = []
        for model in self._models:
            for attempt in range(1, MAX_ATTEMPTS + 1):
                report = CallReport(model)
                has_begun = False
                await self._wait_for_turn(model, deadline, errors)
                try:
                    async with aclosing(self._call_model(model, request, prompt, deadline, report)) as drafts:
                        async for draft in drafts:
                            if not has_begun:
                                has_begun = True
                                deadline.restart()
                            yield draft.model_copy(update={"usage": used + draft.usage})
                    return  # noqa: TRY300 - the only other way to leave this block is an error
                except GenerationError as error:
                    if has_begun or error.kind in _FINAL_KINDS:
                        raise
                    errors.append(error)
                used += report.usage or Usage()
                if not await self._prepare_retry(model, errors, attempt, deadline):
                    break
            if deadline.remaining <= 0 or sum(error.kind in _BLOCKED_KINDS for error in errors) > 1:
                break
        raise pick_most_informative(errors) if errors else create_error(GenerationErrorKind.MODEL_GONE)

    async def _prepare_retry(self, model: str, errors: list[GenerationError], attempt: int, deadline: Deadline) -> bool:
        """Whether this model is to be asked again. The pause before that has passed when this returns True."""
        last = errors[-1]
        closed_seconds = 0.0
        if last.kind is GenerationErrorKind.QUOTA_MINUTE:
            closed_seconds = await self._rate_limiter.record_refusal(model, last.retry_after, last.limit)
        bad_responses = sum(error.kind in _BAD_RESPONSE_KINDS for error in errors if error.model == model)
        pause = self._choose_pause(last, attempt, bad_responses)
        if pause is None or max(pause, closed_seconds) >= deadline.remaining:
            return False
        if last.kind is not GenerationErrorKind.QUOTA_MINUTE:  # for that one the rate limiter waits
            await self._on_wait(last.sentence, pause)
            await self._wait(asyncio.sleep(pause), f"the next attempt with {model}")
        return True

    async def _wait_for_turn(self, model: str, deadline: Deadline, errors: list[GenerationError]) -> None:
        """Waits in the rate limiter's queue.

        This does not count against the deadline, except for a pause that the API itself asked for.

        Raises:
            GenerationError: the most informative one, where no time remains after the wait.
        """
        if errors and errors[-1].model != model:
            await self._on_fallback(errors[-1], model)
        waited = await self._rate_limiter.acquire(model, self._on_wait, is_urgent=self._is_urgent)
        requested_pause = 0.0
        if errors and errors[-1].kind is GenerationErrorKind.QUOTA_MINUTE and errors[-1].model == model:
            requested_pause = errors[-1].retry_after or waited
        deadline.extend(max(0.0, waited - requested_pause))
        if errors and deadline.remaining <= 0:
            raise pick_most_informative(errors)  # a call that nobody can wait for would still cost its reservation

    async def _call_model(
        self, model: str, request: PartRequest, prompt: Prompt, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator[Draft, None]:
        """One call. Its cost is recorded however it ends."""
        today = self._clock().date()
        max_cost = calculate_max_cost(
            model, prompt.character_count, self._client.get_output_limit(prompt), today, self._prices
        )
        reserve_at = asyncio.get_running_loop().time()
        reservation_id = await self._budget.reserve(model, max_cost)
        deadline.extend(asyncio.get_running_loop().time() - reserve_at)
        stream = self._client.stream(model, request, prompt=prompt, deadline=deadline, report=report)
        try:
            async with aclosing(stream) as drafts:
                async for draft in drafts:
                    yield draft
        finally:
            usage = report.billable_usage
            answering_model = report.answering_model or model
            micros = None if usage is None else self._calculate_cost(answering_model, model, usage)
            await self._budget.record_cost(reservation_id, answering_model, usage, micros)

    def _calculate_cost(self, answering_model: str, asked_model: str, usage: Usage) -> int | None:
        """The cost at the price of the model that answered, else of the one that was asked.

        Retired names are routed to newer models, which may be missing from the price list.
        """
        today = self._clock().date()
        cost = calculate_cost(answering_model, usage, today, self._prices)
        return cost if cost is not None else calculate_cost(asked_model, usage, today, self._prices)

    def _choose_pause(self, error: GenerationError, attempt: int, bad_responses: int) -> float | None:
        """Seconds before this model is asked again; None where it is not asked again.

        ``bad_responses`` is how many bad responses this model has given for the part.
        """
        if attempt >= MAX_ATTEMPTS or bad_responses > 1 or error.kind not in _TRANSIENT_KINDS | _BAD_RESPONSE_KINDS:
            return None
        if error.retry_after is not None:
            return error.retry_after + self._backoff * self._jitter()
        return float(self._backoff * 2 ** (attempt - 1) * (1 + self._jitter()))
