import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

import docx
import pytest

from bot.ebooks.reading.child_process import PROGRAM, START
from bot.ebooks.reading.limits import READ_SECONDS
from tests.bot.ebooks.reading.epubs import PROSE, SENTENCE, Epub, Nested
from tests.bot.ebooks.reading.fuzz_child import Reading
from tests.bot.ebooks.reading.mutations import mutate
from tests.bot.ebooks.reading.pdfs import Press, build_pdf
from tests.bot.ebooks.reading.sample_books import find_sample

pytestmark = pytest.mark.slow
SOAK_SECONDS = 120 if os.environ.get("SOAK") else 0
"""For each kind of book. ``make soak`` tries new damages until the time is over, ``make test`` the same few in every run."""
BATCH = 150
MAX_BYTES = 345 * 1024 * 1024  # what an idle child has, and 300 MB


def sample_epub() -> bytes:
    """An EPUB with what the reader distinguishes: parts, notes, a poem, ruby, several chapters in one document."""
    chapters = {
        "one.xhtml": f"<h1 id='a'>I</h1>{PROSE}<h2>Later</h2>{PROSE}<h1 id='b'>II</h1>{PROSE}<p>* * *</p>{PROSE}",
        "two.xhtml": f"<section epub:type='chapter'><h2>III</h2><blockquote><p>A line<br/>and another</p></blockquote>{PROSE}"
        "<p>A <ruby>word<rt>gloss</rt></ruby><a epub:type='noteref' href='notes.xhtml#n'>1</a>.</p><hr/>"
        f"<table><tr><td>cell</td></tr></table>{PROSE}</section>",
        "notes.xhtml": "<aside epub:type='footnote' id='n'><p>A note.</p></aside>",
    }
    contents: Nested = [("I", "one.xhtml#a"), ("II", "one.xhtml#b", [("Later", "one.xhtml")]), ("III", "two.xhtml")]
    return Epub(pages=chapters, contents=contents, ncx_contents=contents).pack()


def sample_text() -> bytes:
    return "\n\n".join(f"Chapter {n}\n\n{'The lamp went out. Ночь. 夜。' * 20}" for n in range(1, 8)).encode()


def sample_docx() -> bytes:
    """A DOCX with headings, a table, a list, formatted runs and a scene break."""
    document = docx.Document()
    document.core_properties.title = "The Long Night"
    for number in range(1, 4):
        document.add_heading(f"Chapter {number}", 1)
        document.add_paragraph(SENTENCE * 3).add_run("He wrote in italics.").italic = True
        document.add_heading("Later", 2)
        document.add_paragraph("An item", style="List Bullet")
        document.add_table(2, 2).cell(0, 0).text = "A cell"
        document.add_paragraph("* * *")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def sample_pdf() -> bytes:
    """A PDF with an outline, running heads and numbers of pages."""
    press = Press()
    for number in range(1, 4):
        press.set_chapter([f"Chapter {number}"], [SENTENCE * 8] * 5)
    outline = [(f"Chapter {number}", 0, start) for number, start in enumerate(press.starts, 1)]
    return build_pdf(press.pages, outline, {"Title": "The Lantern"})


def published_epub() -> bytes:
    return find_sample("epub/wasteland.epub").read_bytes()


BOOKS: dict[str, Callable[[], bytes]] = {
    "epub": sample_epub,
    "docx": sample_docx,
    "pdf": sample_pdf,
    "text": sample_text,
}


def read_all(folder: Path, seconds: int = 100) -> list[Reading]:
    """How a child reads each of the files in the folder."""
    module = "tests.bot.ebooks.reading.fuzz_child"
    command = [sys.executable, "-I", "-c", START, str(PROGRAM), module, str(folder), str(seconds)]
    done = subprocess.run(command, check=False, capture_output=True, env={"LANG": "C.UTF-8"}, timeout=10 * seconds)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0, f"{lines[-1:]} ended the child: {done.stderr.decode()[-3000:]}"
    return [Reading(*line) for line in lines if isinstance(line, list)]


def write_batch(folder: Path, content: bytes, seeds: Iterable[int]) -> dict[str, bytes]:
    files = {f"{seed}": mutate(content, random.Random(seed)) for seed in seeds}
    for name, damaged in files.items():
        (folder / name).write_bytes(damaged)
    return files


def check_batch(folder: Path, files: dict[str, bytes], readings: list[Reading]) -> None:
    assert [(reading.name, reading.fault) for reading in readings if reading.fault] == []
    assert [(reading.name, reading.seconds) for reading in readings if reading.seconds > READ_SECONDS] == []
    assert max(reading.peak_bytes for reading in readings) < MAX_BYTES
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert len(readings) == len(files)


@pytest.mark.parametrize("kind", BOOKS)
def test_a_damaged_book_is_read_or_refused(tmp_path: Path, kind: str) -> None:
    """However a book is damaged: there is a book or a sentence, in time, within the memory, and no file is touched."""
    content = BOOKS[kind]()
    first = random.SystemRandom().randrange(1 << 40) if SOAK_SECONDS else 0
    end = time.monotonic() + SOAK_SECONDS
    books = 0
    while True:
        folder = tmp_path / str(first)
        folder.mkdir()
        files = write_batch(folder, content, range(first, first + BATCH))
        readings = read_all(folder)
        check_batch(folder, files, readings)
        books += sum(reading.is_book for reading in readings)
        first += BATCH
        if time.monotonic() >= end:
            break
    assert books > BATCH // 10, "most damages are so coarse that no reader sees them"
