"""A gateway's cache whose servers a test decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.permissions import NOTICE, find_missing
from bot.servers.obstacles import describe_obstacle
from storage.stores.known_servers import KnownChannel, KnownServer, find_shard

POSTING_BITS = 1 << 10 | 1 << 11 | 1 << 14


def channel(
    channel_id: int, guild_id: int, *, permissions: int = POSTING_BITS, is_news: bool = False, position: int = 0
) -> KnownChannel:
    """A channel in which the bot can post, unless ``permissions`` say otherwise."""
    return KnownChannel(channel_id, guild_id, f"channel {channel_id}", position, is_news, permissions)


@dataclass(slots=True)
class FakeCache:
    """Implements ``ServerCache`` for one shard (None: a process without a gateway) of ``shard_count``."""

    shard_id: int | None = 0
    shard_count: int = 1
    servers: dict[int, KnownServer] = field(default_factory=dict)
    channels: dict[int, KnownChannel] = field(default_factory=dict)

    def add(self, server: KnownServer, *channels: KnownChannel) -> None:
        """The server is in the cache with these channels."""
        self.servers[server.guild_id] = server
        self.channels |= {each.channel_id: each for each in channels}

    def find_obstacle(self, guild_id: int, channel_id: int) -> str | None:
        """As the real cache answers."""
        if not self.sees_server(guild_id):
            return None
        return describe_obstacle(self.find_server(guild_id), self.find_channel(guild_id, channel_id))

    def sees_server(self, guild_id: int) -> bool:
        """Whether it is one of the shard's servers."""
        return self.shard_id is not None and find_shard(guild_id, self.shard_count) == self.shard_id

    def get_shards(self) -> tuple[Sequence[int], int]:
        """The one shard."""
        return (() if self.shard_id is None else (self.shard_id,)), self.shard_count

    def list_server_ids(self) -> list[int]:
        """All servers."""
        return list(self.servers)

    def find_server(self, guild_id: int) -> KnownServer | None:
        """The server."""
        return self.servers.get(guild_id)

    def find_channel(self, guild_id: int, channel_id: int) -> KnownChannel | None:  # noqa: ARG002 - part of the protocol
        """The channel."""
        return self.channels.get(channel_id)

    def list_notice_channels(self, guild_id: int) -> list[KnownChannel]:
        """The system channel first, then the others that can be written to."""
        server = self.servers.get(guild_id)
        if server is None:
            return []
        channels = [each for each in self.channels.values() if each.guild_id == guild_id]
        writable = [each for each in channels if not find_missing(each.permissions, NOTICE)]
        return sorted(writable, key=lambda each: (each.channel_id != server.system_channel_id, each.position))
