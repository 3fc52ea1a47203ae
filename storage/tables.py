"""Every table, once. Moments are UTC; money is whole micro-dollars; documents are JSON text as it was written."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.states import (
    Audience,
    BroadcastState,
    DeliveryAction,
    DeliveryState,
    RunState,
    ScriptState,
    SubscriptionState,
)
from storage.types import Utc, state_type, where_present

metadata = MetaData(
    naming_convention={  # SQLite can drop only what has a name
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("timestamp", String(40), nullable=False),
    Column("event", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("session_id", String(40)),
    Column("member_id", String(40)),
    Column("ebook_id", Text),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "timestamp", "seq"),
    Index(None, "ebook_id", "timestamp"),
    # Imported events, which may be most of them, have neither member nor session.
    Index(None, "member_id", "timestamp", **where_present("member_id")),
    Index(None, "event", "timestamp"),
    Index(None, "session_id", **where_present("session_id")),
)

# One row: where the chain of events ends. Locked as the last step before a commit, so that writers wait only there.
chain_head = Table(
    "chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="single"),
)

# What the program remembers about itself, such as the hash of the commands that it has registered.
key_values = Table(
    "key_values", metadata, Column("name", String(80), primary_key=True), Column("value", Text, nullable=False)
)

ebooks = Table(
    "ebooks",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("title", Text, nullable=False),
    Column("theme", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
)

chapters = Table(
    "chapters",
    metadata,
    Column("ebook_id", ForeignKey("ebooks.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("number >= 0", name="number"),
)

# A run: from the request to the script. The request and the text are committed before anything goes to Gemini.
runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(RunState, "state"), nullable=False),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("chapter_number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("member_id", String(40)),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("card_id", BigInteger),
    # The resting state that the card shows; empty where that is not known.
    Column("card_state", String(24), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("cost_micros", BigInteger, nullable=False, server_default="0"),
    Column("script_id", String(40)),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    Column("progress", Text, nullable=False, server_default=""),
    Column("request", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index(None, "state", "created_at"),
)

# Money for calls to Gemini: reserved before a call, replaced by the cost after it. A lost call keeps its reservation.
charges = Table(
    "charges",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("model", Text, nullable=False),
    Column("reserved_micros", BigInteger, nullable=False),
    Column("settled_micros", BigInteger),
    Column("created_at", Utc, nullable=False, index=True),
)

scripts = Table(
    "scripts",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("state", state_type(ScriptState, "state"), nullable=False),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("chapter_number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("hook", Text, nullable=False, server_default=""),
    Column("writer", String(16), nullable=False),
    Column("model", Text, nullable=False, server_default=""),
    Column("tokens", Integer, nullable=False, server_default="0"),
    Column("cost_micros", BigInteger),
    Column("seconds", Integer, nullable=False, server_default="0"),
    Column("run_id", String(40)),
    Column("member_id", String(40)),
    Column("link", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
    Column("approved_at", Utc),
    Column("approved_by", String(40)),
    Column("released_at", Utc),
    # Long texts stand last in their row: SQLite reads through them to reach whatever is behind.
    Column("error", Text, nullable=False, server_default=""),
    Column("coverage", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    UniqueConstraint("ebook_id", "chapter_number", "version"),
)

grant_logs = Table(
    "grant_logs",
    metadata,
    Column("id", String(140), primary_key=True),
    Column("script_id", String(40)),
    Column("ebook_id", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
)

# Documents that programs store through the façade (bot/studio.py) in collections of their own.
documents = Table(
    "documents",
    metadata,
    Column("id", String(140), primary_key=True),
    Column("collection", String(100), nullable=False, index=True),
    Column("document", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(SubscriptionState, "state"), nullable=False),
    Column("guild_id", BigInteger, nullable=False, unique=True),
    Column("guild_name", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("role_id", BigInteger),
    Column("member_id", String(40)),
    # Ids of the followed books as a JSON array; an empty array follows every book.
    Column("ebooks", Text, nullable=False, server_default="[]"),
    Column("referral", String(16), nullable=False, unique=True),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("last_post_at", Utc),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("ended_why", Text, nullable=False, server_default=""),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(BroadcastState, "state"), nullable=False),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("hook", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("image", Text, nullable=False, server_default=""),
    Column("ebook_id", Text),
    Column("script_id", String(40)),
    Column("ping_roles", Boolean, nullable=False),
    Column("audience", state_type(Audience, "audience"), nullable=False),
    Column("due_at", Utc),
    Column("stopped_why", Text, nullable=False, server_default=""),
    Column("metadata", Text, nullable=False, server_default="{}"),
    # Of a draft with a new text for posts that have arrived: the broadcast whose posts they are.
    Column("change_of", String(40)),
    Column("author_id", String(40)),
    Column("confirmed_by", String(40)),
    Column("approved_by", String(40)),
    Column("channel_id", BigInteger),
    Column("card_id", BigInteger),
    # Whether the card and the audit channel say how it ended.
    Column("announced", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc),
    Column("finished_at", Utc),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("state", state_type(DeliveryState, "state"), nullable=False),
    Column("action", state_type(DeliveryAction, "action"), nullable=False),
    Column("referral", String(16), nullable=False, server_default=""),
    Column("sent_at", Utc),
    Column("subscription_id", String(40)),
    Column("guild_id", BigInteger, nullable=False),
    Column("guild_name", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("role_id", BigInteger),
    Column("message_id", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Utc, nullable=False),
    Column("attempted_at", Utc),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("error", Text, nullable=False, server_default=""),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("broadcast_id", "channel_id"),
    Index(None, "state", "due_at"),
)

shares = Table(
    "shares",
    metadata,
    Column("broadcast_id", ForeignKey("broadcasts.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("delivery_id", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Index(None, "member_id"),
)

# Live boards, one for each channel.
boards = Table(
    "boards",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("member_id", String(40)),
    # What it shows; an empty ebook_id means every book.
    Column("ebook_id", Text, nullable=False, server_default=""),
    Column("period", String(8), nullable=False),
    Column("shown_seq", BigInteger, nullable=False, server_default="0"),
    Column("shown_at", Utc),
    # Not brought up to date before this moment; empty: at once.
    Column("due_at", Utc),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("trouble", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
)

# How far in the events a member had looked at their last visit to /progress.
visits = Table(
    "visits",
    metadata,
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("visited_at", Utc, nullable=False),
)

# What was imported from files, so that nothing is imported twice.
imports = Table(
    "imports",
    metadata,
    Column("source", String(200), primary_key=True),
    # The id that it got here; empty for an event.
    Column("target", String(140), nullable=False),
    # SHA-256 of the imported text, so that a source that has changed since can be recognised; empty if the source contains it.
    Column("digest", String(64), nullable=False),
    sqlite_with_rowid=False,
)
