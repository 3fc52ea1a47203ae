"""Which channels would get a broadcast, and the step that creates its deliveries."""

from typing import Any

from bot.broadcasts.outcomes import record_refusal
from bot.broadcasts.post import BroadcastPreview
from bot.broadcasts.scheduled import has_new_text
from bot.errors import StateError
from bot.event_names import BROADCAST_SENT, SCRIPT_RELEASED
from bot.ports import ChannelAccess
from bot.scripts.models import WriterKind
from bot.servers.obstacles import find_obstacles
from bot.studio_config import StudioConfig, load_config
from storage import ReadTransaction, StaleStateError, WriteTransaction
from storage.states import Audience, BroadcastState, DeliveryState, SubscriptionState
from storage.stores.broadcasts import Broadcast
from storage.stores.delivery_values import Target


async def build_preview(tx: ReadTransaction, broadcast: Broadcast, access: ChannelAccess) -> BroadcastPreview:
    """The draft with the channels that would get it now, and those that are left out with the reason."""
    config = await load_config(tx)
    if broadcast.change_of is not None:
        return await _preview_change(tx, broadcast, broadcast.change_of, config)
    audience = [
        subscription
        for subscription in await tx.subscriptions.list_in_states(SubscriptionState.ACTIVE)
        if broadcast.audience is Audience.ALL or subscription.follows(broadcast.ebook_id)
    ]
    paused = await tx.subscriptions.list_in_states(SubscriptionState.PAUSED)
    pending = await tx.subscriptions.list_in_states(SubscriptionState.PENDING)
    targets = [Target.from_subscription(subscription) for subscription in audience]
    # The studio's own channel may be subscribed as well; a channel must not get two posts.
    if config.announcement is not None and config.announcement.channel_id not in {t.channel_id for t in targets}:
        targets.append(config.announcement.target)
    found = await find_obstacles(tx, access, [(target.guild_id, target.channel_id) for target in targets])
    obstacles = [(target, found[target.guild_id, target.channel_id]) for target in targets]
    unreachable = [(target, obstacle) for target, obstacle in obstacles if obstacle]
    left_out = list(unreachable)
    left_out += [(Target.from_subscription(subscription), "paused") for subscription in paused]
    left_out += [(Target.from_subscription(subscription), "not admitted yet") for subscription in pending]
    return BroadcastPreview(
        broadcast,
        tuple(target for target, obstacle in obstacles if not obstacle),
        tuple(left_out),
        needs_second_approver=config.second_approver,
        unreachable=tuple(unreachable),
        is_template=await _is_template(tx, broadcast.script_id),
    )


async def _preview_change(
    tx: ReadTransaction, draft: Broadcast, changed_id: str, config: StudioConfig
) -> BroadcastPreview:
    """The preview of a draft that changes posts that have arrived, or a broadcast that is still scheduled."""
    changed = await tx.broadcasts.get(changed_id)
    if not changed.is_scheduled_at(tx.now):
        posts = await tx.deliveries.list_standing_ids(changed_id)
        return BroadcastPreview(draft, (), (), changed_posts=tuple(posts))
    waiting = await tx.deliveries.list_by_broadcast(changed_id, DeliveryState.READY)
    must_be_approved = has_new_text(draft, changed) or changed.approved_by is None
    return BroadcastPreview(
        draft,
        tuple(Target.from_delivery(delivery) for delivery in waiting),
        (),
        needs_second_approver=config.second_approver and must_be_approved,
        scheduled=changed,
    )


async def _is_template(tx: ReadTransaction, script_id: str | None) -> bool:
    return script_id is not None and (await tx.scripts.get(script_id)).writer == WriterKind.TEMPLATE


async def start_sending(
    tx: WriteTransaction,
    preview: BroadcastPreview,
    member_id: str | None,
    *,
    approved_by: str | None = None,
    always_report: bool = False,
) -> None:
    """Creates the deliveries of a broadcast that has just become ``sending``, releases its script and reports both.

    A broadcast without targets is done at once, and ``Broadcast sent`` is then reported only where ``always_report`` is set.
    A subscribed channel that is closed to the bot gets a refused delivery and counts as a refusal of its subscription.

    One that is approved again counts no refusal a second time.

    Raises:
        StateError: its script is no longer approved, or has already been released.
    """
    broadcast = preview.broadcast
    if broadcast.script_id is not None:
        try:
            await tx.scripts.release(broadcast.script_id, broadcast.link)
        except StaleStateError:
            raise StateError(
                "The script of this announcement is no longer approved, or has already been released.",
                "Nothing was posted.",
            ) from None
        released = {"script_id": broadcast.script_id, "ebook_id": broadcast.ebook_id, "link": broadcast.link}
        tx.report(SCRIPT_RELEASED, released, member_id=member_id, ebook_id=broadcast.ebook_id)
    await tx.deliveries.add(broadcast.id, preview.targets, broadcast.due_at)
    await tx.deliveries.add_refused(broadcast.id, preview.unreachable)
    refused = preview.unreachable if broadcast.confirmed_at is None else ()
    for target, why in refused:
        if target.subscription_id is not None:
            await record_refusal(tx, target.subscription_id, why)
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
