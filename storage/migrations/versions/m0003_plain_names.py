"""Tables and columns get the names of the glossary."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.rename_table("facts", "key_values")
    op.rename_table("looks", "visits")
    with op.batch_alter_table("visits") as visits:
        visits.alter_column("looked_at", new_column_name="visited_at")
    with op.batch_alter_table("broadcasts") as broadcasts:
        broadcasts.alter_column("told", new_column_name="announced")
