"""Pages of lists that may have changed since a button was made."""

import pytest

from bot.progress.paging import PagePosition, locate_page


@pytest.mark.parametrize(
    ("requested", "item_count", "expected"),
    [
        (0, 0, PagePosition(0, 1, 0)),
        (0, 10, PagePosition(0, 1, 0)),
        (1, 11, PagePosition(1, 2, 10)),
        (9, 25, PagePosition(2, 3, 20)),
        (-1, 25, PagePosition(0, 3, 0)),
    ],
)
def test_the_nearest_page_is_located(requested: int, item_count: int, expected: PagePosition) -> None:
    """A page that does not exist becomes the nearest one; an empty list has one empty page."""
    position = locate_page(requested, item_count, 10)
    assert position == expected
    assert position.is_first == (position.index == 0)
    assert position.is_last == (position.index == position.page_count - 1)
