"""Searches the studio's ebooks for autocompletion."""

from dataclasses import dataclass

from storage import Database, ReadTransaction, read_transaction


@dataclass(frozen=True, slots=True)
class EbookCatalog:
    """All ebooks of the studio, for the team. ``PublicProgress.books`` is the counterpart for everybody else."""

    database: Database

    @read_transaction
    async def search(self, tx: ReadTransaction, text: str, limit: int) -> list[tuple[str, str]]:
        """Returns id and title of the newest ebooks whose id or title contains the text, ``limit`` at most."""
        return [(ebook.id, ebook.title) for ebook in await tx.ebooks.search(text, limit)]
