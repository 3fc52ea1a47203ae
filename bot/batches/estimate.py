"""What writing chapters will probably take: requests, tokens, money and time, each as a range. A model is not asked."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from bot.generation.draft import Usage
from bot.generation.gemini.pricing import calculate_cost
from bot.scripts.models import ScriptMode
from bot.settings.gemini_prices import LIST_PRICES, PriceTable
from storage.states import BatchPace, ChapterOrder

_WORDS_PER_REQUEST: Final = {ScriptMode.FAITHFUL: 4_000, ScriptMode.ADAPTED: 2_500}
"""The most words of one request: see ``MAX_SPAN_PART_UNITS`` and the parts of an adaptation."""
_OUTPUT_PER_WORD: Final = {ScriptMode.FAITHFUL: (0.5, 1.2), ScriptMode.ADAPTED: (2.2, 3.6)}
"""Output tokens for a word of the source. Measured with 12,000 words: 0.64 and 2.75 (`make bench`)."""
_INPUT_PER_WORD: Final = (1.3, 2.2)
"""Input tokens for a word of the source, with the numbers of spans. Chinese and Japanese take one or two for a character."""
_INPUT_PER_REQUEST: Final = (1_500, 6_000)
"""The style guide, the series bible and the story so far."""
_THINKING: Final = (200, 4_000)
"""Tokens that a model thinks before one answer, at the lowest level."""
_TOKENS_A_SECOND: Final = 220
"""What a Flash model writes in a second, as public measurements of 2026 have it."""
_SECONDS_PER_REQUEST: Final = 2.0
"""Until the first token arrives."""
_OVERNIGHT_PRICE: Final = 2
"""The API's batch mode costs half."""
_OVERNIGHT_SECONDS: Final = (600.0, 86_400.0)
"""Gemini answers within a day; small jobs often took some minutes."""


@dataclass(frozen=True, slots=True)
class GeminiTerms:
    """What the account allows and costs.

    ``requests_per_minute`` is None where no limit is known, ``budget_micros`` (for a calendar month) where there is none.
    ``workers`` is how many chapters are written at once, ``fallbacks`` the models that are asked where ``model`` cannot.
    """

    model: str
    prices: PriceTable = field(default_factory=lambda: LIST_PRICES)
    requests_per_minute: int | None = None
    budget_micros: int | None = None
    workers: int = 8
    fallbacks: tuple[str, ...] = ()

    def list_unpriced(self, on: date) -> tuple[str, ...]:
        """The models whose price is not known on that day. No budget limits what they cost."""
        models = dict.fromkeys((self.model, *self.fallbacks))
        return tuple(model for model in models if calculate_cost(model, Usage(), on, self.prices) is None)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Ranges from low to high. Money is in micro-dollars, None where the model's price is unknown; time is in seconds."""

    requests: int
    tokens: tuple[int, int]
    cost_micros: tuple[int, int] | None
    seconds: tuple[float, float]


def estimate_batch(
    words: Iterable[int], mode: ScriptMode, terms: GeminiTerms, order: ChapterOrder, pace: BatchPace, on: date
) -> Estimate:
    """The estimate for chapters of so many words each."""
    chapters = list(words)
    requests = sum(max(1, math.ceil(count / _WORDS_PER_REQUEST[mode])) for count in chapters)
    total = sum(chapters)
    usages = [
        Usage(
            prompt=round(total * _INPUT_PER_WORD[side] + requests * _INPUT_PER_REQUEST[side]),
            output=round(total * _OUTPUT_PER_WORD[mode][side]),
            thoughts=requests * _THINKING[side],
        )
        for side in (0, 1)
    ]
    costs = [calculate_cost(terms.model, usage, on, terms.prices) for usage in usages]
    low, high = costs
    share = _OVERNIGHT_PRICE if pace is BatchPace.OVERNIGHT else 1
    seconds = [_estimate_seconds(requests, usage, terms, order) for usage in usages]
    return Estimate(
        requests=requests,
        tokens=(usages[0].total, usages[1].total),
        cost_micros=None if low is None or high is None else (low // share, -(-high // share)),
        seconds=(min(seconds), max(seconds)) if pace is BatchPace.NOW else _OVERNIGHT_SECONDS,
    )


def _estimate_seconds(requests: int, usage: Usage, terms: GeminiTerms, order: ChapterOrder) -> float:
    """Whichever is longer: the writing, or the account's limit of requests a minute."""
    at_once = 1 if order is ChapterOrder.STORY else max(1, min(terms.workers - 1, requests))
    writing = (requests * _SECONDS_PER_REQUEST + (usage.output + usage.thoughts) / _TOKENS_A_SECOND) / at_once
    if terms.requests_per_minute is None:
        return writing
    minutes = max(0, math.ceil(requests / terms.requests_per_minute) - 1)
    return max(writing, 60.0 * minutes)
