"""Scripts know who approved them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("scripts") as scripts:
        scripts.add_column(sa.Column("approved_by", sa.String(40)))
    op.execute(
        "UPDATE scripts SET approved_by = (SELECT max(e.member_id) FROM events e WHERE e.event = 'Script approved' "
        "AND e.data LIKE '%\"' || scripts.id || '\"%') WHERE approved_at IS NOT NULL"
    )
