"""Whole books are written in batches of runs."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("runs", sa.Column("batch_id", sa.String(40)))
    for name in ("prompt_tokens", "cached_tokens", "output_tokens"):
        op.add_column("charges", sa.Column(name, sa.Integer))
    op.create_index(op.f("ix_runs_batch_id_chapter_number"), "runs", ["batch_id", "chapter_number"])
    op.create_table(
        "batches",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("member_id", sa.String(40)),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("card_id", sa.BigInteger),
        sa.Column("card_state", sa.String(24), nullable=False, server_default=""),
        sa.Column("chapter_order", sa.String(24), nullable=False),
        sa.Column("pace", sa.String(24), nullable=False),
        sa.Column("cap_micros", sa.BigInteger),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("waits_until", Utc),
        sa.Column("lost_requests", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("finished_at", Utc),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.ForeignKeyConstraint(["ebook_id"], ["ebooks.id"], name=op.f("fk_batches_ebook_id_ebooks")),
        sa.CheckConstraint("state IN ('running', 'paused', 'done', 'cancelled')", name=op.f("ck_batches_state")),
        sa.CheckConstraint("chapter_order IN ('story', 'parallel')", name=op.f("ck_batches_chapter_order")),
        sa.CheckConstraint("pace IN ('now', 'overnight')", name=op.f("ck_batches_pace")),
    )
    op.create_index(op.f("ix_batches_state_created_at"), "batches", ["state", "created_at"])
    op.create_index(op.f("ix_batches_ebook_id"), "batches", ["ebook_id"])
