"""From a draft to deliveries. Nothing goes out without a preview, a count and a confirmation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.actor import Person
from bot.broadcasts.content import NEW_LORE, NEW_LORE_MESSAGE, checked, shortened
from bot.broadcasts.post import MAX_HOOK, MAX_TITLE, Account, BroadcastCard, Notices, Post, Preview, Reach
from bot.broadcasts.recipients import CHANGE_OF, previewed, send_out
from bot.broadcasts.status import account, existing
from bot.errors import DeliveryError, ForbiddenError, NotFoundError, StateError
from bot.event_names import BROADCAST_ASKED, BROADCAST_CANCELLED, BROADCAST_EDITED, BROADCAST_RECALLED, REPORTED
from bot.studio_config import load_config
from storage import Database, Reading, StaleStateError, Writing
from storage.states import BroadcastState, DeliveryAct, ScriptState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Delivery
from storage.stores.scripts import StoredScript

T = TypeVar("T")
_LATE = "This announcement has already been confirmed or discarded."


@dataclass(slots=True)
class Broadcasting:
    """Composes, confirms, edits, recalls; the dispatcher does it. ``wake`` tells it that there is work."""

    database: Database
    reach: Reach
    card: BroadcastCard
    notices: Notices
    wake: Callable[[], None]

    async def compose(
        self, post: Post, by: Person | None, *, ebook_id: str | None = None, script_id: str | None = None
    ) -> Broadcast:
        """A draft; ``InputError`` for what Discord would not take."""
        values = checked(post)
        metadata = {"ebookId": ebook_id, "scriptId": script_id}

        async def work(writing: Writing) -> Broadcast:
            return await writing.broadcasts.add(
                **values,
                ebook_id=ebook_id,
                script_id=script_id,
                author_id=await _member(writing, by),
                metadata={key: value for key, value in metadata.items() if value is not None},
            )

        return await self.database.write(work)

    async def compose_release(self, script_id: str, link: str, by: Person) -> Broadcast:
        """The announcement of an approved script; ``StateError`` for one that is not approved."""
        async with self.database.read() as reading:
            stored = await _script(reading, script_id)
            ebook = await reading.ebooks.find(stored.ebook_id)
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

        async def work(writing: Writing) -> Broadcast:
            return await writing.broadcasts.edit(broadcast_id, **values)

        return await self._unless_late(work)

    async def preview(self, broadcast_id: str) -> Preview:
        """The draft with its recipients as they are now."""
        async with self.database.read() as reading:
            broadcast = await existing(reading, broadcast_id)
            return await previewed(reading, broadcast, self.reach)

    async def confirm(self, broadcast_id: str, by: Person | None) -> Preview:
        """Confirmed. ``preview.broadcast.state`` says whether it is ``sending`` or waits for a second approver (``pending``).

        Deliveries, the released script and ``Broadcast sent`` come into being in one transaction.
        """

        async def work(writing: Writing) -> Preview:
            config = await load_config(writing)
            member_id = await _member(writing, by)
            preview = await previewed(writing, await existing(writing, broadcast_id), self.reach)
            if config.second_approver and preview.targets:
                await writing.broadcasts.ask_approval(broadcast_id, member_id)
                writing.report(BROADCAST_ASKED, {"broadcast_id": broadcast_id}, member_id=member_id)
            else:
                await writing.broadcasts.confirm(broadcast_id, member_id)
                await send_out(writing, preview, member_id)
            return replace(preview, broadcast=await existing(writing, broadcast_id))

        preview = await self._unless_late(work)
        self.wake()
        return preview

    async def approve(self, broadcast_id: str, by: Person) -> Preview:
        """The second of two people confirms; ``ForbiddenError`` when it is the first one again."""

        async def work(writing: Writing) -> Preview:
            broadcast = await existing(writing, broadcast_id)
            member_id = await writing.members.remember(by.discord_id, by.name)
            if member_id in {broadcast.confirmed_by, broadcast.author_id} and broadcast.state is BroadcastState.PENDING:
                raise ForbiddenError("You cannot approve your own announcement.", "Another member of the team has to.")
            await writing.broadcasts.approve(broadcast_id, member_id)
            preview = await previewed(writing, broadcast, self.reach)
            await send_out(writing, preview, broadcast.confirmed_by, approved_by=member_id)
            return replace(preview, broadcast=await existing(writing, broadcast_id))

        preview = await self._unless_late(work)
        self.wake()
        return preview

    async def announce(self, post: Post, metadata: dict[str, Any]) -> str:
        """Composed and confirmed at once by a program; returns the broadcast's id."""
        values = checked(post)

        async def work(writing: Writing) -> str:
            broadcast = await writing.broadcasts.add(**values, metadata=metadata)
            preview = await previewed(writing, broadcast, self.reach)
            await writing.broadcasts.confirm(broadcast.id, None)
            await send_out(writing, preview, None, always_report=True)
            return broadcast.id

        broadcast_id = await self.database.write(work)
        self.wake()
        return broadcast_id

    async def discard(self, broadcast_id: str) -> None:
        """The draft is gone; ``StateError`` when it is none any more."""

        async def work(writing: Writing) -> None:
            await writing.broadcasts.discard(broadcast_id)

        await self._unless_late(work)

    async def stop(self, broadcast_id: str, by: Person | None) -> int:
        """How many posts will not be sent any more; ``StateError`` when it is not being sent."""

        async def work(writing: Writing) -> int:
            broadcast = await existing(writing, broadcast_id)
            if broadcast.state is not BroadcastState.SENDING:
                raise StateError("This announcement is not being sent.", "There is nothing to stop.")
            return await _stop(writing, broadcast, await _member(writing, by))

        stopped = await self.database.write(work)
        await self.refresh_card(broadcast_id)
        self.wake()
        return stopped

    async def stop_all(self, by: Person) -> tuple[int, int]:
        """How many announcements were stopped, and how many posts will not be sent because of it."""

        async def work(writing: Writing) -> tuple[list[str], int]:
            member_id = await writing.members.remember(by.discord_id, by.name)
            sending = await writing.broadcasts.in_states(BroadcastState.SENDING, limit=1000)
            stopped = sum([await _stop(writing, broadcast, member_id) for broadcast in sending])
            return [broadcast.id for broadcast in sending], stopped

        ids, stopped = await self.database.write(work)
        for broadcast_id in ids:
            await self.refresh_card(broadcast_id)
        self.wake()
        return len(ids), stopped

    async def compose_change(self, broadcast_id: str, post: Post, by: Person) -> Broadcast:
        """A draft that holds a new text for posts that have arrived; ``change`` confirms it."""
        values = checked(post)

        async def work(writing: Writing) -> Broadcast:
            if (await load_config(writing)).second_approver:
                raise StateError(
                    "This studio wants two people behind every text.", "Recall the posts and announce the new one."
                )
            known = await existing(writing, broadcast_id)
            member_id = await writing.members.remember(by.discord_id, by.name)
            metadata = {CHANGE_OF: broadcast_id}
            return await writing.broadcasts.add(
                **values, ebook_id=known.ebook_id, author_id=member_id, metadata=metadata
            )

        return await self.database.write(work)

    async def change(self, draft_id: str, by: Person) -> tuple[str, int]:
        """Confirmed: the id of the announcement whose posts are being changed, and how many they are."""
        async with self.database.read() as reading:
            draft = await existing(reading, draft_id)
        changed = str(draft.metadata.get(CHANGE_OF, ""))
        values = checked(Post.of(draft))
        return changed, await self._again(changed, DeliveryAct.EDIT, BROADCAST_EDITED, by, values, draft_id)

    async def recall(self, broadcast_id: str, by: Person) -> int:
        """How many posts that have arrived are being removed."""
        return await self._again(broadcast_id, DeliveryAct.RECALL, BROADCAST_RECALLED, by, {})

    async def account(self, broadcast_id: str) -> Account:
        """How it went so far, with everything that did not arrive."""
        async with self.database.read() as reading:
            return await account(reading, broadcast_id)

    async def report(self, broadcast_id: str, by: Person) -> tuple[Account, list[Delivery]]:
        """The account with every delivery; that it was taken is an event."""

        async def work(writing: Writing) -> tuple[Account, list[Delivery]]:
            found = await account(writing, broadcast_id)
            member_id = await writing.members.remember(by.discord_id, by.name)
            data = {"broadcast_id": broadcast_id, "format": "csv"}
            writing.report(REPORTED, data, member_id=member_id, ebook_id=found.broadcast.ebook_id)
            return found, await writing.deliveries.of_broadcast(broadcast_id)

        return await self.database.write(work)

    async def refresh_card(self, broadcast_id: str) -> None:
        """The broadcast's card shows where it stands now."""
        await self.card.show(await self.account(broadcast_id))

    async def open_card(self, broadcast_id: str, channel_id: int) -> None:
        """Posts the broadcast's card in this channel; where Discord does not answer, the dispatcher sees to it later."""
        await self.place_card(broadcast_id, channel_id, None)
        try:
            message_id = await self.card.post(await self.account(broadcast_id), channel_id)
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

        async def work(writing: Writing) -> None:
            await writing.broadcasts.set_card(broadcast_id, channel_id, message_id)

        await self.database.write(work)

    async def _again(
        self,
        broadcast_id: str,
        act: DeliveryAct,
        event: str,
        by: Person,
        values: dict[str, str],
        draft_id: str | None = None,
    ) -> int:
        async def work(writing: Writing) -> int:
            broadcast = await existing(writing, broadcast_id)
            if draft_id is not None:
                await writing.broadcasts.discard(draft_id)
            member_id = await writing.members.remember(by.discord_id, by.name)
            if await writing.deliveries.posting(broadcast_id):  # reopened, it would be wanted again
                raise StateError("Some of its posts are still on their way.", "Wait a moment, then try again.")
            await writing.broadcasts.reopen(broadcast_id, **values)
            count = await writing.deliveries.again(broadcast_id, act)
            data = {"broadcast_id": broadcast_id, "channels": count}
            writing.report(event, data, member_id=member_id, ebook_id=broadcast.ebook_id)
            return count

        try:
            count = await self.database.write(work)
        except StaleStateError:
            raise StateError(
                "This announcement has not been sent yet, or is being sent.", "Wait or stop it first."
            ) from None
        self.wake()
        return count

    async def _unless_late(self, work: Callable[[Writing], Awaitable[T]]) -> T:
        try:
            return await self.database.write(work)
        except StaleStateError:
            raise StateError(_LATE, "Nothing was done by this press.") from None


async def _stop(writing: Writing, broadcast: Broadcast, member_id: str | None) -> int:
    stopped = await writing.deliveries.cancel_waiting(broadcast.id)
    await writing.broadcasts.finish(broadcast.id, BroadcastState.CANCELLED)
    data = {"broadcast_id": broadcast.id, "channels": stopped}
    writing.report(BROADCAST_CANCELLED, data, member_id=member_id, ebook_id=broadcast.ebook_id)
    return stopped


async def _member(writing: Writing, by: Person | None) -> str | None:
    return await writing.members.remember(by.discord_id, by.name) if by else None


async def _script(reading: Reading, script_id: str) -> StoredScript:
    try:
        return await reading.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
