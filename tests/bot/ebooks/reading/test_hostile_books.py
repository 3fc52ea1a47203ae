import time
from pathlib import Path

import pytest

from bot.ebooks.reading.child import check_book, choose_reader
from bot.errors import InputError
from tests.bot.ebooks.reading.hostile_books import HOSTILE_BOOKS, HostileBook


def read(path: Path, book: HostileBook) -> None:
    check_book(choose_reader(path)(path, book.name))


@pytest.mark.parametrize("book", HOSTILE_BOOKS, ids=lambda book: book.name)
def test_a_hostile_file_gets_its_own_sentence(tmp_path: Path, book: HostileBook) -> None:
    """What is wrong with the file is said, so that a person with an honest book knows what to do."""
    path = tmp_path / "book"
    path.write_bytes(book.make())
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        read(path, book)
    assert book.expected in caught.value.sentence
    assert caught.value.hint
    assert len(caught.value.text) < 400
    assert time.process_time() - began < 5
    assert list(tmp_path.iterdir()) == [path]
