from datetime import date

from bot.generation.draft import Usage
from bot.generation.gemini.pricing import calculate_cost, calculate_max_cost

NOW = date(2026, 11, 22)
NEXT_YEAR = date(2027, 1, 1)
USED = Usage(prompt=7_000, cached=4_000, output=9_000, thoughts=1_000)


def test_thinking_is_output_and_cached_input_is_cheaper() -> None:
    """3,000 uncached tokens cost 0.75, 4,000 cached 0.075 and 10,000 of output 3.75 dollars a million."""
    assert calculate_cost("gemini-3.8-flash", USED, NOW) == 2_250 + 300 + 37_500


def test_the_price_changes_on_its_day() -> None:
    """The launch price ends with the year; it is valid on its last day."""
    assert calculate_cost("gemini-3.8-flash", USED, date(2026, 12, 31)) == 40_050
    assert calculate_cost("gemini-3.8-flash", USED, NEXT_YEAR) == 80_100


def test_the_cost_of_an_unknown_model_is_unknown() -> None:
    """Unknown is not free; no usage of a known model is free."""
    assert calculate_cost("gemini-9-basalt", USED, NOW) is None
    assert calculate_max_cost("gemini-9-basalt", 1, 1, NOW) is None
    assert calculate_cost("models/gemini-3.5-flash-lite", Usage(), NOW) == 0


def test_fractions_are_rounded_up() -> None:
    """Rounding never makes a cost look smaller."""
    assert calculate_cost("gemini-3.5-flash-lite", Usage(prompt=1), NOW) == 1


def test_the_maximum_covers_the_most_expensive_call() -> None:
    """It counts a token for each character of input and the whole output limit."""
    assert calculate_max_cost("gemini-3.8-flash", 20_000, 32_768, NOW) == 15_000 + 122_880
    dearest = Usage(prompt=20_000, output=32_768)
    assert calculate_max_cost("gemini-3.8-flash", 20_000, 32_768, NOW) == calculate_cost(
        "gemini-3.8-flash", dearest, NOW
    )
