"""Reads the notices that wait in a database."""

from storage import Database
from storage.stores.notices import AUDIT_CHANNEL


async def list_notices(database: Database) -> list[tuple[int, str]]:
    """The server and the text of every stored notice, oldest first."""
    async with database.read() as tx:
        rows = await tx.notices.connection.exec_driver_sql(
            "SELECT guild_id, text FROM server_notices ORDER BY created_at, id"
        )
        return [(row.guild_id, row.text) for row in rows]


async def list_audit_notices(database: Database) -> list[str]:
    """The texts of those to the audit channel."""
    return [text for guild_id, text in await list_notices(database) if guild_id == AUDIT_CHANNEL]
