"""The permissions that the bot needs. One table feeds the invite link, the check at joining and the error texts."""

from collections.abc import Iterable
from typing import Final

# Each entry: Discord's name on screen, the bit (Discord's documentation, "Permissions").
POSTING: Final = (("View Channel", 10), ("Send Messages", 11), ("Embed Links", 14))
"""Without these the bot cannot post in a channel."""
OPTIONAL: Final = (("Read Message History", 16), ("Attach Files", 15))
"""Requested in addition: to find a post whose answer was lost, and to attach files to cards."""
NOTICE: Final = (("View Channel", 10), ("Send Messages", 11))
"""Without these the bot cannot post a notice in a channel."""
BOARD: Final = (("View Channel", 10), ("Send Messages", 11), ("Attach Files", 15))
"""Without these the bot cannot post a live board in a channel."""
HISTORY: Final = (("Read Message History", 16),)
"""Without this Discord shows the bot a channel as empty."""
PINNING: Final = (("Pin Messages", 51),)
"""Without this the bot cannot pin a message."""
_INVITE: Final = (
    "https://discord.com/oauth2/authorize?client_id={client_id}&permissions={bits}&scope=bot+applications.commands"
)


def find_missing(granted: int, needed: Iterable[tuple[str, int]] = POSTING) -> list[str]:
    """Discord's names of the needed permissions that the bit set ``granted`` lacks."""
    return [name for name, bit in needed if not granted >> bit & 1]


def format_permissions(names: Iterable[str]) -> str:
    """The names in bold Markdown: ``**View Channel** and **Embed Links**``."""
    bold = [f"**{name}**" for name in names]
    return " and ".join([", ".join(bold[:-1]), bold[-1]]) if len(bold) > 1 else "".join(bold)


def invite_link(client_id: int) -> str:
    """The address where a server's manager invites the bot, with exactly the permissions it needs."""
    bits = sum(1 << bit for _, bit in (*POSTING, *OPTIONAL))
    return _INVITE.format(client_id=client_id, bits=bits)
