"""What was imported takes less space: no second copy of its source, and no column or index entry that nothing reads."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "smaller_imports",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("target", sa.String(140), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_smaller_imports"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO smaller_imports (source, target, digest) SELECT source, "
        "CASE WHEN source LIKE 'session_progress.json/%' AND source NOT LIKE '%/leftover/%' THEN '' ELSE target END, "
        "CASE WHEN source LIKE '%/' || digest || '/%' THEN '' ELSE digest END FROM imports"
    )
    op.drop_table("imports")
    op.rename_table("smaller_imports", "imports")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE imports RENAME CONSTRAINT pk_smaller_imports TO pk_imports")
    for name, columns in (("member_id_timestamp", ["member_id", "timestamp"]), ("session_id", ["session_id"])):
        used = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(op.f(f"ix_events_{name}"), table_name="events")
        op.create_index(op.f(f"ix_events_{name}"), "events", columns, sqlite_where=used, postgresql_where=used)
