from datetime import date

from bot.generation.draft import Usage
from bot.generation.gemini.pricing import calculate_cost, calculate_max_cost

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
    assert calculate_max_cost("gemini-3.8-flash", 20_000, 32_768, NOW) == calculate_cost(
        "gemini-3.8-flash", dearest, NOW
    )
