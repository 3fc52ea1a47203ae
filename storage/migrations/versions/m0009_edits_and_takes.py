"""Scripts remember how they were edited, and which of their cues are recorded."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("scripts", sa.Column("parent_id", sa.String(40)))
    op.add_column("scripts", sa.Column("notes", sa.Text, nullable=False, server_default=""))
    op.add_column("scripts", sa.Column("spoken_cues", sa.Integer, nullable=False, server_default="0"))
    op.add_column("scripts", sa.Column("recorded_cues", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "script_edits",
        sa.Column("script_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("member_id", sa.String(40)),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("script_id", "number", name=op.f("pk_script_edits")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_script_edits_script_id_scripts")),
        sa.CheckConstraint(
            "kind IN ('created', 'changed', 'undone', 'approved', 'withdrawn')", name=op.f("ck_script_edits_kind")
        ),
    )
    op.create_table(
        "takes",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("script_id", sa.String(40), nullable=False),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("chapter_number", sa.Integer, nullable=False),
        sa.Column("cue_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("spoken_digest", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(40)),
        sa.Column("created_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takes")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_takes_script_id_scripts")),
        sa.ForeignKeyConstraint(["ebook_id"], ["ebooks.id"], name=op.f("fk_takes_ebook_id_ebooks")),
        sa.UniqueConstraint("script_id", "cue_id", "number", name=op.f("uq_takes_script_id_cue_id_number")),
        sa.CheckConstraint("verdict IN ('good', 'pickup')", name=op.f("ck_takes_verdict")),
    )
    op.create_index(op.f("ix_takes_ebook_id_chapter_number"), "takes", ["ebook_id", "chapter_number"])
