import pytest

from bot.ebooks.ebook_fields import EbookChanges, make_ebook_id
from bot.errors import InputError


@pytest.mark.parametrize(
    ("title", "ebook_id"),
    [
        ("The Lantern", "the-lantern"),
        ("  Hana’s *Café*  No. 1 ", "hanas-cafe-no-1"),
        ("草枕", "草枕"),
        ("Ёлки", "ёлки"),
        ("???", "book"),
        ("snake_case", "snake-case"),
        ("x" * 300, "x" * 94),
    ],
)
def test_the_id_of_a_book_is_made_readable_from_its_title(title: str, ebook_id: str) -> None:
    assert make_ebook_id(title, set()) == ebook_id


def test_a_taken_id_is_counted_on() -> None:
    assert make_ebook_id("Fox", {"fox"}) == "fox-2"
    assert make_ebook_id("Fox", {"fox", "fox-2"}) == "fox-3"


def test_only_what_is_given_is_changed_and_an_empty_value_clears() -> None:
    assert EbookChanges().validate(3) == {}
    changes = EbookChanges(
        title=" The  Fox ", link=" HTTPS://example.org/fox ", hook="", planned_chapters=0, target_minutes=0
    )
    assert changes.validate(3) == {
        "title": "The Fox",
        "link": "https://example.org/fox",
        "hook": "",
        "planned_chapters": None,
        "target_minutes": None,
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (EbookChanges(title=" "), "A book needs a title."),
        (EbookChanges(theme="x" * 101), "The theme has 101 characters; a book's may have 100."),
        (EbookChanges(link="javascript:alert(1)"), "This link is not a web address that can be posted."),
        (EbookChanges(target_minutes=601), "A chapter cannot run 601 minutes."),
        (EbookChanges(planned_chapters=2), "The book has 3 chapters already."),
        (EbookChanges(planned_chapters=-1), "A book cannot have -1 chapters."),
        (EbookChanges(planned_chapters=10_000), "A book cannot have 10,000 chapters."),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused_with_the_reason(changes: EbookChanges, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        changes.validate(3)
    assert error.value.sentence == sentence
