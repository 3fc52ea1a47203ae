"""What several processes on one database share: who they are, their limits, the servers they know, notices, and cards."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from storage.states import NoticeState, ProcessState
from storage.tables.metadata import metadata
from storage.types import Utc, state_type

processes = Table(
    "processes",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("role", String(24), nullable=False),
    Column("state", state_type(ProcessState, "state"), nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    # The program's version, and the newest version of the tables that it knows.
    Column("version", Text, nullable=False),
    Column("schema_version", String(24), nullable=False),
    # Such as "0,1 of 4"; empty for a process without a gateway.
    Column("shards", Text, nullable=False, server_default=""),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
)

# One row for each limit that all processes keep together, such as the posts a second.
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("name", String(100), primary_key=True),
    # What the limit counts, as JSON; ``bot/jobs`` knows the rest.
    Column("state", Text, nullable=False, server_default="{}"),
)

# Servers and channels as the gateway sees them, for processes without a gateway.
known_guilds = Table(
    "known_guilds",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("system_channel_id", BigInteger),
    Column("updated_at", Utc, nullable=False),
)

known_channels = Table(
    "known_channels",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_news", Boolean, nullable=False),
    # What the bot may do there: Discord's bit set.
    Column("permissions", BigInteger, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

server_notices = Table(
    "server_notices",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("state", state_type(NoticeState, "state"), nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Utc, nullable=False),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("created_at", Utc, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "guild_id"),
)

# What one process at a time may do, such as editing a card; then also the moment whose state the card's newest edit shows.
turns = Table(
    "turns",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("shown_at", Utc),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
)
