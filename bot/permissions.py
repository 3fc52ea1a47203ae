"""What the bot needs in a channel. One table feeds the invite link, the check at joining and the error texts."""

from collections.abc import Iterable
from typing import Final

# discord.py's name for it, Discord's own name for it, its bit.
POSTING: Final = (
    ("view_channel", "View Channel", 10),
    ("send_messages", "Send Messages", 11),
    ("embed_links", "Embed Links", 14),
)
# Wished for beside these: to find a post again whose answer was lost, and to attach files to cards.
WISHED: Final = (
    ("read_message_history", "Read Message History", 16),
    ("attach_files", "Attach Files", 15),
)
_INVITE: Final = (
    "https://discord.com/oauth2/authorize?client_id={client_id}&permissions={bits}&scope=bot+applications.commands"
)


def missing(granted: object) -> list[str]:
    """Of discord.py's ``Permissions``: Discord's names of what is needed for posting and not granted."""
    return [shown for name, shown, _ in POSTING if not getattr(granted, name)]


def in_words(names: Iterable[str]) -> str:
    """``**View Channel** and **Embed Links**``."""
    bold = [f"**{name}**" for name in names]
    return " and ".join([", ".join(bold[:-1]), bold[-1]]) if len(bold) > 1 else "".join(bold)


def invite_link(client_id: int) -> str:
    """Where a server's manager lets the bot in, with just the permissions it needs."""
    bits = sum(1 << bit for _, _, bit in (*POSTING, *WISHED))
    return _INVITE.format(client_id=client_id, bits=bits)
