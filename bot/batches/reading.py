"""Batches from the database, as the services and the cards need them."""

from bot.batches.batch_view import BatchView
from bot.errors import NotFoundError
from storage import ReadTransaction
from storage.stores.batches import Batch


async def read_batch(tx: ReadTransaction, batch_id: str) -> Batch:
    """The batch.

    Raises:
        NotFoundError: there is no such batch.
    """
    try:
        return await tx.batches.get(batch_id)
    except KeyError:
        raise NotFoundError("This batch is no longer known here.", "`/batch list` shows the batches.") from None


async def read_batch_view(tx: ReadTransaction, batch: Batch) -> BatchView:
    """The view of a batch, from what is stored."""
    ebook = await tx.ebooks.find(batch.ebook_id)
    discord_ids = await tx.members.get_discord_ids([batch.member_id] if batch.member_id else [])
    return BatchView(
        batch=batch,
        ebook_title=ebook.title if ebook else batch.ebook_id,
        chapters=tuple(await tx.batches.list_chapters(batch.id)),
        now=tx.now,
        starter_id=discord_ids.get(batch.member_id or ""),
        unknown_micros=await tx.charges.sum_costs(batch_id=batch.id, only_unknown=True),
    )
