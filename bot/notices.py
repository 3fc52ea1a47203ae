"""Adds a notice in the transaction of the fact that it reports, so that it is posted if and only if the fact is stored."""

from storage import Topic, WriteTransaction
from storage.stores.notices import AUDIT_CHANNEL


async def add_server_notice(tx: WriteTransaction, guild_id: int, text: str) -> None:
    """The text is posted in a channel of the server once the transaction is committed."""
    await tx.notices.add(guild_id, text)
    tx.wake(Topic.NOTICES)


async def add_audit_notice(tx: WriteTransaction, text: str) -> None:
    """The text is posted in the studio's audit channel, if it has one, once the transaction is committed."""
    await add_server_notice(tx, AUDIT_CHANNEL, text)


def quote_name(name: str) -> str:
    """A name from outside as code, which Discord shows as it is: it can neither mention anybody nor change the format."""
    return "`{}`".format(" ".join(name.split()).replace("`", "'"))
