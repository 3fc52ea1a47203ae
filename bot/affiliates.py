"""Affiliates: servers that want announcements, and where."""

from dataclasses import dataclass

from bot.errors import StateError
from bot.events import AFFILIATE_JOINED, AFFILIATE_LEFT
from bot.people import Person
from storage import Database, Writing
from storage.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a server, and the role to ping there, if any."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class Affiliates:
    """Joins and leaves."""

    database: Database

    async def join(self, place: Place, by: Person) -> None:
        """The server's announcements go to this channel from now on, wherever they went before."""

        async def work(writing: Writing) -> None:
            member_id = await writing.members.remember(by.discord_id, by.name)
            subscription_id = await writing.subscriptions.join(
                guild_id=place.guild_id,
                guild_name=place.guild_name,
                channel_id=place.channel_id,
                channel_name=place.channel_name,
                role_id=place.role_id,
                member_id=member_id,
            )
            data = {"subscription_id": subscription_id, "server": place.guild_name, "channel": place.channel_name}
            writing.report(AFFILIATE_JOINED, data, member_id=member_id)

        await self.database.write(work)

    async def leave(self, guild_id: int, by: Person) -> None:
        """No more announcements for this server; ``StateError`` when it had none."""

        async def work(writing: Writing) -> None:
            known = await writing.subscriptions.of_guild(guild_id)
            if known is None or not await writing.subscriptions.end(guild_id):
                raise StateError("This server is not subscribed.", "`/affiliate join` subscribes it.")
            member_id = await writing.members.remember(by.discord_id, by.name)
            data = {"subscription_id": known.id, "server": known.guild_name}
            writing.report(AFFILIATE_LEFT, data, member_id=member_id)

        await self.database.write(work)

    async def of_guild(self, guild_id: int) -> Subscription | None:
        """The server's subscription, or None."""
        async with self.database.read() as reading:
            return await reading.subscriptions.of_guild(guild_id)
