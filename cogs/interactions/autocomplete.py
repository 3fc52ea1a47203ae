"""Autocompletion of command options: ids as values, titles as labels."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import wraps
from typing import Any, Final, TypeAlias, TypeVar

import discord
from discord.app_commands import Choice

from bot.batches.batch_view import BatchView
from bot.errors import log_unexpected
from cogs.interactions.access import get_services, is_team
from cogs.views.formatting import isolate, shorten
from storage.stores.script_search import FoundScript

MAX_CHOICES: Final = 25
"""Discord's documentation: an autocomplete response holds at most 25 choices."""
_MAX_CHARACTERS: Final = 100
"""Discord's documentation: the name and the value of a choice have at most 100 characters."""
_MAX_TITLE: Final = 80
"""Characters of a title in a label, so that an isolated one is not cut before its end, and an id behind it begins."""

_Value = TypeVar("_Value", str, int)
LabelledIds: TypeAlias = Iterable[tuple[str, str]]
"""Pairs of id and label."""
_Search: TypeAlias = Callable[[discord.Interaction[Any], str], Awaitable[Iterable[tuple[_Value, str]]]]
_Autocomplete: TypeAlias = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[Choice[_Value]]]]


def autocomplete(subject: str, *, team_only: bool = False) -> Callable[[_Search[_Value]], _Autocomplete[_Value]]:
    """Turns a search into a callback for ``app_commands.autocomplete``.

    The search gets the interaction and the typed text, stripped and shortened to 100 characters, and returns pairs of value
    and label. The callback never raises, because Discord would show "Loading options failed": an exception is logged and gives
    no choices.

    Args:
        subject: What is completed, for the log: "a book's name".
        team_only: Whether people outside the team get no choices.
    """

    def decorate(search: _Search[_Value]) -> _Autocomplete[_Value]:
        @wraps(search)
        async def callback(interaction: discord.Interaction, current: str) -> list[Choice[_Value]]:
            try:
                if team_only and not is_team(interaction):
                    return []
                typed = str(current).strip()[
                    :_MAX_CHARACTERS
                ]  # discord.py passes a number where one was typed for a number
                choices = [_choice(*pair) for pair in await search(interaction, typed)]
            except Exception as error:  # noqa: BLE001 - discord.py would only log it, without a reference id
                log_unexpected(error, f"completing {subject}")
                return []
            return choices[:MAX_CHOICES]

        return callback

    return decorate


@autocomplete("a book's name")
async def ebook_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds books by id or title: every book for the team, for others those with an approved or released script."""
    services = get_services(interaction)
    if is_team(interaction):
        books = await services.ebooks.search(text, MAX_CHOICES)
    else:
        books = await services.public.find_books(text)
    return [(ebook_id, _label_book(ebook_id, title)) for ebook_id, title in books]


@autocomplete("a book's name", team_only=True)
async def team_ebook_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds books by id or title, for the team alone."""
    books = await get_services(interaction).ebooks.search(text, MAX_CHOICES)
    return [(ebook_id, _label_book(ebook_id, title)) for ebook_id, title in books]


@autocomplete("a book's name", team_only=True)
async def ebook_or_new_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds books by id or title, and offers the typed name as that of a new book if no book is called so."""
    books = await get_services(interaction).ebooks.search(text, MAX_CHOICES)
    choices = [(ebook_id, _label_book(ebook_id, title)) for ebook_id, title in books]
    if text and not any(text.casefold() in {ebook_id.casefold(), title.casefold()} for ebook_id, title in books):
        choices = [*choices[: MAX_CHOICES - 1], (text, f"New book: {isolate(text, _MAX_TITLE)}")]
    return choices


def _label_book(ebook_id: str, title: str) -> str:
    shown_id = isolate(ebook_id, _MAX_TITLE)
    return shown_id if title == ebook_id else f"{isolate(title, _MAX_TITLE)} ({shown_id})"


@autocomplete("a chapter", team_only=True)
async def chapter_autocomplete(interaction: discord.Interaction, text: str) -> Iterable[tuple[int, str]]:
    """Finds chapters of the chosen book by number or by any word of the title: ``12 · The Lantern``."""
    ebook = str(getattr(interaction.namespace, "ebook", "") or "")
    return await get_services(interaction).ebook_library.search_chapters(ebook, text, MAX_CHOICES)


@autocomplete("a script", team_only=True)
async def script_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds scripts by title, book or id, the newest first: ``The Lantern · The Fox, chapter 12, version 2 · draft``."""
    scripts = await get_services(interaction).scripts.search(text, MAX_CHOICES)
    return [(script.id, _label_script(script)) for script in scripts]


@autocomplete("a batch", team_only=True)
async def batch_autocomplete(interaction: discord.Interaction, text: str) -> LabelledIds:
    """Finds batches that have not ended, by a word of the book's title or by id."""
    views = await get_services(interaction).batches.list_newest(only_open=True)
    wanted = text.casefold()
    labels = [(view.batch.id, f"{isolate(view.ebook_title, 60)} · {format_share(view)}") for view in views]
    return [(batch_id, label) for batch_id, label in labels if wanted in label.casefold() or wanted in batch_id]


def format_share(view: BatchView) -> str:
    """``12 of 60 written · paused``."""
    return f"{len(view.done)} of {len(view.chapters)} written · {view.batch.state.value}"


def _label_script(script: FoundScript) -> str:
    chapter = f"{isolate(script.ebook_title, 25)}, chapter {script.chapter_number}, version {script.version}"
    return f"{isolate(script.title, 40)} · {chapter} · {script.state.value}"


def _choice(value: _Value, label: str) -> Choice[_Value]:
    return Choice(name=shorten(label, _MAX_CHARACTERS) or str(value)[:_MAX_CHARACTERS], value=value)
