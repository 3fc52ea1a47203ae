"""From a draft to deliveries. Nothing goes out without a preview, a count and a confirmation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.actor import Actor
from bot.broadcasts.content import NEW_LORE, NEW_LORE_MESSAGE, checked, shortened
from bot.broadcasts.post import MAX_HOOK, MAX_TITLE, BroadcastPreview, BroadcastStatus, Post
from bot.broadcasts.recipients import CHANGE_OF, previewed, send_out
from bot.broadcasts.status import account, existing
from bot.errors import DeliveryError, ForbiddenError, NotFoundError, StateError
from bot.event_names import (
    BROADCAST_AWAITS_APPROVAL,
    BROADCAST_CANCELLED,
    BROADCAST_EDITED,
    BROADCAST_RECALLED,
    BROADCAST_REPORT_DOWNLOADED,
)
from bot.ports import BroadcastCards, ChannelAccess, Notices
from bot.studio_config import load_config
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction
from storage.states import BroadcastState, DeliveryAction, ScriptState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Delivery
from storage.stores.scripts import StoredScript

T = TypeVar("T")
_LATE = "This announcement has already been confirmed or discarded."


@dataclass(slots=True)
class BroadcastService:
    """Composes, confirms, edits, recalls; the dispatcher does it. ``wake`` tells it that there is work."""

    database: Database
    reach: ChannelAccess
    card: BroadcastCards
    notices: Notices
    wake: Callable[[], None]

    async def compose(
        self, post: Post, by: Actor | None, *, ebook_id: str | None = None, script_id: str | None = None
    ) -> Broadcast:
        """A draft; ``InputError`` for what Discord would not take."""
        values = checked(post)
        metadata = {"ebookId": ebook_id, "scriptId": script_id}

        async def work(tx: WriteTransaction) -> Broadcast:
            return await tx.broadcasts.add(
                **values,
                ebook_id=ebook_id,
                script_id=script_id,
                author_id=await _member(tx, by),
                metadata={key: value for key, value in metadata.items() if value is not None},
            )

        return await self.database.write(work)

    async def compose_release(self, script_id: str, link: str, by: Actor) -> Broadcast:
        """The announcement of an approved script; ``StateError`` for one that is not approved."""
        async with self.database.read() as tx:
            stored = await _script(tx, script_id)
            ebook = await tx.ebooks.find(stored.ebook_id)
        if stored.state is ScriptState.RELEASED:
            raise StateError(
                "This script has already been released.", "`/broadcast` announces something more about it."
            )
        if stored.state is ScriptState.DRAFT:
            raise StateError("This script is still a draft.", "Approve it first.")
        title = shortened(NEW_LORE.format(title=stored.title), MAX_TITLE)
        link = link or stored.link or (ebook.link if ebook else "")
        post = Post(title, NEW_LORE_MESSAGE, stored.hook[:MAX_HOOK], link)
        return await self.compose(post, by, ebook_id=stored.ebook_id, script_id=script_id)

    async def edit_draft(self, broadcast_id: str, post: Post) -> Broadcast:
        """Changes a draft's post."""
        return await self.set_draft(broadcast_id, **checked(post))

    async def set_draft(self, broadcast_id: str, **values: Any) -> Broadcast:  # noqa: ANN401 - columns of the table
        """Changes a draft: its audience, its time, its pings."""

        async def work(tx: WriteTransaction) -> Broadcast:
            return await tx.broadcasts.edit(broadcast_id, **values)

        return await self._unless_late(work)

    async def preview(self, broadcast_id: str) -> BroadcastPreview:
        """The draft with its recipients as they are now."""
        async with self.database.read() as tx:
            broadcast = await existing(tx, broadcast_id)
            return await previewed(tx, broadcast, self.reach)

    async def confirm(self, broadcast_id: str, by: Actor | None) -> BroadcastPreview:
        """Confirmed. ``preview.broadcast.state`` says whether it is ``sending`` or waits for a second approver (``pending``).

        Deliveries, the released script and ``Broadcast sent`` come into being in one transaction.
        """

        async def work(tx: WriteTransaction) -> BroadcastPreview:
            config = await load_config(tx)
            member_id = await _member(tx, by)
            preview = await previewed(tx, await existing(tx, broadcast_id), self.reach)
            if config.second_approver and preview.targets:
                await tx.broadcasts.ask_approval(broadcast_id, member_id)
                tx.report(BROADCAST_AWAITS_APPROVAL, {"broadcast_id": broadcast_id}, member_id=member_id)
            else:
                await tx.broadcasts.confirm(broadcast_id, member_id)
                await send_out(tx, preview, member_id)
            return replace(preview, broadcast=await existing(tx, broadcast_id))

        preview = await self._unless_late(work)
        self.wake()
        return preview

    async def approve(self, broadcast_id: str, by: Actor) -> BroadcastPreview:
        """The second of two people confirms; ``ForbiddenError`` when it is the first one again."""

        async def work(tx: WriteTransaction) -> BroadcastPreview:
            broadcast = await existing(tx, broadcast_id)
            member_id = await tx.members.remember(by)
            if member_id in {broadcast.confirmed_by, broadcast.author_id} and broadcast.state is BroadcastState.PENDING:
                raise ForbiddenError("You cannot approve your own announcement.", "Another member of the team has to.")
            await tx.broadcasts.approve(broadcast_id, member_id)
            preview = await previewed(tx, broadcast, self.reach)
            await send_out(tx, preview, broadcast.confirmed_by, approved_by=member_id)
            return replace(preview, broadcast=await existing(tx, broadcast_id))

        preview = await self._unless_late(work)
        self.wake()
        return preview

    async def announce(self, post: Post, metadata: dict[str, Any]) -> str:
        """Composed and confirmed at once by a program; returns the broadcast's id."""
        values = checked(post)

        async def work(tx: WriteTransaction) -> str:
            broadcast = await tx.broadcasts.add(**values, metadata=metadata)
            preview = await previewed(tx, broadcast, self.reach)
            await tx.broadcasts.confirm(broadcast.id, None)
            await send_out(tx, preview, None, always_report=True)
            return broadcast.id

        broadcast_id = await self.database.write(work)
        self.wake()
        return broadcast_id

    async def discard(self, broadcast_id: str) -> None:
        """The draft is gone; ``StateError`` when it is none any more."""

        async def work(tx: WriteTransaction) -> None:
            await tx.broadcasts.discard(broadcast_id)

        await self._unless_late(work)

    async def stop(self, broadcast_id: str, by: Actor | None) -> int:
        """How many posts will not be sent any more; ``StateError`` when it is not being sent."""

        async def work(tx: WriteTransaction) -> int:
            broadcast = await existing(tx, broadcast_id)
            if broadcast.state is not BroadcastState.SENDING:
                raise StateError("This announcement is not being sent.", "There is nothing to stop.")
            return await _stop(tx, broadcast, await _member(tx, by))

        stopped = await self.database.write(work)
        await self.refresh_card(broadcast_id)
        self.wake()
        return stopped

    async def stop_all(self, by: Actor) -> tuple[int, int]:
        """How many announcements were stopped, and how many posts will not be sent because of it."""

        async def work(tx: WriteTransaction) -> tuple[list[str], int]:
            member_id = await tx.members.remember(by)
            sending = await tx.broadcasts.in_states(BroadcastState.SENDING, limit=1000)
            stopped = sum([await _stop(tx, broadcast, member_id) for broadcast in sending])
            return [broadcast.id for broadcast in sending], stopped

        ids, stopped = await self.database.write(work)
        for broadcast_id in ids:
            await self.refresh_card(broadcast_id)
        self.wake()
        return len(ids), stopped

    async def compose_change(self, broadcast_id: str, post: Post, by: Actor) -> Broadcast:
        """A draft that holds a new text for posts that have arrived; ``change`` confirms it."""
        values = checked(post)

        async def work(tx: WriteTransaction) -> Broadcast:
            if (await load_config(tx)).second_approver:
                raise StateError(
                    "This studio wants two people behind every text.", "Recall the posts and announce the new one."
                )
            known = await existing(tx, broadcast_id)
            member_id = await tx.members.remember(by)
            metadata = {CHANGE_OF: broadcast_id}
            return await tx.broadcasts.add(**values, ebook_id=known.ebook_id, author_id=member_id, metadata=metadata)

        return await self.database.write(work)

    async def change(self, draft_id: str, by: Actor) -> tuple[str, int]:
        """Confirmed: the id of the announcement whose posts are being changed, and how many they are."""
        async with self.database.read() as tx:
            draft = await existing(tx, draft_id)
        changed = str(draft.metadata.get(CHANGE_OF, ""))
        values = checked(Post.of(draft))
        return changed, await self._again(changed, DeliveryAction.EDIT, BROADCAST_EDITED, by, values, draft_id)

    async def recall(self, broadcast_id: str, by: Actor) -> int:
        """How many posts that have arrived are being removed."""
        return await self._again(broadcast_id, DeliveryAction.RECALL, BROADCAST_RECALLED, by, {})

    async def account(self, broadcast_id: str) -> BroadcastStatus:
        """How it went so far, with everything that did not arrive."""
        async with self.database.read() as tx:
            return await account(tx, broadcast_id)

    async def report(self, broadcast_id: str, by: Actor) -> tuple[BroadcastStatus, list[Delivery]]:
        """The account with every delivery; that it was taken is an event."""

        async def work(tx: WriteTransaction) -> tuple[BroadcastStatus, list[Delivery]]:
            found = await account(tx, broadcast_id)
            member_id = await tx.members.remember(by)
            data = {"broadcast_id": broadcast_id, "format": "csv"}
            tx.report(BROADCAST_REPORT_DOWNLOADED, data, member_id=member_id, ebook_id=found.broadcast.ebook_id)
            return found, await tx.deliveries.of_broadcast(broadcast_id)

        return await self.database.write(work)

    async def refresh_card(self, broadcast_id: str) -> None:
        """The broadcast's card shows where it stands now."""
        await self.card.update_card(await self.account(broadcast_id))

    async def open_card(self, broadcast_id: str, channel_id: int) -> None:
        """Posts the broadcast's card in this channel; where Discord does not answer, the dispatcher sees to it later."""
        await self.place_card(broadcast_id, channel_id, None)
        try:
            message_id = await self.card.post_card(await self.account(broadcast_id), channel_id)
        except DeliveryError:
            await self.place_card(broadcast_id, None, None)
            raise
        except TimeoutError:  # the next look finds it, or posts it, if Discord is well again
            await self.refresh_card(broadcast_id)
            return
        await self.place_card(broadcast_id, channel_id, message_id)
        await self.refresh_card(broadcast_id)  # it may have ended meanwhile

    async def place_card(self, broadcast_id: str, channel_id: int | None, message_id: int | None) -> None:
        """The broadcast is shown in this message from now on; a channel alone: it is to be shown there."""

        async def work(tx: WriteTransaction) -> None:
            await tx.broadcasts.set_card(broadcast_id, channel_id, message_id)

        await self.database.write(work)

    async def _again(
        self,
        broadcast_id: str,
        act: DeliveryAction,
        event: str,
        by: Actor,
        values: dict[str, str],
        draft_id: str | None = None,
    ) -> int:
        async def work(tx: WriteTransaction) -> int:
            broadcast = await existing(tx, broadcast_id)
            if draft_id is not None:
                await tx.broadcasts.discard(draft_id)
            member_id = await tx.members.remember(by)
            if await tx.deliveries.posting(broadcast_id):  # reopened, it would be wanted again
                raise StateError("Some of its posts are still on their way.", "Wait a moment, then try again.")
            await tx.broadcasts.reopen(broadcast_id, **values)
            count = await tx.deliveries.requeue(broadcast_id, act)
            data = {"broadcast_id": broadcast_id, "channels": count}
            tx.report(event, data, member_id=member_id, ebook_id=broadcast.ebook_id)
            return count

        try:
            count = await self.database.write(work)
        except StaleStateError:
            raise StateError(
                "This announcement has not been sent yet, or is being sent.", "Wait or stop it first."
            ) from None
        self.wake()
        return count

    async def _unless_late(self, work: Callable[[WriteTransaction], Awaitable[T]]) -> T:
        try:
            return await self.database.write(work)
        except StaleStateError:
            raise StateError(_LATE, "Nothing was done by this press.") from None


async def _stop(tx: WriteTransaction, broadcast: Broadcast, member_id: str | None) -> int:
    stopped = await tx.deliveries.cancel_waiting(broadcast.id)
    await tx.broadcasts.finish(broadcast.id, BroadcastState.CANCELLED)
    data = {"broadcast_id": broadcast.id, "channels": stopped}
    tx.report(BROADCAST_CANCELLED, data, member_id=member_id, ebook_id=broadcast.ebook_id)
    return stopped


async def _member(tx: WriteTransaction, by: Actor | None) -> str | None:
    return await tx.members.remember(by) if by else None


async def _script(tx: ReadTransaction, script_id: str) -> StoredScript:
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
