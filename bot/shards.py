"""Shards: the parts into which Discord divides a bot's servers. Each has a connection to the gateway of its own."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.stores.known_servers import find_shard


class Shards(NamedTuple):
    """The shards of a process: ``ids`` of ``total``."""

    ids: Sequence[int]
    total: int

    def has_server(self, guild_id: int) -> bool:
        """Whether Discord tells this process about the server."""
        return find_shard(guild_id, self.total) in self.ids

    def __str__(self) -> str:
        """Such as ``0, 1 of 4``; empty where there are none."""
        return f"{', '.join(map(str, self.ids))} of {self.total}" if self.ids else ""
