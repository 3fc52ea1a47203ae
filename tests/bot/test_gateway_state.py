"""The cache of a bot with several shards."""

from typing import Any

import pytest

from bot.gateway_state import GatewayState


@pytest.fixture
async def state() -> GatewayState:
    """The cache of a process with both of two shards, connected to nothing."""
    made = GatewayState(dispatch=lambda *_: None, handlers={}, hooks={}, http=None, intents=None)
    made.shard_count, made.shard_ids = 2, [0, 1]
    made.guild_ready_timeout = 0
    return made


def ready(shard: int, *guild_ids: int) -> dict[str, Any]:
    """Discord's READY for a shard, as far as the cache reads it."""
    user = {"id": "1", "username": "Myth", "discriminator": "0", "avatar": None, "global_name": None}
    guilds = [{"id": str(guild_id), "unavailable": True} for guild_id in guild_ids]
    return {"shard": [shard, 2], "user": user, "guilds": guilds, "application": {"id": "1", "flags": 0}}


async def test_a_new_session_forgets_only_the_shards_own_lost_servers(state: GatewayState) -> None:
    """A server that Discord no longer names has removed the bot; those of the other shard are not named at all."""
    first, lost, other = 2 << 22, 4 << 22, 3 << 22
    state.parse_ready(ready(0, first, lost))
    state.parse_ready(ready(1, other))
    state.parse_ready(ready(0, first))
    assert {guild.id for guild in state.guilds} == {first, other}
