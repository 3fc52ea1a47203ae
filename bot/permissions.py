"""The permissions that the bot needs. One table feeds the invite link, the check at joining and the error texts."""

from collections.abc import Iterable
from typing import Final

# Each entry: discord.py's attribute, Discord's name on screen, the bit (Discord's documentation, "Permissions").
POSTING: Final = (
    ("view_channel", "View Channel", 10),
    ("send_messages", "Send Messages", 11),
    ("embed_links", "Embed Links", 14),
)
"""Without these the bot cannot post in a channel."""
OPTIONAL: Final = (
    ("read_message_history", "Read Message History", 16),
    ("attach_files", "Attach Files", 15),
)
"""Requested in addition: to find a post whose answer was lost, and to attach files to cards."""
_INVITE: Final = (
    "https://discord.com/oauth2/authorize?client_id={client_id}&permissions={bits}&scope=bot+applications.commands"
)


def find_missing(granted: object) -> list[str]:
    """Discord's names of the posting permissions that ``granted``, discord.py's ``Permissions``, lacks."""
    return [name for attribute, name, _ in POSTING if not getattr(granted, attribute)]


def format_permissions(names: Iterable[str]) -> str:
    """The names in bold Markdown: ``**View Channel** and **Embed Links**``."""
    bold = [f"**{name}**" for name in names]
    return " and ".join([", ".join(bold[:-1]), bold[-1]]) if len(bold) > 1 else "".join(bold)


def invite_link(client_id: int) -> str:
    """The address where a server's manager invites the bot, with exactly the permissions it needs."""
    bits = sum(1 << bit for _, _, bit in (*POSTING, *OPTIONAL))
    return _INVITE.format(client_id=client_id, bits=bits)
