import pytest

from bot.ebooks.parsed_book import Heading, ParsedBook, Section, SectionKind
from bot.ebooks.reading.answers import (
    MalformedAnswerError,
    decode_answer,
    encode_book,
    encode_refusal,
)
from bot.errors import InputError

SECTIONS = (
    Section(title="一", text="山路を\n登りながら", number=1, headings=(Heading(title="H", offset=3),)),
    Section(title="Notes", text="", kind=SectionKind.NOTES),
)
BOOK = ParsedBook(title="草枕", author="夏目 漱石", language="ja", sections=SECTIONS, warnings=("Page 2 has no text.",))


@pytest.mark.parametrize(
    "book",
    [
        BOOK,
        BOOK.model_copy(update={"sections": ()}),
        BOOK.model_copy(update={"other_reading": BOOK.model_copy(update={"title": "?"})}),
    ],
    ids=["book", "no sections", "two readings"],
)
def test_a_book_arrives_as_it_was_sent(book: ParsedBook) -> None:
    """Nothing is lost between the child and its parent, line ends inside a text included."""
    assert decode_answer(b"".join(encode_book(book))) == book


def test_a_refusal_arrives_as_an_error() -> None:
    """The parent raises what the child raised, with both sentences."""
    with pytest.raises(InputError) as caught:
        decode_answer(encode_refusal(InputError("It is blue.", "Paint it.")))
    assert caught.value.text == "It is blue. Paint it."


LINES = list(encode_book(BOOK))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"E{}\n",
        b"".join(LINES[:-1]),
        b"".join(LINES)[:-1],
        b"".join(LINES[1:]),
        b"".join(LINES[:-1] * 3 + LINES[-1:]),
        b"X{}\n" + LINES[-1],
        b"B{}\n" + LINES[-1],
        b"B\xff\n" + LINES[-1],
        LINES[0] + b"S{\n" + LINES[-1],
    ],
    ids=["nothing", "end", "no end", "cut", "no book", "three books", "letter", "empty book", "bytes", "half section"],
)
def test_a_damaged_answer_is_never_taken_for_a_book(content: bytes) -> None:
    """A child that died while it was writing has given no answer, however far it came."""
    with pytest.raises(MalformedAnswerError):
        decode_answer(content)
