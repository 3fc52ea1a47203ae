from datetime import date

import pytest

from bot.errors import ConfigError
from bot.generation.gemini.pricing import LIST_PRICES, parse_prices, calculate_cost, calculate_max_cost
from bot.scripts.models import Usage

NOW = date(2026, 11, 22)
NEXT_YEAR = date(2027, 1, 1)
USED = Usage(prompt=7_000, cached=4_000, output=9_000, thoughts=1_000)


def test_thinking_is_output_and_cached_input_is_cheaper() -> None:
    """3,000 fresh tokens at 0.75, 4,000 cached at 0.075 and 10,000 out at 3.75 dollars a million."""
    assert calculate_cost("gemini-3.8-flash", USED, NOW) == 2_250 + 300 + 37_500


def test_the_price_changes_on_its_day() -> None:
    """The launch price ends with the year; its last day still counts."""
    assert calculate_cost("gemini-3.8-flash", USED, date(2026, 12, 31)) == 40_050
    assert calculate_cost("gemini-3.8-flash", USED, NEXT_YEAR) == 80_100


def test_an_unknown_model_costs_an_unknown_sum() -> None:
    """Unknown is not free; nor is nothing used unknown."""
    assert calculate_cost("gemini-9-basalt", USED, NOW) is None
    assert calculate_max_cost("gemini-9-basalt", 1, 1, NOW) is None
    assert calculate_cost("models/gemini-3.5-flash-lite", Usage(), NOW) == 0


def test_fractions_are_rounded_up() -> None:
    """A budget is never passed by rounding."""
    assert calculate_cost("gemini-3.5-flash-lite", Usage(prompt=1), NOW) == 1


def test_the_reserve_covers_the_dearest_outcome() -> None:
    """Input at a token a character and all of the output."""
    assert calculate_max_cost("gemini-3.8-flash", 20_000, 32_768, NOW) == 15_000 + 122_880
    dearest = Usage(prompt=20_000, output=32_768)
    assert calculate_max_cost("gemini-3.8-flash", 20_000, 32_768, NOW) == calculate_cost("gemini-3.8-flash", dearest, NOW)


def test_a_setting_overrides_and_adds() -> None:
    """Dollars as they are written, exact to the micro-dollar; a list where the price changes."""
    table = parse_prices(
        '{"gemini-3.8-flash": {"in": 0.1, "out": 1},'
        ' "mine": [{"in": 2, "cached": 0.07, "out": 3, "until": "2026-12-01"}]}'
    )
    assert calculate_cost("gemini-3.8-flash", USED, NOW, table) == 700 + 10_000
    assert calculate_cost("mine", USED, NOW, table) == 6_000 + 280 + 30_000
    assert calculate_cost("mine", USED, NEXT_YEAR, table) is None
    assert table["gemini-3.6-flash"] == LIST_PRICES["gemini-3.6-flash"]
    assert parse_prices(" ") is LIST_PRICES


@pytest.mark.parametrize(
    "setting",
    ["{", "[]", "3", '{"m": 1}', '{"m": {"in": 1}}', '{"m": {"in": -1, "out": 1}}', '{"m": {"in": NaN, "out": 1}}',
     '{"m": {"in": "a", "out": 1}}', '{"m": {"in": 1, "out": 1, "until": "soon"}}', '{"m": {"in": 1, "out": 1, "x": 1}}',
     '{"m": {"in": true, "out": 1}}', '{"m": {"in": 1e400, "out": 1}}'],
)  # fmt: skip
def test_a_wrong_setting_is_told(setting: str) -> None:
    """Each mistake ends in a sentence about the setting, not in a traceback."""
    with pytest.raises(ConfigError, match="GEMINI_PRICES"):
        parse_prices(setting)
