"""What the bot may do in a server and in its channels, computed from what Discord's REST API says."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bot.permissions import OPTIONAL, find_missing

_ALL: Final = (1 << 64) - 1
_ADMINISTRATOR: Final = 1 << 3  # Discord's documentation, "Permissions"
_ROLE: Final = 0


def compute_server_permissions(guild: Mapping[str, Any], role_ids: Collection[str]) -> int:
    """The bits of a member with these roles, before any channel changes them."""
    granted = 0
    for role in guild["roles"]:
        if role["id"] == guild["id"] or role["id"] in role_ids:  # @everyone has the server's id
            granted |= int(role["permissions"])
    return _ALL if granted & _ADMINISTRATOR else granted


def compute_channel_permissions(
    server: int, guild_id: str, member_id: str, role_ids: Collection[str], overwrites: Sequence[Mapping[str, Any]]
) -> int:
    """The bits in a channel: @everyone's overwrite first, then those of the roles together, then the member's own."""
    if server == _ALL:
        return server
    roles = [each for each in overwrites if int(each["type"]) == _ROLE]
    steps = (
        [each for each in roles if each["id"] == guild_id],
        [each for each in roles if each["id"] in role_ids],
        [each for each in overwrites if int(each["type"]) != _ROLE and each["id"] == member_id],
    )
    granted = server
    for step in steps:
        for each in step:
            granted &= ~int(each["deny"])
        for each in step:
            granted |= int(each["allow"])
    return granted


def name_missing(granted: int) -> tuple[list[str], list[str]]:
    """Discord's names of the permissions that are lacking: those without which nothing is posted, and the others."""
    return find_missing(granted), find_missing(granted, OPTIONAL)
