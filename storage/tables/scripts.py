"""Runs and the scripts that come out of them, their cost, and what is logged for the grant."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.states import BatchPace, BatchState, ChapterOrder, EditKind, RunState, ScriptState, TakeVerdict
from storage.tables.metadata import metadata
from storage.types import Utc, state_type

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
    # How often Gemini was overloaded or out of reach, for a run of a batch.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("cost_micros", BigInteger, nullable=False, server_default="0"),
    Column("script_id", String(40)),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    Column("progress", Text, nullable=False, server_default=""),
    Column("request", Text, nullable=False),
    Column("content", Text, nullable=False),
    # The batch that the run belongs to.
    Column("batch_id", String(40)),
    Index(None, "state", "created_at"),
    Index(None, "batch_id", "chapter_number"),
)

# Many chapters of one book, written one run each.
batches = Table(
    "batches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(BatchState, "state"), nullable=False),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("member_id", String(40)),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("card_id", BigInteger),
    # The state that the card shows; empty where that is not known.
    Column("card_state", String(24), nullable=False, server_default=""),
    Column("chapter_order", state_type(ChapterOrder, "chapter_order"), nullable=False),
    Column("pace", state_type(BatchPace, "pace"), nullable=False),
    # The most that the batch may cost, in micro-dollars; NULL for no limit of its own.
    Column("cap_micros", BigInteger),
    # Why it is paused or waits, as a sentence for people, and until when it waits.
    Column("note", Text, nullable=False, server_default=""),
    Column("waits_until", Utc),
    # How many requests were lost with a process and are paid for again.
    Column("lost_requests", Integer, nullable=False, server_default="0"),
    Column("created_at", Utc, nullable=False),
    # The job that Gemini has for a batch that is written overnight, as JSON; empty where it has none.
    Column("overnight_job", Text, nullable=False, server_default=""),
    Column("finished_at", Utc),
    Index(None, "state", "created_at"),
    Index(None, "ebook_id"),
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
    # As the API counted them; output includes thinking, and prompt includes what came from the cache.
    Column("prompt_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("output_tokens", Integer),
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
    # The SHA-256 of the chapter's text that the script was written from; empty where that is not known.
    Column("source_digest", String(64), nullable=False, server_default=""),
    # The version that this one was made from, and what was to be different.
    Column("parent_id", String(40)),
    Column("notes", Text, nullable=False, server_default=""),
    # How many cues an actor speaks, and how many of them have a good take.
    Column("spoken_cues", Integer, nullable=False, server_default="0"),
    Column("recorded_cues", Integer, nullable=False, server_default="0"),
    UniqueConstraint("ebook_id", "chapter_number", "version"),
)

# The history of a script: what became of its text, by whom and why. A script that was never changed has no rows.
script_edits = Table(
    "script_edits",
    metadata,
    Column("script_id", ForeignKey("scripts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", state_type(EditKind, "kind"), nullable=False),
    Column("summary", Text, nullable=False),
    Column("member_id", String(40)),
    Column("created_at", Utc, nullable=False),
    # The edit that this one has undone.
    Column("undoes", Integer),
    # The script's JSON after the edit, compressed with zlib; NULL where the text did not change.
    Column("body", LargeBinary),
)

# Recordings of single cues, as somebody noted them at the microphone.
takes = Table(
    "takes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("script_id", ForeignKey("scripts.id"), nullable=False),
    Column("ebook_id", ForeignKey("ebooks.id"), nullable=False),
    Column("chapter_number", Integer, nullable=False),
    Column("cue_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("verdict", state_type(TakeVerdict, "verdict"), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    # What was spoken: a digest of speaker and text, so that a take of words that were changed later is not taken for good.
    Column("spoken_digest", String(16), nullable=False),
    Column("member_id", String(40)),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("script_id", "cue_id", "number"),
    Index(None, "ebook_id", "chapter_number"),
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
