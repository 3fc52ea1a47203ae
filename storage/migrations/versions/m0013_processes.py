"""Several processes share one database: their heartbeats, limits, known servers, notices and cards."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("schema_version", sa.String(24), nullable=False),
        sa.Column("shards", sa.Text, nullable=False, server_default=""),
        sa.Column("started_at", Utc, nullable=False),
        sa.Column("seen_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
        sa.CheckConstraint("state IN ('standby', 'active', 'stopping')", name=op.f("ck_processes_state")),
    )
    op.create_table(
        "rate_limits",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="{}"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_limits")),
    )
    op.create_table(
        "known_guilds",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_available", sa.Boolean, nullable=False),
        sa.Column("system_channel_id", sa.BigInteger),
        sa.Column("updated_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_known_guilds")),
    )
    op.create_table(
        "known_channels",
        sa.Column("channel_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("is_news", sa.Boolean, nullable=False),
        sa.Column("permissions", sa.BigInteger, nullable=False),
        sa.Column("updated_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_known_channels")),
    )
    op.create_index(op.f("ix_known_channels_guild_id"), "known_channels", ["guild_id"])
    op.create_table(
        "server_notices",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", Utc, nullable=False),
        sa.Column("lease_owner", sa.String(60)),
        sa.Column("lease_token", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", Utc),
        sa.Column("created_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server_notices")),
        sa.CheckConstraint("state IN ('ready', 'sending', 'sent', 'kept')", name=op.f("ck_server_notices_state")),
    )
    op.create_index(op.f("ix_server_notices_state_due_at"), "server_notices", ["state", "due_at"])
    op.create_index(op.f("ix_server_notices_guild_id"), "server_notices", ["guild_id"])
    op.create_table(
        "turns",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("shown_at", Utc),
        sa.Column("lease_owner", sa.String(60)),
        sa.Column("lease_token", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", Utc),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_card_edits")),
    )
    _move_kept_notices()


def _move_kept_notices() -> None:
    """Notices that no channel of their server took were values named after the server, such as ``notice:123``."""
    connection, now = op.get_bind(), datetime.now(UTC)
    notices = sa.table(
        "server_notices",
        *(sa.column(name) for name in ("id", "state", "guild_id", "text")),
        *(sa.column(name, Utc) for name in ("due_at", "created_at")),
    )
    kept = connection.execute(sa.text("SELECT name, value FROM key_values WHERE name LIKE 'notice:%'")).all()
    for name, text in kept:
        row = {"id": secrets.token_hex(8), "state": "kept", "guild_id": int(name.removeprefix("notice:")), "text": text}
        connection.execute(notices.insert().values(**row, due_at=now, created_at=now))
    connection.execute(sa.text("DELETE FROM key_values WHERE name LIKE 'notice:%'"))
