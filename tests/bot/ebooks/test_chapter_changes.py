from datetime import UTC, datetime

from bot.ebooks.book_import import ImportPlan, plan_import
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange, align_plan, compare_chapters, find_unmatched
from storage.stores.chapters import ChapterHeader, digest_text
from tests.bot.ebooks.books import LONG_ENOUGH, make_book, make_section

UNCHANGED, CHANGED, NEW, MISSING = ChangeKind
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXTS = [f"{word} begins. {LONG_ENOUGH.replace('lantern', word)} The {word} ends." for word in ("bell", "fox", "crow")]


def plan(*chapters: tuple[int | None, str, str]) -> ImportPlan:
    """A plan of chapters with number, title and text."""
    return plan_import(make_book(*(make_section(title, text, number) for number, title, text in chapters)))


def store(*chapters: tuple[int, str, str]) -> list[ChapterHeader]:
    return [ChapterHeader("fox", number, title, NOW, 1, digest_text(text)) for number, title, text in chapters]


def compare(planned: ImportPlan, stored: list[tuple[int, str, str]]) -> list[tuple[ChangeKind, int, int | None]]:
    headers = store(*stored)
    unmatched = find_unmatched(planned, headers)
    texts = {number: text for number, _, text in stored if number in unmatched}
    changes = compare_chapters(planned, headers, texts)
    return [(change.kind, change.number, change.previous_number) for change in changes]


def test_chapters_are_compared_by_number_with_text_and_title() -> None:
    planned = plan((1, "One", "same"), (2, "Two", "new text"), (3, "Drei", "same too"), (4, "Four", "added"))
    stored = [(1, "One", "same"), (2, "Two", "old text"), (3, "Three", "same too"), (9, "Nine", "gone")]
    assert compare(planned, stored) == [
        (UNCHANGED, 1, None),
        (CHANGED, 2, None),
        (CHANGED, 3, None),
        (NEW, 4, None),
        (MISSING, 9, None),
    ]


def test_a_change_names_the_chapter() -> None:
    changes = compare_chapters(plan((1, "One", "text")), store((2, "Two", "other")), {2: "other"})
    assert changes == (ChapterChange(NEW, 1, "One"), ChapterChange(MISSING, 2, "Two"))


def test_a_chapter_under_another_number_is_known_by_its_title() -> None:
    assert compare(plan((5, "The BELL", "rewritten")), [(4, "The Bell", "first words")]) == [(CHANGED, 5, 4)]


def test_a_title_that_two_chapters_have_says_nothing() -> None:
    stored = [(2, "Interlude", "one"), (3, "Interlude", "two")]
    assert compare(plan((1, "Interlude", "three")), stored) == [(NEW, 1, None), (MISSING, 2, None), (MISSING, 3, None)]


def test_a_chapter_under_another_number_and_title_is_known_by_its_text() -> None:
    planned = plan(
        (7, "A", TEXTS[0] + " And one more sentence was added here."), (8, "B", "Nothing that was there before.")
    )
    stored = [(1, "X", TEXTS[0]), (2, "Y", TEXTS[1])]
    assert compare(planned, stored) == [(CHANGED, 7, 1), (NEW, 8, None), (MISSING, 2, None)]


def test_an_update_keeps_the_numbers_that_the_team_has_given() -> None:
    stored = [(index + 11, f"Chapter {index}", text) for index, text in enumerate(TEXTS)]
    planned = plan(*((index + 1, f"Chapter {index}", text) for index, text in enumerate([*TEXTS, "The new end."])))
    aligned = align_plan(planned, store(*stored))
    assert [chapter.number for chapter in aligned.chapters] == [11, 12, 13, 14]
    assert [kind for kind, _, _ in compare(aligned, stored)] == [UNCHANGED, UNCHANGED, UNCHANGED, NEW]


def test_numbers_of_the_file_stay_where_most_texts_stand_at_them() -> None:
    stored = [(1, "One", TEXTS[0]), (2, "Two", TEXTS[1]), (7, "Three", TEXTS[2])]
    planned = plan((1, "One", TEXTS[0]), (2, "Two", TEXTS[1]), (3, "Three", TEXTS[2]))
    assert [chapter.number for chapter in align_plan(planned, store(*stored)).chapters] == [1, 2, 3]


def test_an_update_keeps_the_title_that_the_team_has_given_to_the_same_text() -> None:
    stored = store((1, "The Bell", TEXTS[0]), (2, "Old name", TEXTS[1]))
    aligned = align_plan(plan((1, "I", TEXTS[0]), (2, "New name", TEXTS[2])), stored)
    assert [chapter.title for chapter in aligned.chapters] == ["The Bell", "New name"]
