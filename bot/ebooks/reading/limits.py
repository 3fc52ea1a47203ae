"""What a book's file may contain and what reading it may cost. Every reader obeys these limits."""

from typing import Final

MEBIBYTE: Final = 1024 * 1024

MAX_ENTRIES: Final = 5_000
"""Files in a ZIP archive (EPUB, DOCX). The largest published books have about 1,500, most of them pictures."""

MAX_UNPACKED_BYTES: Final = 200 * MEBIBYTE
"""All files of an archive together, unpacked. Pictures hardly shrink when packed, so an honest book stays near its own size."""

MAX_ENTRY_BYTES: Final = 32 * MEBIBYTE
"""One file of an archive when a reader asks for it. "War and Peace" as one document has 4 MB of XHTML."""

MAX_RATIO: Final = 150
"""How many times larger than packed one file may be unpacked. Prose reaches 4, repetitive markup 30, a bomb 1,000."""

LEAST_BOMB_BYTES: Final = 4 * MEBIBYTE
"""Smaller files may have any ratio: an empty page or a plain picture can shrink a lot and does no harm."""

MAX_DEPTH: Final = 256
"""Levels of nested elements. Real books have below 60; Python's and lxml's own recursion ends near 1,000."""

MAX_TEXT_CHARS: Final = 20_000_000
"""Characters of a book's whole text: five times the longest novels that were ever printed."""

MAX_SECTIONS: Final = 5_000
"""Sections of a book. A Bible with a section for each of its chapters has 1,189."""

MAX_PAGES: Final = 5_000
"""Pages of a PDF."""

MAX_WARNINGS: Final = 100
"""Warnings of one reader. Nobody reads more, and a hostile file could cause one for each of its tags."""
