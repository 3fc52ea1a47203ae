"""A book says how its chapters become scripts, and how long a script should be."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("ebooks", sa.Column("mode", sa.String(16), nullable=False, server_default=""))
    op.add_column("ebooks", sa.Column("target_minutes", sa.Integer))
