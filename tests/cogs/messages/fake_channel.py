"""A channel whose requests succeed or fail as a test says, and the bot that knows it."""

from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import discord

from bot.app import MythBot
from storage.stores.known_servers import KnownChannel

BOT_ID, GUILD_ID, CHANNEL_ID = 7, 1, 2


class FakeChannel:
    """Answers every request with the next of ``errors``; a request without one succeeds. ``requests`` records them."""

    def __init__(self, *errors: Exception | None, message_id: int = 99) -> None:
        self.errors = list(errors)
        self.message_id = message_id
        self.messages: list[Any] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []

    @property
    def names(self) -> list[str]:
        """What was requested, in order."""
        return [name for name, _ in self.requests]

    def _request(self, name: str, **options: Any) -> None:
        self.requests.append((name, options))
        if self.errors and (error := self.errors.pop(0)) is not None:
            raise error

    async def send(self, **options: Any) -> Any:
        """Posts a message."""
        self._request("send", **options)
        return SimpleNamespace(id=self.message_id)

    def get_partial_message(self, message_id: int) -> Any:
        """The message's requests."""

        async def edit(**options: Any) -> None:
            self._request("edit", message_id=message_id, **options)

        async def delete() -> None:
            self._request("delete", message_id=message_id)

        async def publish() -> None:
            self._request("publish", message_id=message_id)

        return SimpleNamespace(edit=edit, delete=delete, publish=publish)

    async def history(self, *, limit: int, after: datetime | None, oldest_first: bool) -> AsyncIterator[Any]:
        """The messages, in the given order."""
        self._request("history", limit=limit, after=after, oldest_first=oldest_first)
        for message in self.messages:
            yield message

    def add_message(self, message_id: int, custom_id: str, author_id: int = BOT_ID) -> None:
        """A message with a button."""
        button = SimpleNamespace(custom_id=custom_id)
        author = SimpleNamespace(id=author_id)
        self.messages.append(SimpleNamespace(id=message_id, author=author, components=[button]))


def make_bot(
    channel: FakeChannel,
    *,
    is_news: bool = False,
    can_read: bool = True,
    is_known: bool = True,
) -> MythBot:
    """A bot whose only channel is ``channel``; its own server is ``GUILD_ID``.

    ``is_known`` says that anything is known about the channel, from the cache or the database.
    """
    permissions = discord.Permissions(read_message_history=can_read).value
    known = KnownChannel(CHANNEL_ID, GUILD_ID, "lore", 0, is_news, permissions)

    async def find_channel(_guild_id: int, channel_id: int) -> KnownChannel | None:
        return known if is_known and channel_id == CHANNEL_ID else None

    def get_partial_messageable(channel_id: int, *, guild_id: int) -> FakeChannel:
        assert channel_id == CHANNEL_ID
        assert guild_id
        return channel

    return cast(
        "MythBot",
        SimpleNamespace(
            user=SimpleNamespace(id=BOT_ID),
            settings=SimpleNamespace(studio_guild_id=GUILD_ID),
            services=SimpleNamespace(servers=SimpleNamespace(find_channel=find_channel)),
            get_partial_messageable=get_partial_messageable,
        ),
    )
