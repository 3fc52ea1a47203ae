"""What a call costs, at list price, in whole micro-dollars. An unknown model has an unknown price, never a price of nothing."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import ConfigError
from bot.scripts.models import Usage

MILLION: Final = 1_000_000


def _micros(dollars: object) -> object:
    """Dollars as a person writes them (0.075, 3.75) in micro-dollars; what is no sensible sum is left to be refused."""
    return int(dollars * MILLION) if isinstance(dollars, Decimal) and dollars < MILLION else dollars


Dollars = Annotated[int, BeforeValidator(_micros), Field(ge=0, strict=True)]


class Rate(BaseModel):
    """Micro-dollars for a million tokens, up to and including ``until``; output includes thinking.

    Where no price for cached input is known, it counts as ordinary input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    prompt: Dollars = Field(alias="in")
    output: Dollars = Field(alias="out")
    cached: Dollars | None = None
    until: date | None = None


PriceTable = Mapping[str, tuple[Rate, ...]]
_FLASH: Final = (
    Rate(prompt=750_000, cached=75_000, output=3_750_000, until=date(2026, 12, 31)),
    Rate(prompt=1_500_000, cached=150_000, output=7_500_000),
)
_FOUR: Final = (
    Rate(prompt=2_000_000, output=10_000_000, until=date(2026, 11, 30)),
    Rate(prompt=4_000_000, output=20_000_000),
)

LISTED: Final[PriceTable] = {
    "gemini-3.8-flash": _FLASH,
    "gemini-3.7-flash": _FLASH,  # routed to 3.8 since 2026-10-08
    "gemini-3.6-flash": (Rate(prompt=1_500_000, output=7_500_000),),
    "gemini-3.5-flash": (Rate(prompt=1_500_000, output=7_500_000),),  # routed to 3.6 since 2026-10-08
    "gemini-3.5-flash-lite": (Rate(prompt=300_000, output=2_500_000),),
    "gemini-4-argon": _FOUR,
}
"""Google's price list as of 2026-11-22. 3.1-flash-lite is missing because no price for it could be confirmed."""

_SETTING: Final = TypeAdapter(dict[str, tuple[Rate, ...]])


def price(model: str, usage: Usage, on: date, table: PriceTable = LISTED) -> int | None:
    """What the tokens cost on that day in micro-dollars, rounded up; None where the price is not known."""
    rate = _rate(model, on, table)
    if rate is None:
        return None
    cached = rate.prompt if rate.cached is None else rate.cached
    fresh = max(usage.prompt - usage.cached, 0)
    return _ceiling(fresh * rate.prompt + usage.cached * cached + (usage.output + usage.thoughts) * rate.output)


def reserve(model: str, prompt_chars: int, max_output_tokens: int, on: date, table: PriceTable = LISTED) -> int | None:
    """The most such a call can cost on that day in micro-dollars; None where the price is not known.

    A character counts as a token: four times too much for English, about right for Japanese, and little beside the output.
    """
    return price(model, Usage(prompt=prompt_chars, output=max_output_tokens), on, table)


def parse_prices(setting: str) -> PriceTable:
    """The list prices with those of the ``GEMINI_PRICES`` setting in place of or beside them; dollars per million tokens.

    ``{"gemini-3.8-flash": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}``; a list of such objects where
    the price changes. Raises ``ConfigError``.
    """
    if not setting.strip():
        return LISTED
    try:
        given = json.loads(setting, parse_float=Decimal, parse_int=Decimal)
        if not isinstance(given, dict):
            raise ConfigError(_REFUSED, _EXAMPLE)
        rows = {name: rates if isinstance(rates, list) else [rates] for name, rates in given.items()}
        return {**LISTED, **_SETTING.validate_python(rows)}
    except ValidationError as problem:
        where = ".".join(map(str, problem.errors()[0]["loc"]))
        raise ConfigError(f"GEMINI_PRICES has a value that is no price (at {where}).", _EXAMPLE) from None
    except ValueError:
        raise ConfigError(_REFUSED, _EXAMPLE) from None


_REFUSED: Final = "GEMINI_PRICES is not a JSON object."
_EXAMPLE: Final = (
    'Write it as {"model": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}, in dollars.'
)


def _rate(model: str, on: date, table: PriceTable) -> Rate | None:
    rates = sorted(table.get(model.removeprefix("models/"), ()), key=lambda rate: rate.until or date.max)
    return next((rate for rate in rates if rate.until is None or on <= rate.until), None)


def _ceiling(millionths: int) -> int:
    return -(-millionths // MILLION)
