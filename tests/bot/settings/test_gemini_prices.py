"""The ``GEMINI_PRICES`` setting."""

from datetime import date

import pytest

from bot.errors import ConfigError
from bot.generation.draft import Usage
from bot.generation.gemini.pricing import calculate_cost
from bot.settings.gemini_prices import LIST_PRICES, parse_prices

TODAY = date(2026, 11, 22)
NEXT_YEAR = date(2027, 1, 1)
USAGE = Usage(prompt=7_000, cached=4_000, output=9_000, thoughts=1_000)


def test_setting_overrides_and_adds_models() -> None:
    """Dollars are exact to the micro-dollar; a list of rates sets the date of a price change."""
    table = parse_prices(
        '{"gemini-3.8-flash": {"in": 0.1, "out": 1},'
        ' "mine": [{"in": 2, "cached": 0.07, "out": 3, "until": "2026-12-01"}]}'
    )
    assert calculate_cost("gemini-3.8-flash", USAGE, TODAY, table) == 700 + 10_000
    assert calculate_cost("mine", USAGE, TODAY, table) == 6_000 + 280 + 30_000
    assert calculate_cost("mine", USAGE, NEXT_YEAR, table) is None
    assert table["gemini-3.6-flash"] == LIST_PRICES["gemini-3.6-flash"]
    assert parse_prices(" ") is LIST_PRICES


@pytest.mark.parametrize(
    "setting",
    ["{", "[]", "3", '{"m": 1}', '{"m": {"in": 1}}', '{"m": {"in": -1, "out": 1}}', '{"m": {"in": NaN, "out": 1}}',
     '{"m": {"in": "a", "out": 1}}', '{"m": {"in": 1, "out": 1, "until": "soon"}}', '{"m": {"in": 1, "out": 1, "x": 1}}',
     '{"m": {"in": true, "out": 1}}', '{"m": {"in": 1e400, "out": 1}}'],
)  # fmt: skip
def test_invalid_setting_names_the_setting(setting: str) -> None:
    """Every mistake raises an error that names the setting, without a traceback for the operator."""
    with pytest.raises(ConfigError, match="GEMINI_PRICES"):
        parse_prices(setting)
