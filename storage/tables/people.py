"""People and their working sessions, and what they have seen."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from storage.tables.metadata import metadata
from storage.types import Utc

# The only table with Discord ids and names of people. Forgetting somebody empties their row here.
members = Table(
    "members",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("discord_id", BigInteger, unique=True),
    Column("name", Text),
    Column("created_at", Utc, nullable=False),
    Column("forgotten_at", Utc),
)

# Working sessions: events of one member that lie close together.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("started_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index(None, "member_id", "last_at"),
)

# How far in the events a member had looked at their last visit to /progress.
visits = Table(
    "visits",
    metadata,
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("visited_at", Utc, nullable=False),
)
