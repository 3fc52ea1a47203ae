import asyncio
import os
import re
import resource
import time
from pathlib import Path

import pytest

from bot.ebooks.reading.child import check_book, choose_reader
from bot.ebooks.reading.limits import READ_SECONDS
from bot.ebooks.reading.process import BookReader
from bot.errors import InputError
from tests.bot.ebooks.reading.children import read_of_children
from tests.bot.ebooks.reading.hostile_books import GREEDY_PDFS, HOSTILE_BOOKS, HostileBook


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


def find_peaks() -> list[int]:
    """The most memory that each of this process's children has had in use, in bytes."""
    statuses = read_of_children("status").values()
    return [int(peak) * 1024 for status in statuses for peak in re.findall(r"VmHWM:\s+(\d+) kB", status)]


async def watch_memory(peaks: list[int]) -> None:
    while True:
        peaks += find_peaks()
        await asyncio.sleep(0.01)


def get_children_seconds() -> float:
    """The processor time of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


IN_CHILD = (*GREEDY_PDFS, *HOSTILE_BOOKS) if os.environ.get("SOAK") else GREEDY_PDFS[:1]


@pytest.mark.slow
@pytest.mark.parametrize("book", IN_CHILD, ids=lambda book: book.name)
async def test_a_hostile_file_is_refused_in_time_and_within_the_memory(book: HostileBook) -> None:
    """The person has the sentence within the time of one reading, and the machine keeps its memory.

    What counts is the children's processor time, since other processes take their share of the clock's. The parent's own
    limit is tested in test_process.py and is generous here; that of the child is as always.
    """
    content = book.make()
    began = get_children_seconds()
    peaks: list[int] = []
    watch = asyncio.create_task(watch_memory(peaks))
    with pytest.raises(InputError) as caught:
        await BookReader(seconds=60).read(book.name, content)
    watch.cancel()
    assert book.expected in caught.value.sentence
    assert 0 < get_children_seconds() - began < READ_SECONDS
    assert 1 << 20 < max(peaks) < 240 << 20, "with the file and the answer in the parent, 300 MB in all"
