"""Subscriptions, announcements and their deliveries; boards, looks and imports."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("ebook_id", sa.Text(), server_default="", nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("shown_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shown_at", Utc(), nullable=True),
        sa.Column("lease_owner", sa.String(length=40), nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name="pk_boards"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "pending",
                "sending",
                "done",
                "stopped",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("ebook_id", sa.Text(), nullable=True),
        sa.Column("script_id", sa.String(length=40), nullable=True),
        sa.Column("ping_roles", sa.Boolean(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("all", "followers", name="audience", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("due_at", Utc(), nullable=True),
        sa.Column("stopped_why", sa.Text(), server_default="", nullable=False),
        sa.Column("metadata", sa.Text(), server_default="{}", nullable=False),
        sa.Column("author_id", sa.String(length=40), nullable=True),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("confirmed_at", Utc(), nullable=True),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    op.create_table(
        "imports",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=140), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_imports"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "active",
                "paused",
                "ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_name", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("ebooks", sa.Text(), server_default="[]", nullable=False),
        sa.Column("referral", sa.String(length=16), nullable=False),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_post_at", Utc(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended_why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("guild_id", name="uq_subscriptions_guild_id"),
        sa.UniqueConstraint("referral", name="uq_subscriptions_referral"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("broadcast_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "sending",
                "sent",
                "refused",
                "failed",
                "unknown",
                "cancelled",
                "recalled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "act",
            sa.Enum("post", "edit", "recall", name="act", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("referral", sa.String(length=16), server_default="", nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("subscription_id", sa.String(length=40), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_name", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("attempted_at", Utc(), nullable=True),
        sa.Column("lease_owner", sa.String(length=40), nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_deliveries_broadcast_id_broadcasts"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("broadcast_id", "channel_id", name="uq_deliveries_broadcast_id_channel_id"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"], unique=False)
    op.create_table(
        "looks",
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_looks_member_id_members"),
        sa.PrimaryKeyConstraint("member_id", name="pk_looks"),
    )
    op.create_table(
        "shares",
        sa.Column("broadcast_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=False),
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_shares_broadcast_id_broadcasts"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_shares_member_id_members"),
        sa.PrimaryKeyConstraint("broadcast_id", "member_id", name="pk_shares"),
    )
    op.create_index("ix_shares_member_id", "shares", ["member_id"], unique=False)
