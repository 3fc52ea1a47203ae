import pytest

from bot.ebooks.book_import import ImportPlan, plan_import
from bot.ebooks.parsed_book import Heading, SectionKind
from bot.ebooks.planned_text import DROPPED, NO_TEXT
from bot.errors import InputError, StateError
from tests.bot.ebooks.books import (
    LONG_ENOUGH,
    make_book,
    make_numbered_book,
    make_section,
    make_section_with_headings,
)


def get_titles(plan: ImportPlan) -> list[tuple[int, str]]:
    return [(chapter.number, chapter.title) for chapter in plan.chapters]


def test_only_chapters_are_kept_and_the_rest_says_why_it_is_left_out() -> None:
    book = make_book(
        make_section("Copyright", kind=SectionKind.FRONT_MATTER),
        make_section("Part One", text=""),
        make_section("Prologue"),
        make_section("I", number=1),
        make_section("Notes", kind=SectionKind.NOTES),
    )
    plan = plan_import(book)
    assert get_titles(plan) == [(0, "Prologue"), (1, "I")]
    assert [(section.title, section.reason) for section in plan.left_out] == [
        ("Copyright", SectionKind.FRONT_MATTER),
        ("Part One", NO_TEXT),
        ("Notes", SectionKind.NOTES),
    ]
    assert plan.warnings == ()


def test_the_person_title_counts_before_the_title_in_the_file() -> None:
    book = make_numbered_book(1, title="Untitled-3.docx")
    assert plan_import(book).title == "Untitled-3.docx"
    assert plan_import(book, "The  Lantern\n").title == "The Lantern"


def test_words_and_running_time_are_those_of_the_kept_chapters() -> None:
    book = make_book(make_section("One", "word " * 1550), make_section("Preface", kind=SectionKind.FRONT_MATTER))
    plan = plan_import(book)
    assert plan.words == 1550
    assert (plan.running_time.low, plan.running_time.high) == (563, 665)  # 1,550 words at 165 and at 140 a minute


def test_characters_without_spaces_are_timed_as_characters() -> None:
    plan = plan_import(make_book(make_section("一", "山路を登りながら" * 75)))  # 600 characters
    assert (plan.words, plan.running_time.low, plan.running_time.high) == (600, 120, 144)


def test_a_merged_chapter_can_be_split_again_where_it_was_merged() -> None:
    plan = plan_import(make_numbered_book(3))
    merged = plan.merge_with_previous(1)
    assert get_titles(merged) == [(1, "Chapter 1"), (3, "Chapter 3")]
    assert [heading.title for heading in merged.chapters[0].headings] == ["Chapter 2"]
    split = merged.split_at(0, 0)
    assert [chapter.text for chapter in split.chapters] == [chapter.text for chapter in plan.chapters]
    assert [chapter.title for chapter in split.chapters] == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_headings_stay_where_they_are_through_merging_and_splitting() -> None:
    book = make_book(make_section_with_headings("One", "a", "b"), make_section_with_headings("Two", "c"))
    plan = plan_import(book).merge_with_previous(1).split_at(0, 1)
    first, second = plan.chapters
    assert (first.title, second.title) == ("One", "b")
    assert [heading.title for heading in second.headings] == ["Two", "c"]
    for heading in second.headings:
        assert second.text[heading.offset :].startswith(f"{heading.title}\n\n")


def test_a_chapter_is_not_split_where_one_side_would_have_no_text() -> None:
    section = make_section("One", f"First\n\n{LONG_ENOUGH}").model_copy(
        update={"headings": (Heading(title="First", offset=0),)}
    )
    with pytest.raises(StateError, match="No text stands before “First”"):
        plan_import(make_book(section)).split_at(0, 0)


def test_a_heading_that_begins_a_paragraph_stays_in_the_text() -> None:
    section = make_section("One", f"{LONG_ENOUGH}\n\nLanterns. They burn.").model_copy(
        update={"headings": (Heading(title="Lanterns.", offset=len(LONG_ENOUGH) + 2),)}
    )
    plan = plan_import(make_book(section))
    assert plan.split_at(0, 0).chapters[1].text == "Lanterns. They burn."


def test_a_dropped_chapter_comes_back_at_its_place() -> None:
    plan = plan_import(make_numbered_book(3))
    dropped = plan.drop(1)
    assert get_titles(dropped) == [(1, "Chapter 1"), (3, "Chapter 3")]
    assert [section.reason for section in dropped.left_out] == [DROPPED]
    assert dropped.warnings == ()  # the person knows that chapter 2 is missing
    assert dropped.restore(0).chapters == plan.chapters


def test_a_renamed_chapter_keeps_its_number() -> None:
    plan = plan_import(make_numbered_book(2)).rename(1, " The   Drowned ")
    assert get_titles(plan) == [(1, "Chapter 1"), (2, "The Drowned")]


def test_a_chosen_first_number_numbers_the_chapters_consecutively() -> None:
    plan = plan_import(make_book(make_section("I", number=1), make_section("IV", number=4))).set_first_number(12)
    assert get_titles(plan) == [(12, "I"), (13, "IV")]
    assert plan.warnings == ()


def test_a_chapter_without_a_title_is_called_by_its_number() -> None:
    assert get_titles(plan_import(make_book(make_section("")))) == [(1, "Chapter 1")]


@pytest.mark.parametrize("title", ["", " \n ", "x" * 301])
def test_a_title_has_between_1_and_300_characters(title: str) -> None:
    with pytest.raises(InputError):
        plan_import(make_numbered_book(1)).rename(0, title)


@pytest.mark.parametrize("number", [-1, 9_999])
def test_a_number_that_no_chapter_has_is_refused(number: int) -> None:
    with pytest.raises(InputError, match="cannot have the number"):
        plan_import(make_numbered_book(2)).set_first_number(number)


@pytest.mark.parametrize(
    ("found", "kept"), [("ja", "ja"), ("pt-BR", "pt-BR"), ("und", ""), ("Old English!", ""), ("", "")]
)
def test_only_a_language_tag_is_taken_from_the_file(found: str, kept: str) -> None:
    assert plan_import(make_numbered_book(1).model_copy(update={"language": found})).language == kept


def test_an_old_chapter_list_gets_a_sentence_instead_of_a_wrong_chapter() -> None:
    plan = plan_import(make_numbered_book(2))
    for operation in (plan.drop, plan.merge_with_previous, lambda index: plan.split_at(index, 0), plan.restore):
        for index in (-1, 2):
            with pytest.raises(StateError):
                operation(index)
    with pytest.raises(StateError, match="first chapter"):
        plan.merge_with_previous(0)
    with pytest.raises(StateError, match="heading"):
        plan.split_at(0, 0)


def test_a_section_without_text_cannot_be_restored() -> None:
    plan = plan_import(make_book(make_section("Part One", text="* * *"), make_section("One")))
    with pytest.raises(StateError, match="“Part One” has no text"):
        plan.restore(0)


def test_characters_that_no_database_stores_are_replaced() -> None:
    plan = plan_import(make_book(make_section("One\x00", "a\x00b \ud800c")))
    assert (plan.chapters[0].title, plan.chapters[0].text) == ("One", "a\ufffdb \ufffdc")


def test_a_title_that_is_too_long_is_shortened_and_stays_in_the_text() -> None:
    long = "In which " + "the lantern goes out and " * 20
    section = make_section_with_headings(long, "Two", long)
    first, second, third = plan_import(make_book(section)).split_at(0, 0).split_at(1, 0).chapters
    assert (len(first.title), first.title[-1], third.title) == (300, "…", first.title)
    assert first.text == f"{long.strip()}\n\n{LONG_ENOUGH}"
    assert (second.title, second.text) == ("Two", LONG_ENOUGH)
    assert third.text == f"{long}\n\n{LONG_ENOUGH}"


def test_a_split_chapter_has_the_number_that_its_heading_states() -> None:
    book = make_book(make_section_with_headings("Chapter 1", "Chapter 2").model_copy(update={"number": 1}))
    plan = plan_import(book.model_copy(update={"sections": (*book.sections, make_section("Chapter 4", number=4))}))
    assert [chapter.number for chapter in plan.split_at(0, 0).chapters] == [1, 2, 4]
