"""Autocomplete: ids as values, titles as labels. It never raises, and tells outsiders nothing internal."""

import logging

import discord
from discord.app_commands import Choice

from bot.errors import log_unexpected
from cogs.interactions.access import get_services, is_team
from cogs.views.formatting import shorten

_log = logging.getLogger(__name__)
_MOST = 25


async def ebook_choices(interaction: discord.Interaction, current: str) -> list[Choice[str]]:
    """Books whose id or title contains what was typed; for outsiders those with something out or coming."""
    try:
        services = get_services(interaction)
        if is_team(interaction):
            async with services.database.read() as tx:
                books = [(book.id, book.title) for book in await tx.ebooks.search(current.strip()[:100], _MOST)]
        else:
            books = await services.public.books(current.strip()[:100])
        return [Choice(name=_label(*book), value=book[0]) for book in books[:_MOST]]
    except Exception as error:  # noqa: BLE001 - Discord shows "loading options failed" for whatever is raised here
        log_unexpected(error, "completing a book's name")
        return []


def _label(ebook_id: str, title: str) -> str:
    return shorten(title if title == ebook_id else f"{title} ({ebook_id})", 100) or ebook_id[:100]
