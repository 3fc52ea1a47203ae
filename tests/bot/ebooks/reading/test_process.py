import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ebooks.reading.limits import READ_SECONDS, SMALL_FILE_BYTES
from bot.ebooks.reading.process import BookReader
from bot.errors import InputError
from tests.bot.ebooks.reading.children import read_of_children
from tests.event_loop_guard import watch_event_loop

pytestmark = pytest.mark.slow
FAKE = "tests.bot.ebooks.reading.fake_child"
LARGE = b"x" * (SMALL_FILE_BYTES + 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader makes its temporary folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def no_leftovers(folder: Path) -> Iterator[None]:
    """After every test: no child of this process is left, and no file."""
    yield
    assert find_children() == []
    assert list(folder.iterdir()) == []


def find_children() -> list[str]:
    """The command lines of this process's children that read books, zombies included."""
    commands = read_of_children("cmdline")
    return [command or f"zombie {pid}" for pid, command in commands.items() if FAKE in command or not command]


async def wait_for_children(number: int) -> None:
    for _ in range(2_000):
        if len(find_children()) == number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(find_children())


async def test_a_book_is_read_in_a_child_without_secrets_or_rights(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child sees the file, and neither the token, other files, the network nor other programs."""
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    told: list[str] = []

    async def tell(sentence: str) -> None:
        told.append(sentence)

    book = await BookReader(module=FAKE).read("surroundings", b"content", tell)
    facts = json.loads(book.sections[0].text)
    assert facts["environment"] == ["LANG", "TMPDIR"]
    assert Path(facts["folder"]).parent == folder
    assert facts["group"]
    assert facts["content"] == "content"
    assert set(facts["attempts"].values()) == {"PermissionError"}
    assert told == ["Reading surroundings …"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("refuse", "It is a cookbook. Attach a novel."),
        ("fault", "This file is damaged and cannot be read as a book"),
        ("recursion", "nests its parts too deeply"),
        ("crash", "crash is damaged in a way that made its reader stop"),
        ("half answer", "damaged in a way that made its reader stop"),
        ("hog", "hog needs more memory than reading a book may take"),
        ("full", "full needs more memory than reading a book may take"),
        ("abort", "abort needs more memory than reading a book may take"),
        ("spin", "spin could not be read within 2 seconds"),
    ],
)
async def test_whatever_happens_in_the_child_becomes_a_sentence(name: str, expected: str) -> None:
    """A refusal is passed on; an exception, a crash, a loop and hunger for memory each have their own sentence."""
    with pytest.raises(InputError) as caught:
        await BookReader(seconds=2 if name == "spin" else READ_SECONDS, module=FAKE).read(name, b"x")
    assert expected in caught.value.text


async def test_a_fault_of_a_reader_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """An operator sees what the person is not shown."""
    with pytest.raises(InputError):
        await BookReader(module=FAKE).read("fault", b"x")
    assert "ZeroDivisionError" in caplog.text


async def test_what_libraries_print_does_not_spoil_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    """The answer has a pipe of its own; the log takes only the beginning of all the rest."""
    book = await BookReader(module=FAKE).read("noise", b"x")
    assert book.sections[0].text == "x"
    assert "written by a library" in caplog.text
    assert len(caplog.text) < 20_000


async def test_a_small_file_that_needs_much_memory_is_read_alone() -> None:
    """Its second attempt has more memory, so that an honest book is not refused for being packed well."""
    assert (await BookReader(module=FAKE).read("greedy", b"x")).sections[0].text.startswith("a")


async def test_reading_a_huge_book_does_not_hold_up_the_event_loop() -> None:
    """Eleven megabytes of text arrive while everything else goes on."""
    with watch_event_loop(0.05) as blocked:
        book = await BookReader(module=FAKE).read("flood", b"x")
    assert sum(len(section.text) for section in book.sections) == 11 << 20
    assert blocked == []


async def test_a_cancelled_read_kills_its_child() -> None:
    """When somebody gives up, the processor is free at once."""
    reading = asyncio.create_task(BookReader(module=FAKE).read("spin", b"x"))
    await wait_for_children(1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert find_children() == []


async def test_two_small_books_are_read_at_once_and_a_third_waits() -> None:
    """The third person is told why nothing happens, and is served when the first two are done."""
    reader = BookReader(module=FAKE)
    told: list[str] = []

    async def tell(sentence: str) -> None:
        told.append(sentence)

    first, second = (asyncio.create_task(reader.read("sleep", b"x")) for _ in range(2))
    await wait_for_children(2)
    third = asyncio.create_task(reader.read("third", b"x", tell))
    await asyncio.sleep(0)
    assert told == ["Another book is being read first …"]
    first.cancel()
    assert (await third).sections[0].text == "x"
    assert len(find_children()) == 1
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)


async def test_a_large_book_is_read_alone() -> None:
    """A large book waits until it has all the memory, and who comes after it waits behind it."""
    reader = BookReader(module=FAKE)
    small = asyncio.create_task(reader.read("sleep", b"x"))
    await wait_for_children(1)
    large = asyncio.create_task(reader.read("large", LARGE))
    later = asyncio.create_task(reader.read("later", b"x"))
    await asyncio.sleep(0.1)
    assert len(find_children()) == 1
    small.cancel()
    assert len((await large).sections[0].text) == len(LARGE)
    assert (await later).sections[0].text == "x"
    await asyncio.gather(small, return_exceptions=True)


async def test_a_cancelled_wait_does_not_block_the_next() -> None:
    """Who gives up in the queue leaves no gap in it."""
    reader = BookReader(module=FAKE)
    small = asyncio.create_task(reader.read("sleep", b"x"))
    await wait_for_children(1)
    waiting = [asyncio.create_task(reader.read("large", LARGE)) for _ in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    assert (await reader.read("next", b"x")).sections[0].text == "x"
    small.cancel()
    await asyncio.gather(small, *waiting, return_exceptions=True)


async def test_a_child_ends_with_its_parent() -> None:
    """The end of the loop, as at the end of the process, ends the reads that are still going on."""

    async def start() -> None:
        reading = asyncio.create_task(BookReader(module=FAKE).read("spin", b"x"))
        await wait_for_children(1)
        assert not reading.done()

    await asyncio.to_thread(asyncio.run, start())
    assert find_children() == []


def test_the_file_of_a_killed_bot_is_removed_with_the_next_book(folder: Path) -> None:
    """Only the bot's own folders go, and only those that are too old to be in use."""
    abandoned, in_use, foreign = (folder / name for name in ("midnight-myth-book-1", "midnight-myth-book-2", "other"))
    for place in (abandoned, in_use, foreign):
        place.mkdir()
        (place / "book").write_bytes(b"a manuscript")
    os.utime(abandoned, (1, 1))
    os.utime(foreign, (1, 1))
    asyncio.run(BookReader(module=FAKE).read("noise", b"some text"))
    left = sorted(place.name for place in folder.iterdir())
    for place in (in_use, foreign):
        shutil.rmtree(place)
    assert left == ["midnight-myth-book-2", "other"]
