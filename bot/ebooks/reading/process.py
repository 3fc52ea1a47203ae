"""Reads a book in a child process, so that a hostile file can neither harm the bot nor slow it down."""

import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.ebooks.parsed_book import ParsedBook
from bot.ebooks.reading.answers import MalformedAnswerError, OutOfMemoryError, decode_answer
from bot.ebooks.reading.book_file import shorten_name
from bot.ebooks.reading.limits import (
    LARGE_MEMORY_BYTES,
    MAX_ANSWER_BYTES,
    READ_SECONDS,
    SMALL_FILE_BYTES,
    SMALL_MEMORY_BYTES,
)
from bot.errors import InputError

Tell = Callable[[str], Awaitable[None]]
"""Shows a sentence about the progress."""

_log = logging.getLogger(__name__)
_PROGRAM: Final = Path(__file__).parents[3]
# With -I, Python ignores its environment, the user's own packages and the folder it starts in: the only way in is this line.
_START: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from importlib import import_module; import_module(sys.argv.pop(1)).main()"
)
_MAX_LOGGED_BYTES: Final = 8_000  # of a child's standard error
_BLOCK: Final = 1 << 16
_SLOW_AFTER: Final = 4.0  # seconds after which the person is told that it takes longer than usual
_TOO_SLOW: Final = (signal.SIGXCPU, signal.SIGALRM)
_SIMPLER_FILE: Final = "Save it again as an EPUB or DOCX file without pictures, or split the book into volumes."


@dataclass(frozen=True, slots=True)
class _Result:
    answer: bytes
    errors: bytes
    code: int


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
        folder = Path(tempfile.mkdtemp(prefix="book-"))
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

    async def _run_child(self, path: Path, name: str, memory: int) -> _Result:
        safe_name = name.replace("\0", "").encode(errors="replace").decode()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, _PROGRAM, self._module, path, safe_name, str(memory)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd=path.parent,
            env=_environment(path.parent),
            start_new_session=True,
        )
        try:
            answer, errors = await asyncio.gather(
                _read_stream(process.stdout, MAX_ANSWER_BYTES), _read_stream(process.stderr, _MAX_LOGGED_BYTES)
            )
            return _Result(answer, errors, await process.wait())
        finally:
            await _end(process)


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


async def _read_stream(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """What arrives until the end, cut off after ``limit`` bytes. The rest is read and dropped, so that the child goes on."""
    blocks: list[bytes] = []
    length = 0
    while stream is not None and (block := await stream.read(_BLOCK)):
        if length < limit:
            blocks.append(block)
        length += len(block)
    return b"".join(blocks)[:limit]


async def _end(process: Process) -> None:
    """Kills the child with everything that it has started, and waits until it is gone."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


def _environment(folder: Path) -> dict[str, str]:
    """No variable of this process, which has tokens and keys among them, but where the system finds Python's own libraries."""
    own = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return own | {"LANG": "C.UTF-8", "TMPDIR": str(folder)}


def _interpret(shown: str, result: _Result) -> ParsedBook:
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
