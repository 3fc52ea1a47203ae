"""Books, their chapters and their series bible."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.states import ProposalState
from storage.tables.metadata import metadata
from storage.types import Utc, state_type

ebooks = Table(
    "ebooks",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("title", Text, nullable=False),
    Column("theme", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
    Column("author", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("audience", Text, nullable=False, server_default=""),
    Column("tone", Text, nullable=False, server_default=""),
    Column("hook", Text, nullable=False, server_default=""),
    # The file that the book was imported from: its name, and the SHA-256 of its bytes.
    Column("source_name", Text, nullable=False, server_default=""),
    Column("source_digest", String(64), nullable=False, server_default=""),
    # How many chapters the whole book will have, where the team has said so.
    Column("planned_chapters", Integer),
    # Who confirmed the right to adapt the book, and when.
    Column("rights_confirmed_by", String(40)),
    Column("rights_confirmed_at", Utc),
    # How its chapters become scripts (empty: faithfully), and how many minutes a script should run.
    Column("mode", String(16), nullable=False, server_default=""),
    Column("target_minutes", Integer),
    # A removed book keeps its scripts and has no chapters.
    Column("removed_at", Utc),
)

chapters = Table(
    "chapters",
    metadata,
    Column("ebook_id", ForeignKey("ebooks.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("words", Integer, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default=""),
    CheckConstraint("number >= 0", name="number"),
)

# The series bible: cast, pronunciations and the story so far. A writer proposes entries together with a script.
cast_members = Table(
    "cast_members",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("aliases", Text, nullable=False, server_default="[]"),
    Column("role", Text, nullable=False, server_default=""),
    Column("voice", Text, nullable=False, server_default=""),
    Column("pronunciation", Text, nullable=False, server_default=""),
    Column("first_chapter", Integer),
    Column("state", state_type(ProposalState, "state"), nullable=False),
    Column("script_id", String(40)),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("ebook_id", "name"),
)

lexicon_words = Table(
    "lexicon_words",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("spelling", Text, nullable=False),
    Column("pronunciation", Text, nullable=False),
    Column("state", state_type(ProposalState, "state"), nullable=False),
    Column("script_id", String(40)),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("ebook_id", "spelling"),
)

# A few sentences about what happens in a chapter. ``script_id`` names the script that proposed them.
synopses = Table(
    "synopses",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("chapter_number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", state_type(ProposalState, "state"), nullable=False),
    Column("script_id", String(40)),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index(None, "ebook_id", "chapter_number"),
)
