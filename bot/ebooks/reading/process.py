"""Reads a book in a child process, so that a hostile file can neither harm the bot nor slow it down."""

import asyncio
import logging
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from bot.ebooks.parsed_book import ParsedBook
from bot.ebooks.reading.answers import OUT_OF_MEMORY_CODE, MalformedAnswerError, decode_answer
from bot.ebooks.reading.book_file import shorten_name
from bot.ebooks.reading.child_process import ChildProcess, ChildResult
from bot.ebooks.reading.limits import (
    LARGE_MEMORY_BYTES,
    READ_SECONDS,
    SMALL_FILE_BYTES,
    SMALL_MEMORY_BYTES,
)
from bot.errors import InputError

Tell = Callable[[str], Awaitable[None]]
"""Shows a sentence about the progress."""

_log = logging.getLogger(__name__)
_SLOW_AFTER: Final = 4.0  # seconds after which the person is told that it takes longer than usual
_FOLDER_PREFIX: Final = "midnight-myth-book-"
_ABANDONED_SECONDS: Final = 60.0  # older than the folder of any child that can still be alive
_TOO_SLOW: Final = (signal.SIGXCPU, signal.SIGALRM)
_OUT_OF_MEMORY: Final = (
    signal.SIGABRT,
    signal.SIGTRAP,
    signal.SIGILL,
)  # how libraries in C end where they get no memory
_SIMPLER_FILE: Final = "Save it again as an EPUB or DOCX file without pictures, or split the book into volumes."


class OutOfMemoryError(InputError):
    """The file needs more memory than its child may use."""


class BookReader:
    """Reads books one or two at a time, each in a child process of its own.

    ``module`` is what a child runs: a module with a function ``main``. ``seconds`` is how long one may take.
    """

    def __init__(self, seconds: float = READ_SECONDS, module: str = "bot.ebooks.reading.child") -> None:
        self._seconds = seconds
        self._module = module
        self._slots = _Slots()

    async def read(self, name: str, content: bytes, on_progress: Tell | None = None) -> ParsedBook:
        """The book that ``content`` holds. ``name`` is the file's name, which is shown and may be the title.

        Cancelling ends the child at once.

        Raises:
            InputError: it cannot be read, with the reason.
        """
        shown = shorten_name(name)
        tell = on_progress or _tell_nobody
        seconds = self._seconds
        if len(content) <= SMALL_FILE_BYTES:
            try:
                async with self._slots.take(1, tell):
                    begin = time.monotonic()
                    return await self._read_within(SMALL_MEMORY_BYTES, seconds, name, content, tell)
            except OutOfMemoryError:
                seconds -= time.monotonic() - begin  # both attempts together must not take longer than one
                _log.info("%s needs more memory, so it is read again alone", shown)
        async with self._slots.take(_Slots.ALL, tell):
            return await self._read_within(LARGE_MEMORY_BYTES, seconds, name, content, tell)

    async def _read_within(self, memory: int, seconds: float, name: str, content: bytes, tell: Tell) -> ParsedBook:
        shown = shorten_name(name)
        await tell(f"Reading {shown} …")
        await asyncio.to_thread(_remove_abandoned_folders)
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
        slowness = asyncio.create_task(_tell_later(tell, f"Reading {shown} takes longer than usual …"))
        try:
            async with asyncio.timeout(seconds):
                path = folder / "book"
                await asyncio.to_thread(path.write_bytes, content)
                result = await self._run_child(path, name, memory)
                return await asyncio.to_thread(_interpret, shown, result)
        except TimeoutError as error:
            raise _too_slow(shown, self._seconds) from error
        finally:
            slowness.cancel()
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))

    async def _run_child(self, path: Path, name: str, memory: int) -> ChildResult:
        safe_name = name.replace("\0", "").encode(errors="replace").decode()
        child = ChildProcess()
        arguments = (str(path), safe_name, str(memory))
        running = asyncio.create_task(asyncio.to_thread(child.run, self._module, arguments, path.parent))
        try:
            return await asyncio.shield(running)
        finally:
            child.kill()
            await asyncio.wait({running})


class _Slots:
    """Lets either two small files or one large file be read. Who came first is served first."""

    ALL: Final = 2

    def __init__(self) -> None:
        self._queue = asyncio.Lock()
        self._free = asyncio.Condition()
        self._count = self.ALL

    @asynccontextmanager
    async def take(self, count: int, tell: Tell) -> AsyncIterator[None]:
        if self._queue.locked() or self._count < count:
            await tell("Another book is being read first …")
        async with self._queue, self._free:
            await self._free.wait_for(lambda: self._count >= count)
            self._count -= count
        try:
            yield
        finally:
            self._count += count
            await asyncio.shield(self._announce())

    async def _announce(self) -> None:
        async with self._free:
            self._free.notify_all()


def _remove_abandoned_folders() -> None:
    """Removes the folders of processes that were killed while they read a book."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process has removed it
            if time.time() - folder.lstat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _interpret(shown: str, result: ChildResult) -> ParsedBook:
    """The book, or the error that the child's end means."""
    if result.code == 0:
        try:
            book = decode_answer(result.answer)
        except MalformedAnswerError as error:
            _log.warning("the reader of %s gave no answer: %s", shown, error)
            raise _crashed(shown) from error
        finally:
            if result.errors:
                _log.warning("the reader of %s reported: %s", shown, result.errors.decode(errors="replace"))
        return book
    if result.code == OUT_OF_MEMORY_CODE or -result.code in _OUT_OF_MEMORY:
        raise OutOfMemoryError(f"{shown} needs more memory than reading a book may take.", _SIMPLER_FILE)
    _log.warning("the reader of %s ended with %d: %s", shown, result.code, result.errors.decode(errors="replace"))
    if -result.code in _TOO_SLOW:
        raise _too_slow(shown, READ_SECONDS)
    raise _crashed(shown)


def _too_slow(shown: str, seconds: float) -> InputError:
    return InputError(f"{shown} could not be read within {seconds:.0f} seconds.", _SIMPLER_FILE)


def _crashed(shown: str) -> InputError:
    return InputError(f"{shown} is damaged in a way that made its reader stop.", _SIMPLER_FILE)


async def _tell_nobody(_sentence: str) -> None:
    """For callers that show no progress."""


async def _tell_later(tell: Tell, sentence: str) -> None:
    await asyncio.sleep(_SLOW_AFTER)
    await tell(sentence)
