from bot.ebooks.book_import import plan_import
from bot.ebooks.parsed_book import SectionKind
from tests.bot.ebooks.books import LONG_ENOUGH, make_book, make_numbered_book, make_section


def test_a_gap_in_the_stated_numbers_is_named() -> None:
    book = make_book(*(make_section(f"Chapter {number}", number=number) for number in (1, 2, 4, 9)))
    assert plan_import(book).warnings == ("The numbering has a gap: 3 and 5–8 are missing.",)


def test_numbers_of_merged_chapters_are_no_gap() -> None:
    assert plan_import(make_numbered_book(4)).merge_with_previous(2).warnings == ()


def test_a_left_out_number_after_the_last_chapter_is_no_gap() -> None:
    book = make_book(make_section("1", number=1), make_section("40", number=40, kind=SectionKind.NOTES))
    assert plan_import(book).warnings == ()


def test_a_chapter_five_times_the_median_may_be_several() -> None:
    sections = [make_section("", LONG_ENOUGH), make_section("", f"{LONG_ENOUGH} " * 5), make_section("", LONG_ENOUGH)]
    assert plan_import(make_book(*sections)).warnings == (
        "Chapter 2 has at least 5 times the words of a usual chapter: there may be several chapters in one.",
    )
    sections[1] = make_section("", f"{LONG_ENOUGH} " * 4)
    assert plan_import(make_book(*sections)).warnings == ()


def test_short_chapters_are_named_together() -> None:
    book = make_book(make_section("", "word " * 49), make_section("", "word " * 50), make_section("", "word " * 20))
    assert plan_import(book).warnings == ("Chapters 1 and 3 have fewer than 50 words.",)


def test_a_long_row_of_numbers_is_cut_with_a_count_of_the_rest() -> None:
    book = make_book(*(make_section("", "too short") for _ in range(12)))
    assert plan_import(book).warnings == ("Chapters 1, 2, 3, 4, 5, 6, 7, 8 and 4 more have fewer than 50 words.",)


def test_a_chapter_over_the_limit_says_that_it_must_be_split() -> None:
    plan = plan_import(make_numbered_book(1), max_chapter_chars=100)
    assert plan.warnings == ("Chapter 1 has more than 100 characters: it cannot be scripted until split.",)


def test_what_the_reader_could_not_do_comes_first() -> None:
    book = make_book(make_section("", "too short")).model_copy(update={"warnings": ("Page 12 has no text.",)})
    assert plan_import(book).warnings == ("Page 12 has no text.", "Chapter 1 has fewer than 50 words.")


def test_a_plan_without_chapters_says_so() -> None:
    assert plan_import(make_numbered_book(1)).drop(0).warnings == (
        "No chapter is left. Restore one, or the book cannot be added.",
    )
