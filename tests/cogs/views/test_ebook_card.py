"""The cards of a stored book fit into a message of Discord's, whatever the book."""

from datetime import UTC, datetime
from typing import Final

import pytest

from bot.ebooks.ebook_details import ChapterDetails, EbookDetails, EbookSummary
from cogs.views.ebook_card import ebook_card, ebook_list
from cogs.views.ebook_edit import edit_card, removal_question
from storage.states import ScriptState
from storage.stores.ebooks import Ebook
from tests.cogs.views.components import read_text, read_valid_components

NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
LETTERS = pytest.mark.parametrize("letter", ["*", "W", "字", "א"])


def make_details(letter: str, language: str = "en") -> EbookDetails:
    """A book whose every field has as many of these letters as can be stored."""
    ebook = Ebook(
        id=letter * 100,
        title=letter * 200,
        theme=letter * 100,
        link=f"https://example.com/{letter * 480}",
        created_at=NOW,
        author=letter * 200,
        language=language,
        audience=letter * 300,
        tone=letter * 300,
        hook=letter * 500,
        planned_chapters=9999,
        rights_confirmed_by="members_0123456789abcdef",
        rights_confirmed_at=NOW,
    )
    chapters = tuple(
        ChapterDetails(number, letter * 200, 123_456, ScriptState.RELEASED, has_text=True, has_changed_source=True)
        for number in range(5_000, 5_060)
    )
    return EbookDetails(ebook, chapters, words=9_999_999)


@LETTERS
def test_the_cards_of_a_book_fit(letter: str) -> None:
    """Chapters, fields and the question before a removal stay within Discord's limits."""
    details = make_details(letter)
    assert "5039" in read_text(ebook_card(details, page=1))
    assert read_valid_components(edit_card(details.ebook, "Saved."))
    assert read_valid_components(removal_question(details))


@LETTERS
def test_the_list_of_books_fits(letter: str) -> None:
    """Where there are too many, the last line says how many are not shown."""
    summary = EbookSummary(make_details(letter).ebook, 9_999, 9_999_999, 9_999, 9_999, 9_999)
    assert " more" in read_text(ebook_list([summary] * 200))


def test_a_japanese_book_is_counted_in_characters() -> None:
    """Its words are not separated."""
    text = read_text(ebook_card(make_details("W", "ja-JP")))
    assert "123,456 characters" in text
    assert "9,999,999 characters" in text
