"""What the full-text search looks through. The index on it is each database's own, made by migration 0010."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from storage.tables.metadata import metadata

# The words of a script, a chapter's text or a book's title, as storage/search_text.py prepares them. A long text has several
# parts. A script has an id, a chapter's text only a book and a number, and a book no number.
search_documents = Table(
    "search_documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("script_id", String(40), index=True),
    Column("ebook_id", String(100), nullable=False),
    Column("chapter_number", Integer),
    Column("heading", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "ebook_id", "chapter_number"),
)
