"""Scripts, chapters and books can be searched by their words.

What is stored already is indexed while the bot runs (see ``TextSearch.index_missing``), so that a start stays quick.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_SQLITE_INDEX = (
    # Prepared words hold no marks or capitals: the simplest tokenizer splits them at the spaces and nowhere else.
    (
        "CREATE VIRTUAL TABLE search_index USING fts5(heading, body, content='search_documents', content_rowid='id',"
        " tokenize='ascii')"
    ),
    (
        "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN"
        " INSERT INTO search_index (rowid, heading, body) VALUES (new.id, new.heading, new.body); END"
    ),
    (
        "CREATE TRIGGER search_documents_deleted AFTER DELETE ON search_documents BEGIN"
        " INSERT INTO search_index (search_index, rowid, heading, body)"
        " VALUES ('delete', old.id, old.heading, old.body); END"
    ),
)
_POSTGRES_INDEX = (
    (
        "ALTER TABLE search_documents ADD COLUMN search_index tsvector GENERATED ALWAYS AS"
        " (setweight(to_tsvector('simple'::regconfig, heading), 'A') || to_tsvector('simple'::regconfig, body)) STORED"
    ),
    "CREATE INDEX search_index_words ON search_documents USING gin (search_index)",
)


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("script_id", sa.String(40)),
        sa.Column("ebook_id", sa.String(100), nullable=False),
        sa.Column("chapter_number", sa.Integer),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index(op.f("ix_search_documents_script_id"), "search_documents", ["script_id"])
    op.create_index(
        op.f("ix_search_documents_ebook_id_chapter_number"), "search_documents", ["ebook_id", "chapter_number"]
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRES_INDEX if is_postgres else _SQLITE_INDEX:
        op.execute(sa.text(statement.replace(":", r"\:")))
