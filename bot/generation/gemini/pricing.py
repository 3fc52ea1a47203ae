"""What a call costs, at list price, in whole micro-dollars. An unknown model has an unknown price, never a price of nothing."""

from datetime import date

from bot.scripts.models import Usage
from bot.settings.gemini_prices import LIST_PRICES, PriceTable, Rate

_TOKENS_PER_PRICE = 1_000_000  # list prices are for a million tokens


def price(model: str, usage: Usage, on: date, table: PriceTable = LIST_PRICES) -> int | None:
    """What the tokens cost on that day in micro-dollars, rounded up; None where the price is not known."""
    rate = _rate(model, on, table)
    if rate is None:
        return None
    cached = rate.prompt if rate.cached is None else rate.cached
    fresh = max(usage.prompt - usage.cached, 0)
    return _ceiling(fresh * rate.prompt + usage.cached * cached + (usage.output + usage.thoughts) * rate.output)


def reserve(
    model: str, prompt_chars: int, max_output_tokens: int, on: date, table: PriceTable = LIST_PRICES
) -> int | None:
    """The most such a call can cost on that day in micro-dollars; None where the price is not known.

    A character counts as a token: four times too much for English, about right for Japanese, and little beside the output.
    """
    return price(model, Usage(prompt=prompt_chars, output=max_output_tokens), on, table)


def _rate(model: str, on: date, table: PriceTable) -> Rate | None:
    rates = sorted(table.get(model.removeprefix("models/"), ()), key=lambda rate: rate.until or date.max)
    return next((rate for rate in rates if rate.until is None or on <= rate.until), None)


def _ceiling(millionths: int) -> int:
    return -(-millionths // _TOKENS_PER_PRICE)
