"""A child process for tests: its reader does what the book's name says."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.ebooks.parsed_book import ParsedBook, Section
from bot.ebooks.reading.child import run
from bot.errors import InputError


def book_of(*texts: str, title: str = "Title") -> ParsedBook:
    sections = tuple(Section(title=f"Chapter {number}", text=text) for number, text in enumerate(texts, 1))
    return ParsedBook(title=title, author="Author", language="en", sections=sections)


def report_surroundings(path: Path) -> ParsedBook:
    """A book whose text is what a reader could see and do."""
    attempts = {}
    acts: dict[str, Callable[[], object]] = {
        "write": lambda: Path("/tmp/outside").write_text("x", encoding="utf-8"),
        "write beside": lambda: (path.parent / "new").write_text("x", encoding="utf-8"),
        "read": lambda: Path("/etc/passwd").read_text(encoding="utf-8"),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "start": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    }
    for name, attempt in acts.items():
        try:
            attempt()
            attempts[name] = "possible"
        except OSError as error:
            attempts[name] = type(error).__name__
    facts = {
        "environment": sorted(os.environ),
        "folder": str(Path.cwd()),
        "group": os.getpgid(0) == os.getpid(),
        "attempts": attempts,
        "content": path.read_text(encoding="utf-8"),
    }
    return book_of(json.dumps(facts))


def fill_memory() -> None:
    """Leaves not a single byte for an answer, and fails with another error for it."""
    kept: list[object] = []
    size = 1 << 24
    while size > 16:
        try:
            kept.append(bytearray(size))
        except MemoryError:
            size //= 2
    raise ValueError(f"{len(kept)} blocks")


def read(path: Path, name: str) -> ParsedBook:
    content = path.read_bytes()
    match name:
        case "surroundings":
            return report_surroundings(path)
        case "refuse":
            raise InputError("It is a cookbook.", "Attach a novel.")
        case "fault":
            return book_of(str(1 // 0))
        case "recursion":
            return read(path, name)
        case "crash":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "hog":
            blocks = [bytearray(1 << 20) for _ in range(10_000)]
            return book_of(str(len(blocks)))
        case "full":
            fill_memory()
        case "greedy":  # needs more than a small file may use, and less than a large one
            return book_of(f"a{len(bytearray(120 << 20))}")
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(100)
        case "noise":
            sys.stdout.write("printed by a library")
            os.write(1, b"written by a library" * 100_000)
        case "flood":
            return book_of(*["x" * (1 << 20)] * 11)
        case "half answer":
            os._exit(0)
        case "empty":
            return book_of("* * *")
        case "long":
            return book_of(*["long" * 1_000_000] * 4)
        case "many":
            return book_of(*["many"] * 5_001)
        case "unstorable":
            return book_of("a\0b\ud800c", title="T\0")
        case _:
            pass
    return book_of(content.decode())


def main() -> None:
    run(lambda _path: read)
