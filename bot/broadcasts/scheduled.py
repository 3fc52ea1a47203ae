"""Changes of a broadcast that is scheduled and has not begun: another text, another time."""

from dataclasses import replace
from datetime import datetime

from bot.actor import Actor
from bot.broadcasts.content import validate_post
from bot.broadcasts.post import BroadcastPreview, Post
from bot.broadcasts.releases import take_back_release
from bot.errors import StateError
from bot.event_names import BROADCAST_AWAITS_APPROVAL, BROADCAST_CHANGED
from storage import StaleStateError, WriteTransaction
from storage.stores.broadcasts import Broadcast


async def apply_scheduled_change(
    tx: WriteTransaction, preview: BroadcastPreview, scheduled: Broadcast, by: Actor
) -> Broadcast:
    """The scheduled broadcast gets the text and the time of the draft in ``preview``; returns it as it is afterwards.

    Where the change needs a second approver, the broadcast waits for one, nothing of it is posted until then, and the release
    of its script is taken back.

    Raises:
        StateError: it has begun in the meantime.
    """
    draft = preview.broadcast
    changes = validate_post(Post.from_broadcast(draft)).as_changes()
    due_at = draft.due_at if preview.needs_second_approver else draft.due_at or tx.now
    changes = replace(changes, due_at=due_at)
    member_id = await tx.members.remember(by)
    try:
        if preview.needs_second_approver:
            await tx.deliveries.remove_unsent(scheduled.id)
            await tx.broadcasts.return_to_approval(scheduled.id, changes, member_id)
        else:
            await tx.deliveries.move_unsent(scheduled.id, due_at or tx.now)
            keep_approval = not has_new_text(draft, scheduled)
            await tx.broadcasts.change_scheduled(scheduled.id, changes, keep_approval=keep_approval)
    except StaleStateError:
        raise StateError(
            "This announcement is being posted.", "Nothing was changed. Edit the posts once they have arrived."
        ) from None
    _report_change(tx, scheduled, draft, due_at, member_id)
    if preview.needs_second_approver:
        await take_back_release(tx, scheduled, by)
        tx.report(BROADCAST_AWAITS_APPROVAL, {"broadcast_id": scheduled.id}, member_id=member_id)
    return await tx.broadcasts.get(scheduled.id)


def has_new_text(draft: Broadcast, scheduled: Broadcast) -> bool:
    """Whether the post would look different."""
    return Post.from_broadcast(draft) != Post.from_broadcast(scheduled)


def _report_change(
    tx: WriteTransaction, scheduled: Broadcast, draft: Broadcast, due_at: datetime | None, member_id: str
) -> None:
    data = {
        "broadcast_id": scheduled.id,
        "title": draft.title,
        "message": draft.message,
        "due_at": due_at.isoformat() if due_at else None,
    }
    tx.report(BROADCAST_CHANGED, data, member_id=member_id, ebook_id=scheduled.ebook_id)
