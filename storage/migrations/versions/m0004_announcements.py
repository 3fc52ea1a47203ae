"""Changes of announcements are told apart from announcements, and recalled ones from those whose posts stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STATES = "'draft', 'pending', 'sending', 'done', 'stopped', 'cancelled', 'recalled'"


def upgrade() -> None:
    with op.batch_alter_table("broadcasts") as broadcasts:
        broadcasts.add_column(sa.Column("change_of", sa.String(40)))
        broadcasts.drop_constraint(op.f("ck_broadcasts_state"), type_="check")
        broadcasts.create_check_constraint(op.f("ck_broadcasts_state"), f"state IN ({STATES})")
    # The id stood in the metadata, as {"change_of": "notifications_…"}.
    key = '{"change_of": "'
    op.execute(
        f"UPDATE broadcasts SET change_of = substr(metadata, {len(key) + 1}, 30), metadata = '{{}}' "  # noqa: S608 - no input
        f"WHERE metadata LIKE '{key}%'"
    )
    op.execute(
        "UPDATE broadcasts SET state = 'recalled' WHERE state IN ('done', 'stopped', 'cancelled') "
        "AND EXISTS (SELECT 1 FROM deliveries d WHERE d.broadcast_id = broadcasts.id AND d.state = 'recalled') "
        "AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.broadcast_id = broadcasts.id "
        "AND d.message_id IS NOT NULL AND d.state <> 'recalled')"
    )
