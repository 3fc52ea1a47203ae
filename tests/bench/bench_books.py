"""How long a whole book takes from its download to its chapters, beside two well-known readers of EPUB.

The other readers run in this process, without limits, and give the text of the documents in reading order; chapters, notes and
front matter they leave to their caller. Install them to compare: ``pip install ebooklib fast-ebook``.
"""

import asyncio
import time
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from lxml import html

from bot.ebooks.reading.process import BookReader
from tests.bot.ebooks.reading.epubs import Epub

CHAPTERS = 60
BYTES = 1_000_000
SYLLABLES = (
    "ba",
    "den",
    "fi",
    "gor",
    "hul",
    "ka",
    "lem",
    "mi",
    "no",
    "pra",
    "que",
    "ris",
    "sol",
    "tan",
    "ur",
    "va",
    "xi",
)
MOST_SECONDS = 3.0
MOST_LAG = 0.05


def make_book() -> bytes:
    """An EPUB of a megabyte, packed, as most are: its words are as varied as those of a novel."""
    random = Random(1)
    words = ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(12_000)]

    def paragraph() -> str:
        return f"<p>{' '.join(random.choices(words, k=90))}.</p>"

    pages = {
        f"{number}.xhtml": f"<h1>Chapter {number}</h1>" + "".join(paragraph() for _ in range(68))
        for number in range(1, CHAPTERS + 1)
    }
    return Epub(
        pages=pages, contents=[(f"Chapter {number}", f"{number}.xhtml") for number in range(1, CHAPTERS + 1)]
    ).pack(zipfile.ZIP_DEFLATED)


def read_with_ebooklib(path: Path) -> int:
    book: Any = import_module("ebooklib.epub").read_epub(path)
    documents = [book.get_item_with_id(name) for name, _ in book.spine]
    return sum(len("".join(map(str, html.fromstring(document.get_content()).itertext()))) for document in documents)


def read_with_fast_ebook(path: Path) -> int:
    book: Any = import_module("fast_ebook.epub").read_epub(str(path))
    documents = book.get_items_of_type(import_module("fast_ebook").ITEM_DOCUMENT)
    return sum(len(document.get_text()) for document in documents)


OTHERS: dict[str, Callable[[Path], int]] = {"ebooklib": read_with_ebooklib, "fast-ebook": read_with_fast_ebook}


def measure_other(read: Callable[[Path], int], path: Path) -> str:
    began = time.perf_counter()
    try:
        length = read(path)
    except ImportError:
        return "not installed"
    return f"{time.perf_counter() - began:7.2f} s   {length:9,} characters"


async def measure_lags(lags: list[float]) -> None:
    """Adds, a thousand times a second, how much later than asked for the event loop comes back."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        lags.append(time.perf_counter() - began - 0.001)


async def test_a_book_of_sixty_chapters(tmp_path: Path) -> None:
    """It is read within three seconds, and the event loop is as free as before."""
    content = make_book()
    path = tmp_path / "book.epub"
    path.write_bytes(content)
    reader = BookReader()
    lags: list[float] = []
    seconds = []
    for _ in range(5):
        watch = asyncio.create_task(measure_lags(lags))
        began = time.perf_counter()
        book = await reader.read("book.epub", content)
        seconds.append(time.perf_counter() - began)
        watch.cancel()
    lag = sorted(lags)[len(lags) * 99 // 100]
    length = sum(len(section.text) for section in book.sections)
    print(f"\nAn EPUB of {len(content):,} bytes with {CHAPTERS} chapters")
    print(
        f"  this studio {max(seconds):7.2f} s   {length:9,} characters in {len(book.sections)} sections, the slowest of five"
    )
    print(f"              {lag * 1000:7.1f} ms  lag of the event loop, 99 of 100")
    for name, read in OTHERS.items():
        print(f"  {name:11} {measure_other(read, path)}")
    assert len(book.sections) == CHAPTERS
    assert abs(len(content) - BYTES) < BYTES / 5
    assert max(seconds) < MOST_SECONDS
    assert lag < MOST_LAG
