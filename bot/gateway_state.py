"""discord.py's cache, which forgets servers that are gone when a shard begins a new session.

With one shard, discord.py empties its cache at each new session. With ``AutoShardedBot`` it keeps the servers of the other
shards and with them those that have removed the bot in the meantime. It offers no way to correct that from outside.
"""

from collections.abc import Mapping
from typing import Any

from discord.state import AutoShardedConnectionState


class GatewayState(AutoShardedConnectionState[Any]):
    """The cache of ``MythBot``."""

    def parse_ready(self, data: Any) -> None:  # noqa: ANN401 - Discord's READY, of which discord.py has no public type
        """Forgets the servers of the shard that Discord no longer names, then takes up the others."""
        self._forget_unnamed(data)
        super().parse_ready(data)

    def _forget_unnamed(self, data: Mapping[str, Any]) -> None:
        shard_id, _ = data["shard"]
        named = {int(guild["id"]) for guild in data["guilds"]}
        for guild in self.guilds:
            if guild.shard_id == shard_id and guild.id not in named:
                self._remove_guild(guild)
