"""Books are imported from files and remember their cast, their words and their story."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0007"
down_revision = "0006"

_STATES = "state IN ('proposed', 'accepted', 'rejected')"


def upgrade() -> None:
    _extend_ebooks()
    _describe_chapters()
    op.add_column("scripts", sa.Column("source_digest", sa.String(64), nullable=False, server_default=""))
    _create_bible()


def _extend_ebooks() -> None:
    texts = ("author", "language", "audience", "tone", "hook", "source_name")
    columns: list[sa.Column[Any]] = [sa.Column(name, sa.Text, nullable=False, server_default="") for name in texts]
    columns += [
        sa.Column("source_digest", sa.String(64), nullable=False, server_default=""),
        sa.Column("planned_chapters", sa.Integer),
        sa.Column("rights_confirmed_by", sa.String(40)),
        sa.Column("rights_confirmed_at", Utc),
        sa.Column("removed_at", Utc),
    ]
    for column in columns:
        op.add_column("ebooks", column)


def _describe_chapters() -> None:
    op.add_column("chapters", sa.Column("words", sa.Integer, nullable=False, server_default="0"))
    op.add_column("chapters", sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    connection = op.get_bind()
    keys = connection.execute(sa.text("SELECT ebook_id, number FROM chapters")).all()
    for ebook_id, number in keys:
        key = {"ebook_id": ebook_id, "number": number}
        where = "WHERE ebook_id = :ebook_id AND number = :number"
        content = connection.execute(sa.text(f"SELECT content FROM chapters {where}"), key).scalar_one()  # noqa: S608
        values = {"words": len(content.split()), "digest": hashlib.sha256(content.encode()).hexdigest()}
        update = sa.text(f"UPDATE chapters SET words = :words, digest = :digest {where}")  # noqa: S608
        connection.execute(update, key | values)


def _create_bible() -> None:
    op.create_table(
        "cast_members",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("aliases", sa.Text, nullable=False, server_default="[]"),
        sa.Column("role", sa.Text, nullable=False, server_default=""),
        sa.Column("voice", sa.Text, nullable=False, server_default=""),
        sa.Column("pronunciation", sa.Text, nullable=False, server_default=""),
        sa.Column("first_chapter", sa.Integer),
        *_proposal_columns("cast_members"),
        sa.UniqueConstraint("ebook_id", "name", name=op.f("uq_cast_members_ebook_id_name")),
    )
    op.create_table(
        "lexicon_words",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("pronunciation", sa.Text, nullable=False),
        *_proposal_columns("lexicon_words"),
        sa.UniqueConstraint("ebook_id", "spelling", name=op.f("uq_lexicon_words_ebook_id_spelling")),
    )
    op.create_table(
        "synopses",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("chapter_number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        *_proposal_columns("synopses"),
    )
    op.create_index(op.f("ix_synopses_ebook_id_chapter_number"), "synopses", ["ebook_id", "chapter_number"])


def _proposal_columns(table: str) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("script_id", sa.String(40)),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("updated_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["ebook_id"], ["ebooks.id"], name=op.f(f"fk_{table}_ebook_id_ebooks")),
        sa.CheckConstraint(_STATES, name=op.f(f"ck_{table}_state")),
    )
