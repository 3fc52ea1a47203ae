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

MAX_TEXT_CHARS: Final = 12_000_000
"""Characters of a whole book. The longest novels have 4 million, and serials that were published online up to 10 million."""

MAX_SECTIONS: Final = 5_000
"""Sections of a book. A Bible with a section for each of its chapters has 1,189."""

MAX_PAGES: Final = 5_000
"""Pages of a PDF."""

MAX_WARNINGS: Final = 100
"""Warnings of one reader. Nobody reads more, and a hostile file could cause one for each of its tags."""

CPU_SECONDS: Final = 10
"""Processor time of one child. The slowest honest books (large PDF and DOCX files) take 3 s."""

READ_SECONDS: Final = 12.0
"""How long a child may take in all. The person must have an answer after 15 s, and a busy machine needs the rest."""

WALL_SECONDS: Final = 14
"""When a child whose parent has died ends by itself."""

SMALL_FILE_BYTES: Final = 4 * MEBIBYTE
"""Two files up to this size are read at the same time; a larger one is read alone. Nearly all novels are smaller."""

# Reading must never take more than 300 MB, however many read at the same time and with what the parent holds: the file and
# the answer. A child with all libraries loaded has 45 MB in use and 60 MB of address space, which is what the kernel limits.
SMALL_MEMORY_BYTES: Final = 100 * MEBIBYTE
"""What a child may use for a small file, above what it has at its start. A DOCX of 670,000 words needs 60 MB."""

LARGE_MEMORY_BYTES: Final = 180 * MEBIBYTE
"""What a child that runs alone may use, above what it has at its start."""

MAX_ANSWER_BYTES: Final = 48 * MEBIBYTE
"""What a child may answer: the longest allowed text in three bytes a character, and its headings."""
