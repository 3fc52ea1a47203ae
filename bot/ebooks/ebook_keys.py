"""Short keys of books, for custom ids that have no room for a whole id."""

import hashlib
from typing import Final

from storage import ReadTransaction
from storage.stores.ebooks import Ebook

_HASH_PREFIX: Final = "#"
_MAX_PLAIN_ID: Final = 32
"""Characters of an ebook id that a custom id holds as it is. Discord allows a custom id 100; the rest of ours needs 67."""


def shorten_ebook_id(ebook_id: str) -> str:
    """The id itself, or ``#`` and 16 hex characters of its hash if the id is too long or too odd for a custom id."""
    if len(ebook_id) <= _MAX_PLAIN_ID and ebook_id.isprintable() and not ebook_id.startswith(_HASH_PREFIX):
        return ebook_id
    return _HASH_PREFIX + hashlib.sha256(ebook_id.encode()).hexdigest()[:16]


async def find_ebook(tx: ReadTransaction, name: str) -> Ebook | None:
    """The book with this id or title, or with this key by ``shorten_ebook_id``; None where there is none."""
    if name.startswith(_HASH_PREFIX):
        name = next((ebook_id for ebook_id in await tx.ebooks.get_titles() if shorten_ebook_id(ebook_id) == name), name)
    return await tx.ebooks.find(name)
