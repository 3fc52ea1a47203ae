"""What the chart tests share."""

import pytest

from bot.charts.text_layout import TextLayout


@pytest.fixture(scope="module")
def text_layout() -> TextLayout:
    """A layout with the fonts of this machine."""
    return TextLayout()
