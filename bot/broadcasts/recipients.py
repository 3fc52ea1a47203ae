"""Who would get an announcement, and the moment from which they do."""

from typing import Any

from bot.broadcasts.post import BroadcastPreview
from bot.event_names import BROADCAST_SENT, SCRIPT_RELEASED
from bot.ports import ChannelAccess
from bot.studio_config import load_config
from storage import ReadTransaction, WriteTransaction
from storage.states import Audience, BroadcastState, SubscriptionState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Target

CHANGE_OF = "change_of"
"""In a draft's metadata: the announcement whose posts are to get the draft's text."""


async def previewed(tx: ReadTransaction, broadcast: Broadcast, reach: ChannelAccess) -> BroadcastPreview:
    """The draft with its recipients as they are now, and who is left out and why."""
    config = await load_config(tx)
    if CHANGE_OF in broadcast.metadata:
        arrived = await tx.deliveries.count_sent(str(broadcast.metadata[CHANGE_OF]))
        return BroadcastPreview(broadcast, (), (), changes=arrived)
    wanted = [
        subscription
        for subscription in await tx.subscriptions.active()
        if broadcast.audience is Audience.ALL or subscription.follows(broadcast.ebook_id)
    ]
    paused = await tx.subscriptions.paused()
    targets = [Target.from_subscription(subscription) for subscription in wanted]
    if config.announcement is not None and config.announcement.channel_id not in {t.channel_id for t in targets}:
        targets.append(config.announcement.target)
    reasons = [(target, reach.obstacle(target.guild_id, target.channel_id)) for target in targets]
    left_out = [(target, reason) for target, reason in reasons if reason]
    left_out += [(Target.from_subscription(subscription), "paused") for subscription in paused]
    asking = await tx.subscriptions.in_states(SubscriptionState.PENDING)
    left_out += [(Target.from_subscription(subscription), "waits to be let in") for subscription in asking]
    return BroadcastPreview(
        broadcast,
        tuple(target for target, reason in reasons if not reason),
        tuple(left_out),
        second_approver=config.second_approver,
    )


async def send_out(
    tx: WriteTransaction,
    preview: BroadcastPreview,
    member_id: str | None,
    *,
    approved_by: str | None = None,
    always_report: bool = False,
) -> None:
    """The deliveries of a broadcast that has just become ``sending``, and everything that this means."""
    broadcast = preview.broadcast
    if broadcast.script_id is not None:
        await tx.scripts.release(broadcast.script_id, broadcast.link)
        data = {"script_id": broadcast.script_id, "ebook_id": broadcast.ebook_id, "link": broadcast.link}
        tx.report(SCRIPT_RELEASED, data, member_id=member_id, ebook_id=broadcast.ebook_id)
    await tx.deliveries.add(broadcast.id, preview.targets, broadcast.due_at)
    if preview.targets or always_report:
        sent: dict[str, Any] = {
            "title": broadcast.title,
            "message": broadcast.message,
            "metadata": broadcast.metadata,
            "timestamp": tx.now.isoformat(),
        }
        if approved_by is not None:
            sent["approved_by"] = approved_by
        tx.report(BROADCAST_SENT, sent, member_id=member_id, ebook_id=broadcast.ebook_id)
    if not preview.targets:
        await tx.broadcasts.finish(broadcast.id, BroadcastState.DONE)
