"""Finds the bot's own messages in a channel by the custom ids of their buttons."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import discord

from bot.app import MythBot

_RECENT_MESSAGES: Final = 50
"""Messages to search. Lost answers are looked up within minutes, and up to 100 messages cost one request."""


async def find_own_messages(
    bot: MythBot,
    channel: discord.PartialMessageable,
    is_wanted: Callable[[str], bool],
    *,
    after: datetime | None = None,
) -> list[int]:
    """Returns the ids of recent messages of the bot with a button whose custom id is wanted, newest first.

    If ``after`` is given, only the first messages after that moment are searched, and the result is oldest first.
    """
    if bot.user is None:
        return []
    return [
        message.id
        async for message in channel.history(limit=_RECENT_MESSAGES, after=after, oldest_first=after is not None)
        if message.author.id == bot.user.id
        and any(is_wanted(custom_id) for custom_id in custom_ids(message.components))
    ]


def custom_ids(components: object) -> list[str]:
    """Returns the custom ids of all components, nested ones included."""
    ids: list[str] = []
    for component in components if isinstance(components, list | tuple) else ():
        custom_id = getattr(component, "custom_id", None)
        if custom_id:
            ids.append(str(custom_id))
        ids += custom_ids(getattr(component, "children", ()))
    return ids
