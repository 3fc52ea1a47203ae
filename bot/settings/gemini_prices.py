"""The ``GEMINI_PRICES`` setting and the built-in price list that it changes. Money is in whole micro-dollars."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import ConfigError

MICROS_PER_DOLLAR: Final = 1_000_000


def _dollars_to_micros(dollars: object) -> object:
    """Micro-dollars for a decimal such as 0.075 or 3.75; anything else is returned as it is and fails the validation."""
    if isinstance(dollars, Decimal) and dollars < MICROS_PER_DOLLAR:
        return int(dollars * MICROS_PER_DOLLAR)
    return dollars


Dollars = Annotated[int, BeforeValidator(_dollars_to_micros), Field(ge=0, strict=True)]


class Rate(BaseModel):
    """Micro-dollars for a million tokens, up to and including ``until``; output includes thinking.

    Without a price for cached input, cached tokens cost as much as other input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    prompt: Dollars = Field(alias="in")
    output: Dollars = Field(alias="out")
    cached: Dollars | None = None
    until: date | None = None


PriceTable = Mapping[str, tuple[Rate, ...]]
"""The rates of each model by its id, one for each period."""

_FLASH: Final = (
    Rate(prompt=750_000, cached=75_000, output=3_750_000, until=date(2026, 12, 31)),
    Rate(prompt=1_500_000, cached=150_000, output=7_500_000),
)
_FOUR: Final = (
    Rate(prompt=2_000_000, output=10_000_000, until=date(2026, 11, 30)),
    Rate(prompt=4_000_000, output=20_000_000),
)

LIST_PRICES: Final[PriceTable] = {
    "gemini-3.8-flash": _FLASH,
    "gemini-3.7-flash": _FLASH,  # routed to 3.8 since 2026-10-08
    "gemini-3.6-flash": (Rate(prompt=1_500_000, output=7_500_000),),
    "gemini-3.5-flash": (Rate(prompt=1_500_000, output=7_500_000),),  # routed to 3.6 since 2026-10-08
    "gemini-3.5-flash-lite": (Rate(prompt=300_000, output=2_500_000),),
    "gemini-4-argon": _FOUR,
}
"""Google's price list as of 2026-11-22. 3.1-flash-lite is missing because no price for it could be confirmed."""

_SETTING: Final = TypeAdapter(dict[str, tuple[Rate, ...]])
_NOT_AN_OBJECT: Final = "GEMINI_PRICES is not a JSON object."
_EXAMPLE: Final = (
    'Write it as {"model": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}, in dollars.'
)


def parse_prices(setting: str) -> PriceTable:
    """The list prices, with the models of the ``GEMINI_PRICES`` setting replaced or added; dollars per million tokens.

    ``{"gemini-3.8-flash": {"in": 0.75, "cached": 0.075, "out": 3.75, "until": "2026-12-31"}}``; a list of such objects where
    the price changes. Blank means: the list prices alone.

    Raises:
        ConfigError: it is not a JSON object of that form.
    """
    if not setting.strip():
        return LIST_PRICES
    try:
        prices = json.loads(setting, parse_float=Decimal, parse_int=Decimal)
        if not isinstance(prices, dict):
            raise ConfigError(_NOT_AN_OBJECT, _EXAMPLE)
        rates_by_model = {model: rates if isinstance(rates, list) else [rates] for model, rates in prices.items()}
        return {**LIST_PRICES, **_SETTING.validate_python(rates_by_model)}
    except ValidationError as error:
        location = ".".join(map(str, error.errors()[0]["loc"]))
        raise ConfigError(f"GEMINI_PRICES has a value that is not a price (at {location}).", _EXAMPLE) from None
    except ValueError:
        raise ConfigError(_NOT_AN_OBJECT, _EXAMPLE) from None
