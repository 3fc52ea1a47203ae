"""What the child process writes for its parent: one line for each part of a book, or one line for a refusal.

A line is a letter and a JSON value: ``B`` a book without its sections, ``S`` a section, ``O`` the book in its other encoding,
``R`` a refusal, ``E`` the end. Lines keep each step of the parent's decoding short, so that its event loop is not held up.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from bot.ebooks.parsed_book import ParsedBook, Section
from bot.errors import InputError
from bot.scripts.models import FrozenModel

OUT_OF_MEMORY_CODE: Final = 71
"""The exit code of a child whose memory was not enough, not even for an answer."""
_END: Final = b"E{}\n"


class Refusal(FrozenModel):
    """An ``InputError`` on its way to the parent."""

    sentence: str
    hint: str


class MalformedAnswerError(ValueError):
    """The child's answer ends too early or makes no sense: the child has died."""


def encode_book(book: ParsedBook) -> Iterator[bytes]:
    """The lines for a book."""
    yield from _encode_sections(b"B", book)
    if book.other_reading is not None:
        yield from _encode_sections(b"O", book.other_reading)
    yield _END


def encode_refusal(error: InputError) -> bytes:
    """The lines for a file that cannot be read."""
    refusal = Refusal(sentence=error.sentence, hint=error.hint)
    return b"R" + refusal.model_dump_json().encode() + b"\n" + _END


def _encode_sections(letter: bytes, book: ParsedBook) -> Iterator[bytes]:
    without_sections = book.model_copy(update={"sections": (), "other_reading": None})
    yield letter + without_sections.model_dump_json().encode() + b"\n"
    for section in book.sections:
        yield b"S" + section.model_dump_json().encode() + b"\n"


def decode_answer(content: bytes) -> ParsedBook:
    """The book that the lines hold.

    Raises:
        InputError: they hold a refusal.
        MalformedAnswerError: they hold neither.
    """
    if not content.endswith(b"\n" + _END):
        raise MalformedAnswerError("the answer ends too early")
    books: list[tuple[ParsedBook, list[Section]]] = []
    for line in BytesIO(content):
        letter, value = line[:1], line[1:]
        try:
            match letter:
                case b"R":
                    refusal = Refusal.model_validate_json(value)
                    raise InputError(refusal.sentence, refusal.hint)
                case b"B" | b"O":
                    books.append((ParsedBook.model_validate_json(value), []))
                case b"S":
                    books[-1][1].append(Section.model_validate_json(value))
                case b"E":
                    break
                case _:
                    raise MalformedAnswerError(f"unknown line {letter!r}")
        except (ValueError, IndexError) as error:
            raise MalformedAnswerError(str(error)) from error
    whole = [book.model_copy(update={"sections": tuple(sections)}) for book, sections in books]
    match whole:
        case [book]:
            return book
        case [book, other]:
            return book.model_copy(update={"other_reading": other})
        case _:
            raise MalformedAnswerError(f"{len(whole)} books in one answer")
