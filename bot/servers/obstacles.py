"""Why the bot cannot post in a channel, in the same words whoever knows it: the gateway's cache or the database."""

from collections.abc import Sequence

from bot.permissions import find_missing, format_permissions
from bot.ports import ChannelAccess
from storage import ReadTransaction
from storage.stores.known_servers import KnownChannel, KnownServer

GONE = "I am no longer in this server"


def describe_obstacle(server: KnownServer | None, channel: KnownChannel | None) -> str:
    """Why the bot cannot post there, or an empty string if it can. None is what does not exist any more."""
    if server is None:
        return GONE
    if not server.is_available:
        return ""  # during an outage of Discord nobody knows the server's channels
    if channel is None:
        return "the channel was deleted"
    lacking = find_missing(channel.permissions)
    # Without markup, because the reason also stands in reports and cards.
    return f"lacks {format_permissions(lacking)}".replace("**", "") if lacking else ""


async def find_obstacles(
    tx: ReadTransaction, access: ChannelAccess, places: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], str]:
    """Why the bot cannot post in each of the places (ids of a server and of its channel); empty where it can.

    What this process's own connection to Discord does not tell is read from the database. Where nobody has looked yet, the
    bot finds out when it posts.
    """
    found = {place: access.find_obstacle(*place) for place in places}
    unseen = [place for place, obstacle in found.items() if obstacle is None]
    guild_ids = {guild_id for guild_id, _ in unseen}
    servers = await tx.servers.get_servers(guild_ids) if unseen else {}
    channels = await tx.servers.get_channels({channel_id for _, channel_id in unseen}) if unseen else {}
    gone = await tx.servers.find_gone(guild_ids - servers.keys())
    obstacles = {place: obstacle for place, obstacle in found.items() if obstacle is not None}
    for guild_id, channel_id in unseen:
        is_known = guild_id in servers or guild_id in gone
        obstacle = describe_obstacle(servers.get(guild_id), channels.get(channel_id)) if is_known else ""
        obstacles[guild_id, channel_id] = obstacle
    return obstacles
