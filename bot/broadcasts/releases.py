"""The release that a broadcast has announced, and taking it back."""

from bot.actor import Actor
from bot.event_names import SCRIPT_RELEASE_CANCELLED
from storage import ReadTransaction, WriteTransaction
from storage.states import ScriptState
from storage.stores.broadcasts import Broadcast


async def holds_release(tx: ReadTransaction, broadcast: Broadcast) -> bool:
    """Whether a script is released and this broadcast was the one that released it."""
    if broadcast.script_id is None or (await tx.scripts.get(broadcast.script_id)).state is not ScriptState.RELEASED:
        return False
    return await tx.broadcasts.find_newest_release(broadcast.script_id) == broadcast.id


async def take_back_release(tx: WriteTransaction, broadcast: Broadcast, by: Actor) -> None:
    """``released → approved`` for the script of the broadcast, with its event; nothing where it has none that is released."""
    if broadcast.script_id is not None and await tx.scripts.cancel_release(broadcast.script_id):
        data = {"script_id": broadcast.script_id, "ebook_id": broadcast.ebook_id}
        tx.report(SCRIPT_RELEASE_CANCELLED, data, actor=by, ebook_id=broadcast.ebook_id)
