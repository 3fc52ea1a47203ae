"""Tables and columns get the names of the glossary; every kind of job gets the same columns for its lease."""

import sqlalchemy as sa
from alembic import op

from storage.types import Utc

revision = "0003"
down_revision = "0002"

LEASED = ("runs", "deliveries", "boards")


def upgrade() -> None:
    op.rename_table("facts", "key_values")
    op.rename_table("looks", "visits")
    with op.batch_alter_table("visits") as visits:
        visits.alter_column("looked_at", new_column_name="visited_at")
    with op.batch_alter_table("broadcasts") as broadcasts:
        broadcasts.alter_column("told", new_column_name="announced")
    for name in LEASED:
        with op.batch_alter_table(name) as table:
            table.alter_column("lease_owner", type_=sa.String(60), existing_type=sa.String(40))
            table.add_column(sa.Column("lease_token", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(op.f("ck_deliveries_act"), type_="check")
        deliveries.alter_column("act", new_column_name="action", existing_type=sa.String(24))
        deliveries.create_check_constraint(op.f("ck_deliveries_action"), "action IN ('post', 'edit', 'recall')")
    with op.batch_alter_table("boards") as boards:
        boards.add_column(sa.Column("due_at", Utc()))
    # A board's lease used to mean its rest as well. Every board is due at once after the update.
    op.execute("UPDATE boards SET lease_owner = NULL, lease_until = NULL")
