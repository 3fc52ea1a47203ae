"""The colours of the picture."""

from itertools import pairwise

from bot.charts.canvas import STATE_FILLS
from storage.states import ScriptState


def measure_luminance(colour: str) -> float:
    """The relative luminance of a colour such as ``#454a8c``, 0 to 1, as WCAG defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_states_differ_without_hues() -> None:
    """Each state is clearly lighter than the one before, for people who do not see hues."""
    states = (None, ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED)
    luminances = [measure_luminance(STATE_FILLS[state]) for state in states]
    assert all((lighter + 0.05) / (darker + 0.05) > 1.2 for darker, lighter in pairwise(luminances))
