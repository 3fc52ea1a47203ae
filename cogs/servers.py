"""Listeners that tell the directory of servers what has changed in them."""

import discord
from discord.ext import commands

from bot.app import MythBot
from bot.servers.directory import ServerDirectory


class ServersCog(commands.Cog):
    """Every event that may change which servers the bot is in, their channels, or what the bot may do there."""

    def __init__(self, bot: MythBot, directory: ServerDirectory) -> None:
        self._bot = bot
        self._directory = directory

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """All servers are known now; what changed while the bot was offline is found here."""
        await self._directory.note_all()

    @commands.Cog.listener()
    async def on_shard_ready(self, _shard_id: int) -> None:
        """One of several shards has begun a new session, of which discord.py reports nothing else."""
        if self._bot.is_ready():
            await self._directory.note_all()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited."""
        self._directory.note_change(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, or the server deleted."""
        self._directory.note_change(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """An outage is over, or the server has arrived after a new connection."""
        self._directory.note_change(guild.id)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """An outage of Discord."""
        self._directory.note_change(guild.id)

    @commands.Cog.listener()
    async def on_guild_update(self, _before: discord.Guild, after: discord.Guild) -> None:
        """Another name or system channel."""
        self._directory.note_change(after.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """A channel."""
        self._directory.note_change(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel less."""
        self._directory.note_change(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Another name, place, kind or overwrite."""
        self._directory.note_change(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Other permissions of a role."""
        self._directory.note_change(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role less."""
        self._directory.note_change(role.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Other roles of the bot itself. Discord sends this event without the members intent only about the bot."""
        self._directory.note_change(after.guild.id)


async def setup(bot: MythBot) -> None:
    """Registers the listeners."""
    await bot.add_cog(ServersCog(bot, bot.services.servers))
