"""What a call costs, at list price, in whole micro-dollars. The price of an unknown model is unknown (None), never 0."""

from datetime import date
from typing import Final

from bot.generation.draft import Usage
from bot.settings.gemini_prices import LIST_PRICES, PriceTable, Rate

_TOKENS_PER_PRICE: Final = 1_000_000  # list prices are for a million tokens


def calculate_cost(model: str, usage: Usage, on: date, table: PriceTable = LIST_PRICES) -> int | None:
    """What the tokens cost on that day, in micro-dollars, rounded up; None where the price is not known."""
    rate = _find_rate(model, on, table)
    if rate is None:
        return None
    cached = rate.prompt if rate.cached is None else rate.cached
    uncached = max(usage.prompt - usage.cached, 0)
    return _to_micros(uncached * rate.prompt + usage.cached * cached + (usage.output + usage.thoughts) * rate.output)


def calculate_max_cost(
    model: str, prompt_chars: int, max_output_tokens: int, on: date, table: PriceTable = LIST_PRICES
) -> int | None:
    """The most that such a call can cost on that day, in micro-dollars; None where the price is not known.

    Every character counts as a token. That is four times too much for English and about right for Japanese, and little
    compared with the output.
    """
    return calculate_cost(model, Usage(prompt=prompt_chars, output=max_output_tokens), on, table)


def _find_rate(model: str, on: date, table: PriceTable) -> Rate | None:
    rates = sorted(table.get(model.removeprefix("models/"), ()), key=lambda rate: rate.until or date.max)
    return next((rate for rate in rates if rate.until is None or on <= rate.until), None)


def _to_micros(amount: int) -> int:
    """From tokens times list price, rounded up."""
    return -(-amount // _TOKENS_PER_PRICE)
