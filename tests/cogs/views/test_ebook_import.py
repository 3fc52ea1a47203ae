"""The picker: what it shows of a book, and that it always fits into a message of Discord's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.ebooks.book_import import plan_import
from bot.ebooks.chapter_changes import ChangeKind, ChapterChange
from bot.ebooks.library import ProposedImport
from bot.ebooks.parsed_book import Heading, ParsedBook, Section, SectionKind
from cogs.views.ebook_import import import_card
from cogs.views.ebook_import_ids import PickerPosition
from cogs.views.ebook_reading import reading_question
from storage.stores.ebooks import Ebook
from tests.bot.ebooks.books import LONG_ENOUGH, make_book, make_numbered_book, make_section, make_section_with_headings
from tests.cogs.views.components import read_labels, read_text, read_valid_components

TOKEN = "0123456789abcdef"
STORED = Ebook("the-lantern", "The Lantern", "horror", "", datetime(2026, 11, 1, tzinfo=UTC))


def propose(book: ParsedBook, token: str = TOKEN) -> ProposedImport:
    return ProposedImport(token, plan_import(book), None, ())


def show(book: ParsedBook, *, chosen: int | None = None, page: int = 0) -> Any:
    """The card of a new book, with one chapter chosen."""
    return import_card(propose(book), PickerPosition(TOKEN, page, chosen))


def propose_update(*changes: ChapterChange) -> ProposedImport:
    """The three chapters of a book as an update of the book that is stored."""
    return ProposedImport(TOKEN, plan_import(make_numbered_book(3)), STORED, changes)


def test_the_book_is_described_before_anything_is_stored() -> None:
    """Title, author, language, chapters, words, running time, warnings and what is left out are there."""
    copyright_page = make_section("Copyright", "All rights reserved.", kind=SectionKind.FRONT_MATTER)
    sections = [make_section(f"Chapter {number}", number=number) for number in (1, 2, 4)]
    text = read_text(show(make_book(copyright_page, *sections)))
    assert "### The Lantern\nby Ada Marsh · language en · **3 chapters** · 288 words · runs about " in text
    assert "⚠ The numbering has a gap: 3 is missing." in text
    assert "Left out: 1 × front matter (Copyright)" in text
    assert "4 · Chapter 4 · 96 words" in text


def test_characters_are_counted_where_words_are_not_separated() -> None:
    """A Japanese chapter is measured in characters, and says so."""
    text = read_text(show(make_book(make_section("一", "山路を登りながら、こう考えた。"))))
    assert "· 13 characters ·" in text
    assert "1 · 一 · 13 characters" in text


def test_a_long_book_is_listed_in_pages() -> None:
    """Sixty chapters have three pages, and the label of the confirmation counts all of them."""
    card = show(make_numbered_book(60), page=1)
    text = read_text(card)
    assert "21 · Chapter 21 ·" in text
    assert "40 · Chapter 40 ·" in text
    assert "41 · Chapter 41 ·" not in text
    assert read_labels(card) == ["‹ Page 1", "Page 3 ›", "Title and author", "Confirm: add 60 chapters", "Discard"]


def test_a_chosen_chapter_can_be_changed() -> None:
    """The buttons say what happens to it, its headings are offered, and its first and last lines are quoted."""
    card = show(make_book(make_section("One"), make_section_with_headings("Two", "Part Three")), chosen=1)
    assert read_labels(card)[:3] == ["Rename", "Merge with chapter 1", "Drop"]
    menus = [component for component in read_valid_components(card) if component["type"] == 3]
    assert [option["label"] for option in menus[1]["options"]] == ["Part Three"]
    assert "**Chapter 2** begins and ends with:\n> The lantern went out over the harbour" in read_text(card)


def test_the_first_chapter_cannot_be_merged() -> None:
    """There is none before it."""
    assert read_labels(show(make_numbered_book(2), chosen=0))[:2] == ["Rename", "Drop"]


def test_a_book_without_chapters_cannot_be_confirmed() -> None:
    """The button is disabled, and the warning says what to do."""
    card = show(make_book(make_section("Notes", kind=SectionKind.NOTES)))
    confirm = next(c for c in read_valid_components(card) if c.get("label") == "Confirm: add 0 chapters")
    assert confirm["disabled"]
    assert "Restore one" in read_text(card)


@pytest.mark.parametrize("letter", ["*", "W", "字", "\u202e", "א"])
def test_the_picker_fits_whatever_the_book(letter: str) -> None:
    """Endless titles full of markup, dozens of sections left out, headings and warnings stay within Discord's limits."""
    heading = Heading(title=letter * 500, offset=len(LONG_ENOUGH) + 2)
    chapter = Section(title=letter * 500, text=f"{LONG_ENOUGH}\n\n{letter * 500}", headings=(heading,) * 60)
    left_out = make_section(letter * 500, kind=SectionKind.BACK_MATTER)
    warnings = (f"{letter * 500}.",) * 50
    book = ParsedBook(
        title=letter * 900,
        author=letter * 900,
        language=letter * 90,
        sections=(chapter, left_out) * 40,
        warnings=warnings,
    )
    assert read_valid_components(show(book, chosen=1))
    titles: list[tuple[ChangeKind, int, int | None]] = [
        (ChangeKind.CHANGED, number, number + 1000) for number in range(1, 41)
    ]
    titles += [(ChangeKind.MISSING, number, None) for number in range(5000, 5300)]
    changes = tuple(ChapterChange(kind, number, letter * 500, before) for kind, number, before in titles)
    stored = replace(STORED, id="a" * 60, title=letter * 200)
    update = import_card(
        ProposedImport(TOKEN, plan_import(book), stored, changes), PickerPosition(TOKEN, 0, 1), "Split."
    )
    assert read_valid_components(update)


def test_the_first_differing_line_is_shown_in_both_readings() -> None:
    """Where the encoding is uncertain nothing is proposed before somebody has said which letters are right."""
    right, wrong = (make_book(make_section("One", f"Same line.\nThe {word} bell.")) for word in ("grünen", "grьnen"))
    card = reading_question("the_lantern.txt", propose(right), propose(wrong, "f" * 16))
    assert "The encoding of the_lantern.txt is uncertain" in read_text(card)
    assert "\n1. The grünen bell.\n2. The grьnen bell.\n" in read_text(card)
    assert read_labels(card) == ["The first", "The second"]


def test_an_update_shows_what_would_change() -> None:
    """Changed, new and missing chapters are counted and named, and the confirmation counts what will be stored."""
    changes = (
        ChapterChange(ChangeKind.UNCHANGED, 1, "Chapter 1"),
        ChapterChange(ChangeKind.CHANGED, 2, "Chapter 2", previous_number=4),
        ChapterChange(ChangeKind.NEW, 3, "Chapter 3"),
        ChapterChange(ChangeKind.MISSING, 9, "The Bell"),
    )
    card = import_card(propose_update(*changes))
    text = read_text(card)
    assert "This updates **The Lantern** (`the-lantern`): 1 unchanged, 1 changed, 1 new, 1 no longer there." in text
    assert "No longer in the file: 9 · The Bell" in text
    assert (
        "1 · Chapter 1 · 100 words\n2 · Chapter 2 · 100 words · *changed, was 4*\n3 · Chapter 3 · 100 words · *new*"
        in text
    )
    assert read_labels(card) == ["Title and author", "Update 2 chapters", "Discard"]


def test_an_update_without_changes_cannot_be_confirmed() -> None:
    """Adding the same file twice stores nothing."""
    unchanged = (ChapterChange(ChangeKind.UNCHANGED, number, f"Chapter {number}") for number in (1, 2, 3))
    components = read_valid_components(import_card(propose_update(*unchanged)))
    assert next(c for c in components if c.get("label") == "Nothing has changed")["disabled"]


def test_a_missing_chapter_alone_can_be_removed() -> None:
    """The update is then offered without a number."""
    card = import_card(propose_update(ChapterChange(ChangeKind.MISSING, 4, "Four")))
    assert "Update" in read_labels(card)
