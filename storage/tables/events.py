"""The audit trail as a hash chain, what was imported into it, and what the program remembers about itself."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text

from storage.tables.metadata import metadata
from storage.types import where_present

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
