"""The search's index is built anew: its word between two cues was one that people could search for, and found everywhere.

What is stored is indexed while the bot runs (see ``TextSearch.index_missing``), so that a start stays quick.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(sa.text("DELETE FROM search_documents"))
