"""Broadcasts after their confirmation: status and report, changing and recalling posts."""

from dataclasses import dataclass

from bot.actor import Actor
from bot.broadcasts.content import validate_post
from bot.broadcasts.drafts import check_seen, refuse_with_second_approver
from bot.broadcasts.post import BroadcastStatus, CountedPosts, Post, compute_fingerprint
from bot.broadcasts.recipients import build_preview
from bot.broadcasts.releases import holds_release, take_back_release
from bot.broadcasts.report import build_csv_report
from bot.broadcasts.scheduled import apply_scheduled_change
from bot.broadcasts.status import get_broadcast, get_status
from bot.broadcasts.stopping import StoppingService
from bot.errors import StateError
from bot.event_names import (
    BROADCAST_EDITED,
    BROADCAST_RECALLED,
    BROADCAST_REPORT_DOWNLOADED,
    BROADCAST_RETRIED,
)
from bot.exports.files import Download
from storage import ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import Broadcast, BroadcastChanges

_SEARCHED = 100
"""How many of the newest broadcasts a search looks through: more than anybody picks from a list."""


class PostsChangedError(StateError):
    """Other posts are in the channels now than the person who confirms has seen counted."""


@dataclass(frozen=True, slots=True)
class BroadcastReport:
    """The CSV file and how many channels it lists."""

    download: Download
    channels: int


@dataclass(frozen=True, slots=True)
class BroadcastService(StoppingService):
    """Reads, stops, changes and recalls confirmed broadcasts."""

    @read_transaction
    async def get_status(self, tx: ReadTransaction, broadcast_id: str) -> BroadcastStatus:
        """How the deliveries of the broadcast are going.

        Raises:
            NotFoundError: there is no such broadcast.
        """
        return await get_status(tx, broadcast_id, self.cards.access)

    @read_transaction
    async def count_posts(self, tx: ReadTransaction, broadcast_id: str) -> CountedPosts:
        """The posts of the broadcast that can be changed or removed.

        Raises:
            NotFoundError: there is no such broadcast.
            StateError: no post is left in any channel.
        """
        ids = await tx.deliveries.list_standing_ids(broadcast_id)
        broadcast = await get_broadcast(tx, broadcast_id)
        if not ids:
            raise _no_posts()
        return CountedPosts(broadcast, tuple(ids))

    @read_transaction
    async def list_recent(self, tx: ReadTransaction, limit: int) -> list[BroadcastStatus]:
        """The newest broadcasts that somebody has submitted, newest first."""
        return [await get_status(tx, broadcast.id) for broadcast in await tx.broadcasts.list_submitted(limit)]

    @read_transaction
    async def search_by_title(self, tx: ReadTransaction, text: str, limit: int) -> list[Broadcast]:
        """Recent submitted broadcasts whose title contains the text, whatever its case; newest first."""
        wanted = text.strip().casefold()
        broadcasts = await tx.broadcasts.list_submitted(_SEARCHED)
        return [broadcast for broadcast in broadcasts if wanted in broadcast.title.casefold()][:limit]

    @write_transaction
    async def export_report(self, tx: WriteTransaction, broadcast_id: str, by: Actor) -> BroadcastReport:
        """Every delivery as CSV. The export is reported as an event.

        Raises:
            NotFoundError: there is no such broadcast.
        """
        broadcast = await get_broadcast(tx, broadcast_id)
        deliveries = await tx.deliveries.list_by_broadcast(broadcast_id)
        data = {"broadcast_id": broadcast_id, "format": "csv"}
        tx.report(BROADCAST_REPORT_DOWNLOADED, data, actor=by, ebook_id=broadcast.ebook_id)
        return BroadcastReport(build_csv_report(broadcast, deliveries), len(deliveries))

    async def retry_failed(self, broadcast_id: str, by: Actor) -> int:
        """What was refused or failed is tried again, in those channels only; returns how many they are.

        Raises:
            NotFoundError: there is no such broadcast.
            StateError: posts of the broadcast are on their way, there is nothing to try again, or the studio requires a
                second approver, whom this text never had.
        """
        count = await self._retry(broadcast_id, by)
        self.wake()
        return count

    async def apply_change(self, draft_id: str, by: Actor, fingerprint: str | None = None) -> tuple[Broadcast, int]:
        """Confirms a draft of ``DraftService.compose_change``: its text replaces that of the posts that have arrived.

        Where the broadcast is still scheduled, it gets the text and the time of the draft. ``fingerprint`` is that of the
        preview that the person has seen, None where no person looks. Returns the changed broadcast, which is ``pending``
        where the change needs a second approver, and how many posts are concerned.

        Raises:
            NotFoundError: there is no such draft or broadcast.
            PostsChangedError: other posts are in the channels now.
            RecipientsChangedError: it is scheduled, and the person has seen another preview.
            TimePassedError: it is scheduled, and the draft's time is over.
            StateError: posts of the broadcast are on their way, the draft was confirmed or discarded already, or the studio
                requires a second approver by now.
        """
        result = await self._apply_change(draft_id, by, fingerprint)
        self.wake()
        return result

    async def recall_posts(self, broadcast_id: str, by: Actor, fingerprint: str | None = None) -> int:
        """The posts that have arrived are being deleted; returns how many they are.

        ``fingerprint`` is that of the posts that the person has seen counted, None where no person looks.

        Raises:
            NotFoundError: there is no such broadcast.
            PostsChangedError: other posts are in the channels now.
            StateError: posts of the broadcast are on their way, or it was never sent.
        """
        count = await self._recall(broadcast_id, by, fingerprint)
        self.wake()
        return count

    @write_transaction
    async def withdraw_release(self, tx: WriteTransaction, broadcast_id: str, by: Actor) -> Broadcast:
        """The script that the broadcast has released is only approved again; returns the broadcast.

        Raises:
            NotFoundError: there is no such broadcast.
            StateError: a post of it is still in a channel, or its script is not released, or was released by another one.
        """
        broadcast = await get_broadcast(tx, broadcast_id)
        if broadcast.state is not BroadcastState.RECALLED:
            raise StateError("A post of this announcement may still be in a channel.", "Recall it first.")
        if not await holds_release(tx, broadcast):
            raise StateError("The chapter is not released by this announcement any more.", "Nothing was changed.")
        await take_back_release(tx, broadcast, by)
        return broadcast

    @write_transaction
    async def _retry(self, tx: WriteTransaction, broadcast_id: str, by: Actor) -> int:
        broadcast = await get_broadcast(tx, broadcast_id)
        await _refuse_unapproved_text(tx, broadcast)
        await _reopen(tx, broadcast, BroadcastChanges())
        count = await tx.deliveries.requeue_failed(broadcast_id)
        if not count:
            raise StateError("Nothing of this announcement was refused.", "There is nothing to try again.")
        _report_requeued(tx, BROADCAST_RETRIED, broadcast, count, by)
        return count

    @write_transaction
    async def _apply_change(
        self, tx: WriteTransaction, draft_id: str, by: Actor, fingerprint: str | None
    ) -> tuple[Broadcast, int]:
        draft = await get_broadcast(tx, draft_id)
        changed = await get_broadcast(tx, draft.change_of or "")
        preview = await build_preview(tx, draft, self.cards.access)
        if preview.scheduled is None:
            await refuse_with_second_approver(tx)
            await _check_counted(tx, changed.id, fingerprint)
        else:
            check_seen(preview, fingerprint, tx.now)
        try:
            await tx.broadcasts.discard(draft_id)
        except StaleStateError:
            raise _not_changeable() from None
        if preview.scheduled is not None:
            return await apply_scheduled_change(tx, preview, preview.scheduled, by), len(preview.targets)
        changes = validate_post(Post.from_broadcast(draft)).as_changes()
        count = await _requeue(tx, changed, DeliveryAction.EDIT, BROADCAST_EDITED, by, changes)
        return changed, count

    @write_transaction
    async def _recall(self, tx: WriteTransaction, broadcast_id: str, by: Actor, fingerprint: str | None) -> int:
        broadcast = await get_broadcast(tx, broadcast_id)
        await _check_counted(tx, broadcast_id, fingerprint)
        return await _requeue(tx, broadcast, DeliveryAction.RECALL, BROADCAST_RECALLED, by, BroadcastChanges())


async def _check_counted(tx: ReadTransaction, broadcast_id: str, fingerprint: str | None) -> None:
    """Whoever changes or removes posts does so to those that they have seen counted."""
    ids = await tx.deliveries.list_standing_ids(broadcast_id)
    if fingerprint is not None and ids and compute_fingerprint(ids) != fingerprint:
        raise PostsChangedError(
            "The posts have changed since they were counted.", "Nothing was changed. Check the new count."
        )


async def _requeue(
    tx: WriteTransaction, broadcast: Broadcast, action: DeliveryAction, event: str, by: Actor, changes: BroadcastChanges
) -> int:
    """Sends the posts that have arrived through the dispatcher again, to be edited or deleted; returns how many."""
    await _reopen(tx, broadcast, changes)
    count = await tx.deliveries.requeue(broadcast.id, action)
    if not count:
        raise _no_posts()
    _report_requeued(tx, event, broadcast, count, by)
    return count


async def _refuse_unapproved_text(tx: WriteTransaction, broadcast: Broadcast) -> None:
    """A chapter released without posting, or an announcement older than the rule, has not been approved by anybody.

    Posts may be removed all the same.
    """
    failed = await tx.deliveries.list_by_broadcast(broadcast.id, DeliveryState.FAILED, DeliveryState.REFUSED)
    if broadcast.approved_by is None and any(each.action is not DeliveryAction.RECALL for each in failed):
        await refuse_with_second_approver(tx, "`/broadcast` announces it with a second person.")


async def _reopen(tx: WriteTransaction, broadcast: Broadcast, changes: BroadcastChanges) -> None:
    if await tx.deliveries.has_open(broadcast.id):  # reopening would revive what a stop has just called off
        raise StateError("Some of its posts are still on their way.", "Wait a moment, then try again.")
    try:
        await tx.broadcasts.reopen(broadcast.id, changes)
    except StaleStateError:
        raise _not_changeable() from None


def _report_requeued(tx: WriteTransaction, event: str, broadcast: Broadcast, count: int, by: Actor) -> None:
    tx.report(event, {"broadcast_id": broadcast.id, "channels": count}, actor=by, ebook_id=broadcast.ebook_id)


def _no_posts() -> StateError:
    return StateError("No post of this announcement is in any channel.", "There is nothing to change or remove.")


def _not_changeable() -> StateError:
    return StateError(
        "This announcement has not been sent yet, or is being sent.", "Wait until it has been sent, or stop it."
    )
