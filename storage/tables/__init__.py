"""Every table, once. Moments are UTC; money is whole micro-dollars; documents are JSON text as it was written."""

from storage.tables.affiliates import boards, broadcasts, deliveries, shares, subscriptions
from storage.tables.books import cast_members, chapters, ebooks, lexicon_words, synopses
from storage.tables.events import chain_head, events, imports, key_values
from storage.tables.metadata import metadata
from storage.tables.people import members, sessions, visits
from storage.tables.processes import (
    known_channels,
    known_guilds,
    processes,
    rate_limits,
    server_notices,
    turns,
)
from storage.tables.scripts import batches, charges, documents, grant_logs, runs, script_edits, scripts, takes
from storage.tables.search import search_documents

__all__ = [
    "batches",
    "boards",
    "broadcasts",
    "cast_members",
    "chain_head",
    "chapters",
    "charges",
    "deliveries",
    "documents",
    "ebooks",
    "events",
    "grant_logs",
    "imports",
    "key_values",
    "known_channels",
    "known_guilds",
    "lexicon_words",
    "members",
    "metadata",
    "processes",
    "rate_limits",
    "runs",
    "script_edits",
    "scripts",
    "search_documents",
    "server_notices",
    "sessions",
    "shares",
    "subscriptions",
    "synopses",
    "takes",
    "turns",
    "visits",
]
