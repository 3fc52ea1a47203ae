"""Batches that are written overnight remember the job that Gemini has for them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("batches", sa.Column("overnight_job", sa.Text, nullable=False, server_default=""))
