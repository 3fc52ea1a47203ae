"""The child process: reads one book within limits and writes the answer to its standard output.

It is started by ``bot/ebooks/reading/process.py`` for one file and ends with it. Whatever a reader raises becomes a sentence.
"""

import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from bot.ebooks.parsed_book import ParsedBook
from bot.ebooks.reading.answers import OUT_OF_MEMORY_CODE, encode_book, encode_refusal
from bot.ebooks.reading.archive_checks import check_archive
from bot.ebooks.reading.kinds import BookKind, find_kind
from bot.ebooks.reading.limits import CPU_SECONDS, MAX_SECTIONS, MAX_TEXT_CHARS, MAX_WARNINGS, WALL_SECONDS
from bot.ebooks.reading.sandbox import close_off, limit_resources
from bot.ebooks.text import UNSTORABLE_CHARACTERS
from bot.errors import InputError, log_unexpected

ReadBook = Callable[[Path, str], ParsedBook]
"""A reader: takes the file and the name under which it was attached."""

# Only the reader that is needed is imported: each brings a library that takes time and memory.
_READERS: Final = {
    BookKind.EPUB: ("bot.ebooks.reading.epub", "read_epub"),
    BookKind.DOCX: ("bot.ebooks.reading.docx", "read_docx"),
    BookKind.PDF: ("bot.ebooks.reading.pdf", "read_pdf"),
    BookKind.TEXT: ("bot.ebooks.reading.plain_text", "read_text_book"),
}
_ARCHIVES: Final = (BookKind.EPUB, BookKind.DOCX)
_SYSTEM_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_SAVE_AGAIN: Final = "Open it in the program that made it, save it again, and attach the new file."


class Arguments(NamedTuple):
    """What the parent passes on the command line."""

    path: Path
    name: str
    memory_bytes: int


def main() -> None:
    """Reads the book that the command line names."""
    run(choose_reader)


def run(choose: Callable[[Path], ReadBook]) -> None:
    """Limits this process, reads the book with the reader that ``choose`` finds for it, and writes the answer."""
    answer = _take_standard_output()
    arguments = Arguments(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    limit_resources(arguments.memory_bytes, CPU_SECONDS, WALL_SECONDS)
    try:
        _answer(answer, arguments, choose)
        answer.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY_CODE)  # a sentence would need memory too
    # Without the interpreter's orderly end: nothing is left to do, and a library's destructor may crash on a damaged file.
    os._exit(0)


def _answer(answer: BinaryIO, arguments: Arguments, choose: Callable[[Path], ReadBook]) -> None:
    """Writes the book or the reason why there is none."""
    try:
        read = choose(arguments.path)
        close_off(_readable_paths(arguments.path.parent))
        answer.writelines(encode_book(check_book(read(arguments.path, arguments.name))))
    except InputError as error:
        answer.write(encode_refusal(error))
    except MemoryError:
        raise
    except RecursionError:
        answer.write(encode_refusal(InputError("This file nests its parts too deeply to be read.", _SAVE_AGAIN)))
    except ImportError as error:
        reference = log_unexpected(error, "loading the reader of a book")
        hint = f"Whoever runs this bot has to install it anew. Reference: {reference}."
        answer.write(encode_refusal(InputError("A part of this bot that reads such files is not installed.", hint)))
    except Exception as error:  # noqa: BLE001 (libraries raise anything for damaged files; the parent logs what is logged here)
        reference = log_unexpected(error, "reading a book")
        hint = f"{_SAVE_AGAIN} Reference: {reference}."
        answer.write(encode_refusal(InputError("This file is damaged and cannot be read as a book.", hint)))


def choose_reader(path: Path) -> ReadBook:
    """The reader for the kind of book that the file holds. It checks archives before it reads them.

    Raises:
        InputError: the file is no book.
    """
    kind = find_kind(path)
    module, function = _READERS[kind]
    read = getattr(import_module(module), function)

    def read_book(path: Path, name: str) -> ParsedBook:
        if kind in _ARCHIVES:
            check_archive(path, is_trusting=kind is BookKind.DOCX)
        return cast("ParsedBook", read(path.read_bytes(), name) if kind is BookKind.TEXT else read(path))

    return read_book


def check_book(book: ParsedBook) -> ParsedBook:
    """The book, with every character storable.

    Raises:
        InputError: there is no text in it, or too much.
    """
    length = sum(len(section.text) for section in book.sections)
    if length > MAX_TEXT_CHARS:
        raise InputError(
            f"This book has {length:,} characters; a book may have {MAX_TEXT_CHARS:,}.",
            "Add its volumes one at a time.",
        )
    if len(book.sections) > MAX_SECTIONS:
        raise InputError(
            f"This book has {len(book.sections):,} sections; a book may have {MAX_SECTIONS:,}.",
            "Add its volumes one at a time.",
        )
    if not any(character.isalnum() for section in book.sections for character in section.text):
        raise InputError(
            "There is no readable text in this book.", "If its pages are pictures, it needs text recognition first."
        )
    return _make_storable(book.model_copy(update={"warnings": book.warnings[:MAX_WARNINGS]}))


def _make_storable(book: ParsedBook) -> ParsedBook:
    """Replaces each unstorable character by another one, so that the headings stay where they are."""
    texts = (book.title, book.author, *(part for section in book.sections for part in (section.title, section.text)))
    if not any(UNSTORABLE_CHARACTERS.search(text) for text in texts):
        return book
    sections = [
        section.model_copy(update={"title": _replace(section.title), "text": _replace(section.text)})
        for section in book.sections
    ]
    clean = {"title": _replace(book.title), "author": _replace(book.author), "sections": tuple(sections)}
    return book.model_copy(update=clean)


def _replace(text: str) -> str:
    return UNSTORABLE_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def _take_standard_output() -> BinaryIO:
    """The pipe to the parent. What libraries print goes to the standard error instead."""
    sys.stdout.flush()
    pipe = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(pipe, "wb")


def _readable_paths(folder: Path) -> Iterable[Path]:
    """The book's own folder, this program, Python, and the libraries of the system."""
    program = Path(__file__).parents[3]
    return (folder, program, *map(Path, {sys.prefix, sys.base_prefix}), *map(Path, _SYSTEM_LIBRARIES))
