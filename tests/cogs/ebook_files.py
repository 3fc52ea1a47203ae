"""A reader of books that needs no child process, and what people do with the picker."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from bot.ebooks.parsed_book import ParsedBook
from bot.errors import InputError
from tests.bot.ebooks.books import make_numbered_book
from tests.stage import Stage
from tests.standins.discord_actors import Person
from tests.standins.discord_interactions import InteractionLog


class FakeReader:
    """Reads every file as ``book``, or refuses it with ``error``."""

    def __init__(self, book: ParsedBook | None = None, error: InputError | None = None) -> None:
        self.book = book or make_numbered_book(3)
        self.error = error
        self.read_files: list[tuple[str, bytes]] = []

    async def read(self, name: str, content: bytes, on_progress: Callable[[str], Awaitable[None]] | None) -> ParsedBook:
        self.read_files.append((name, content))
        if on_progress is not None:
            await on_progress(f"Reading {name} …")
        if self.error is not None:
            raise self.error
        return self.book


def use_reader(stage: Stage, book: ParsedBook | None = None, error: InputError | None = None) -> FakeReader:
    """The bot reads books with a fake from now on."""
    reader = FakeReader(book, error)
    stage.bot.services = replace(stage.bot.services, book_reader=cast("Any", reader))
    return reader


async def add_file(
    stage: Stage, content: bytes = b"PK", person: Person | None = None, **options: Any
) -> InteractionLog:
    """Runs ``/ebook add`` with the file ``the-lantern.epub`` and waits for the picker, or for the refusal."""
    log = await (person or stage.hana).slash("ebook add", file=("the-lantern.epub", content), **options)
    await stage.discord.wait_until(lambda: log.messages and not log.message.text.endswith("…"))
    return log


async def confirm(stage: Stage, picker: InteractionLog, label: str = "Confirm: add", **fields: Any) -> str:
    """Presses the confirmation of a picker and sends its form; the text of the picker's message afterwards."""
    form = await stage.hana.click(picker, label)
    log = await stage.hana.submit_modal(form, {"right": True, **fields})
    await stage.discord.wait_for_answer(log)
    return picker.text
