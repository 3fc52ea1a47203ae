"""What a call costs, at list price, in whole micro-dollars. The price of an unknown model is unknown (None), never 0."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import ConfigError
from bot.generation.draft import Usage

MILLION: Final = 1_000_000


def _to_micros(dollars: object) -> object:
    """Dollars as a person writes them (0.075, 3.75) in micro-dollars; anything else unchanged, for pydantic to refuse."""
    return int(dollars * MILLION) if isinstance(dollars, Decimal) and dollars < MILLION else dollars


MicroDollars = Annotated[int, BeforeValidator(_to_micros), Field(ge=0, strict=True)]


class Rate(BaseModel):
    """Micro-dollars per million tokens, valid up to and including the day ``until`` (None: without end).

    ``output`` includes thinking. Where ``cached`` is None, cached input is charged like other input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    prompt: MicroDollars = Field(alias="in")
    output: MicroDollars = Field(alias="out")
    cached: MicroDollars | None = None
    until: date | None = None


PriceTable = Mapping[str, tuple[Rate, ...]]
_FLASH_RATES: Final = (
    Rate(prompt=750_000, cached=75_000, output=3_750_000, until=date(2026, 12, 31)),
    Rate(prompt=1_500_000, cached=150_000, output=7_500_000),
)
_ARGON_RATES: Final = (
    Rate(prompt=2_000_000, output=10_000_000, until=date(2026, 11, 30)),
    Rate(prompt=4_000_000, output=20_000_000),
)

LIST_PRICES: Final[PriceTable] = {
    "gemini-3.8-flash": _FLASH_RATES,
    "gemini-3.7-flash": _FLASH_RATES,  # routed to 3.8 since 2026-10-08
    "gemini-3.6-flash": (Rate(prompt=1_500_000, output=7_500_000),),
    "gemini-3.5-flash": (Rate(prompt=1_500_000, output=7_500_000),),  # routed to 3.6 since 2026-10-08
    "gemini-3.5-flash-lite": (Rate(prompt=300_000, output=2_500_000),),
    "gemini-4-argon": _ARGON_RATES,
}
"""Google's price list as of 2026-11-22. 3.1-flash-lite is missing because no price for it could be confirmed."""

_SETTING_ADAPTER: Final = TypeAdapter(dict[str, tuple[Rate, ...]])


def calculate_cost(model: str, usage: Usage, on: date, table: PriceTable = LIST_PRICES) -> int | None:
    """What the tokens cost on that day, in micro-dollars, rounded up; None where the price is not known."""
    rate = _find_rate(model, on, table)
    if rate is None:
        return None
    cached = rate.prompt if rate.cached is None else rate.cached
    uncached = max(usage.prompt - usage.cached, 0)
    return _divide_by_million(uncached * rate.prompt + usage.cached * cached + (usage.output + usage.thoughts) * rate.output)


def calculate_max_cost(model: str, prompt_chars: int, max_output_tokens: int, on: date, table: PriceTable = LIST_PRICES) -> int | None:
    """The most that such a call can cost on that day, in micro-dollars; None where the price is not known.

    Every character counts as a token. That is four times too much for English and about right for Japanese, and little
    compared with the output.
    """
    return calculate_cost(model, Usage(prompt=prompt_chars, output=max_output_tokens), on, table)


def parse_prices(setting: str) -> PriceTable:
    """The list prices, with those of the setting ``GEMINI_PRICES`` replacing or adding to them. An empty setting changes none.

    The setting is in dollars per million tokens:
    ``{"gemini-3.8-flash": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}``, or a list of such objects where
    the price changes.

    Raises:
        ConfigError: the setting is not such a JSON object.
    """
    if not setting.strip():
        return LIST_PRICES
    try:
        document = json.loads(setting, parse_float=Decimal, parse_int=Decimal)
        if not isinstance(document, dict):
            raise ConfigError(_NOT_AN_OBJECT, _EXAMPLE)
        rows = {name: rates if isinstance(rates, list) else [rates] for name, rates in document.items()}
        return {**LIST_PRICES, **_SETTING_ADAPTER.validate_python(rows)}
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise ConfigError(f"GEMINI_PRICES has a value that is not a price (at {where}).", _EXAMPLE) from None
    except ValueError:
        raise ConfigError(_NOT_AN_OBJECT, _EXAMPLE) from None


_NOT_AN_OBJECT: Final = "GEMINI_PRICES is not a JSON object."
_EXAMPLE: Final = (
    'Write it as {"model": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}, in dollars.'
)


def _find_rate(model: str, on: date, table: PriceTable) -> Rate | None:
    rates = sorted(table.get(model.removeprefix("models/"), ()), key=lambda rate: rate.until or date.max)
    return next((rate for rate in rates if rate.until is None or on <= rate.until), None)


def _divide_by_million(amount: int) -> int:
    """Rounded up."""
    return -(-amount // MILLION)
