import pytest

from bot.ebooks.chapter_numbers import find_gaps, number_chapters


@pytest.mark.parametrize(
    ("stated", "numbers"),
    [
        ([], []),
        ([None, None], [1, 2]),
        ([1, 2, 4], [1, 2, 4]),
        ([None, 1, 2], [0, 1, 2]),  # a prologue
        ([1, 2, None], [1, 2, 3]),  # an epilogue
        ([0, 1], [0, 1]),
        ([7], [7]),
        ([None, 5], [4, 5]),
        ([None, None, 5], [1, 2, 3]),  # one title that looks like a number
        ([1, None, 3], [1, 2, 3]),
        ([1, None, 2], [1, 2, 3]),  # no room for the interlude
        ([1, 2, 1, 2], [1, 2, 3, 4]),  # each part of the book begins anew
        ([None, None, 1], [1, 2, 3]),
        ([2, 2], [1, 2]),
        ([1, 20_261_124], [1, 2]),
    ],
)
def test_chapters_keep_their_stated_numbers_where_these_make_sense(
    stated: list[int | None], numbers: list[int]
) -> None:
    assert number_chapters(stated) == numbers


def test_a_chosen_first_number_overrides_what_the_titles_state() -> None:
    assert number_chapters([1, None, 4], first=0) == [0, 1, 2]


@pytest.mark.parametrize(
    ("numbers", "gaps"), [([], []), ([1, 2], []), ([1, 3], [(2, 2)]), ([9, 1, 4], [(2, 3), (5, 8)]), ([0, 1], [])]
)
def test_gaps_are_the_numbers_between_the_first_and_the_last_that_are_missing(
    numbers: list[int], gaps: list[tuple[int, int]]
) -> None:
    assert find_gaps(numbers) == gaps
