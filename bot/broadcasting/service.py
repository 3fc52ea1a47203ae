"""From a draft to deliveries. Nothing goes out without a preview, a count and a confirmation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.broadcasting.post import (
    MAX_HOOK,
    MAX_MESSAGE,
    MAX_TITLE,
    NEW_LORE,
    NEW_LORE_MESSAGE,
    Account,
    BroadcastCard,
    Post,
    Preview,
    Reach,
    checked_link,
)
from bot.errors import InputError, NotFoundError, StateError
from bot.events import BROADCAST_FINISHED, BROADCAST_SENT, SCRIPT_RELEASED, SHARED
from bot.people import Person
from storage import Database, Reading, StaleStateError, Writing
from storage.broadcasts import Broadcast
from storage.scripts import StoredScript
from storage.states import BroadcastState, DeliveryState, ScriptState
from storage.subscriptions import Subscription

_LATE = "This announcement has already been confirmed or discarded."


@dataclass(slots=True)
class Broadcasting:
    """Composes and confirms; the dispatcher sends. ``wake`` tells it that there is work."""

    database: Database
    reach: Reach
    card: BroadcastCard
    wake: Callable[[], None]

    async def compose(
        self, post: Post, by: Person | None, *, ebook_id: str | None = None, script_id: str | None = None
    ) -> Broadcast:
        """A draft; ``InputError`` for what Discord would not take."""
        values = checked(post)

        async def work(writing: Writing) -> Broadcast:
            author = await writing.members.remember(by.discord_id, by.name) if by else None
            metadata = {"ebookId": ebook_id, "scriptId": script_id} if script_id else {"ebookId": ebook_id}
            return await writing.broadcasts.add(
                **values,
                ebook_id=ebook_id,
                script_id=script_id,
                author_id=author,
                metadata={key: value for key, value in metadata.items() if value is not None},
            )

        return await self.database.write(work)

    async def compose_release(self, script_id: str, link: str, by: Person) -> Broadcast:
        """The announcement of an approved script; ``StateError`` for one that is not approved."""
        async with self.database.read() as reading:
            stored = await _script(reading, script_id)
            ebook = await reading.ebooks.find(stored.ebook_id)
        if stored.state is ScriptState.RELEASED:
            raise StateError("This script has already been released.", "Withdraw it first to announce it again.")
        if stored.state is ScriptState.DRAFT:
            raise StateError("This script is still a draft.", "Approve it first.")
        title = NEW_LORE.format(title=stored.title)
        if len(title) > MAX_TITLE:
            title = title[: MAX_TITLE - 1] + "…"
        link = link or stored.link or (ebook.link if ebook else "")
        post = Post(title, NEW_LORE_MESSAGE, stored.hook[:MAX_HOOK], link)
        return await self.compose(post, by, ebook_id=stored.ebook_id, script_id=script_id)

    async def edit(self, broadcast_id: str, post: Post) -> Broadcast:
        """Changes a draft."""
        values = checked(post)

        async def work(writing: Writing) -> Broadcast:
            return await writing.broadcasts.edit(broadcast_id, **values)

        try:
            return await self.database.write(work)
        except StaleStateError:
            raise StateError(_LATE, "Nothing was changed.") from None

    async def preview(self, broadcast_id: str) -> Preview:
        """The draft with its recipients as they are now."""
        async with self.database.read() as reading:
            broadcast = await _get(reading, broadcast_id)
            return self._split(broadcast, await reading.subscriptions.active())

    async def confirm(self, broadcast_id: str, by: Person | None, *, ping_roles: bool = False) -> Preview:
        """Deliveries, the released script and ``Broadcast sent`` come into being in one transaction."""

        async def work(writing: Writing) -> Preview:
            member_id = await writing.members.remember(by.discord_id, by.name) if by else None
            return await self._confirm(writing, broadcast_id, member_id, ping_roles=ping_roles)

        try:
            preview = await self.database.write(work)
        except StaleStateError:
            raise StateError(_LATE, "Nothing was sent by this press.") from None
        self.wake()
        return preview

    async def announce(self, post: Post, metadata: dict[str, Any]) -> str:
        """Composed and confirmed at once by a program; returns the broadcast's id."""
        values = checked(post)

        async def work(writing: Writing) -> str:
            broadcast = await writing.broadcasts.add(**values, metadata=metadata)
            await self._confirm(writing, broadcast.id, None, ping_roles=False, always_report=True)
            return broadcast.id

        broadcast_id = await self.database.write(work)
        self.wake()
        return broadcast_id

    async def _confirm(
        self,
        writing: Writing,
        broadcast_id: str,
        member_id: str | None,
        *,
        ping_roles: bool,
        always_report: bool = False,
    ) -> Preview:
        preview = self._split(await _get(writing, broadcast_id), await writing.subscriptions.active())
        await writing.broadcasts.confirm(broadcast_id, member_id, ping_roles=ping_roles)
        broadcast = preview.broadcast
        if broadcast.script_id is not None:
            await writing.scripts.release(broadcast.script_id, broadcast.link)
            data = {"script_id": broadcast.script_id, "ebook_id": broadcast.ebook_id, "link": broadcast.link}
            writing.report(SCRIPT_RELEASED, data, member_id=member_id, ebook_id=broadcast.ebook_id)
        await writing.deliveries.add(broadcast_id, preview.targets)
        if preview.targets or always_report:
            sent = {
                "title": broadcast.title,
                "message": broadcast.message,
                "metadata": broadcast.metadata,
                "timestamp": writing.now.isoformat(),
            }
            writing.report(BROADCAST_SENT, sent, member_id=member_id, ebook_id=broadcast.ebook_id)
        if not preview.targets:
            await writing.broadcasts.finish(broadcast_id, BroadcastState.DONE)
        return preview

    async def open_card(self, broadcast_id: str, channel_id: int) -> None:
        """Posts the broadcast's card in this channel and remembers where it stands."""
        async with self.database.read() as reading:
            shown = await account(reading, broadcast_id)
        message_id = await self.card.post(shown, channel_id)

        async def work(writing: Writing) -> None:
            await writing.broadcasts.set_card(broadcast_id, channel_id, message_id)

        await self.database.write(work)
        # It may have ended while the card was being posted.
        async with self.database.read() as reading:
            await self.card.show(await account(reading, broadcast_id))

    async def discard(self, broadcast_id: str) -> None:
        """The draft is gone; ``StateError`` when it is no draft."""

        async def work(writing: Writing) -> None:
            await writing.broadcasts.discard(broadcast_id)

        try:
            await self.database.write(work)
        except StaleStateError:
            raise StateError(_LATE) from None

    async def stop(self, broadcast_id: str) -> int:
        """How many posts will not be sent any more."""

        async def work(writing: Writing) -> int:
            broadcast = await _get(writing, broadcast_id)
            if broadcast.state is not BroadcastState.SENDING:
                raise StateError("This announcement is not being sent.", "There is nothing to stop.")
            stopped = await writing.deliveries.cancel_waiting(broadcast_id)
            counts = await writing.deliveries.counts(broadcast_id)
            if not counts.get(DeliveryState.SENDING):
                await writing.broadcasts.finish(broadcast_id, BroadcastState.CANCELLED)
                report_finished(writing, broadcast, counts)
            return stopped

        return await self.database.write(work)

    async def account(self, broadcast_id: str) -> Account:
        """How it went so far, with everything that did not arrive."""
        async with self.database.read() as reading:
            return await account(reading, broadcast_id)

    async def share(self, delivery_id: str, by: Person) -> tuple[bool, int]:
        """Whether this share is new, and how many announcements the person has shared."""

        async def work(writing: Writing) -> tuple[bool, int]:
            try:
                delivery = await writing.deliveries.get(delivery_id)
            except KeyError:
                raise NotFoundError("This announcement is no longer known here.") from None
            member_id = await writing.members.remember(by.discord_id, by.name)
            new = await writing.broadcasts.share(delivery.broadcast_id, member_id, delivery_id)
            if new:
                writing.report(SHARED, {"broadcast_id": delivery.broadcast_id}, member_id=member_id)
            return new, await writing.broadcasts.shares_of(member_id)

        return await self.database.write(work)

    def _split(self, broadcast: Broadcast, subscriptions: list[Subscription]) -> Preview:
        reasons = [(subscription, self.reach.obstacle(subscription)) for subscription in subscriptions]
        return Preview(
            broadcast,
            tuple(subscription for subscription, reason in reasons if not reason),
            tuple((subscription, reason) for subscription, reason in reasons if reason),
        )


def checked(post: Post) -> dict[str, str]:
    """The post as columns; ``InputError`` for what Discord would refuse."""
    title, message = post.title.strip(), post.message.strip()
    if not title or not message:
        raise InputError("An announcement needs a title and a message.", "Fill in both.")
    for text, limit, name in (
        (title, MAX_TITLE, "title"),
        (message, MAX_MESSAGE, "message"),
        (post.hook, MAX_HOOK, "hook"),
    ):
        if len(text) > limit:
            raise InputError(
                f"The {name} has {len(text):,} characters; an announcement takes {limit:,}.", f"Shorten the {name}."
            )
    return {
        "title": title,
        "message": message,
        "hook": post.hook.strip(),
        "link": checked_link(post.link),
        "image": checked_link(post.image, "image"),
    }


def report_finished(writing: Writing, broadcast: Broadcast, counts: dict[DeliveryState, int]) -> None:
    """Puts the end of a broadcast into the events."""
    data = {"broadcast_id": broadcast.id, "outcomes": {state.value: count for state, count in sorted(counts.items())}}
    writing.report(BROADCAST_FINISHED, data, ebook_id=broadcast.ebook_id)


async def account(reading: Reading, broadcast_id: str) -> Account:
    """How a broadcast went so far."""
    broadcast = await _get(reading, broadcast_id)
    counts = await reading.deliveries.counts(broadcast_id)
    bad = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
    return Account(broadcast, counts, tuple(await reading.deliveries.of_broadcast(broadcast_id, *bad)))


async def _get(reading: Reading, broadcast_id: str) -> Broadcast:
    try:
        return await reading.broadcasts.get(broadcast_id)
    except KeyError:
        raise NotFoundError("This announcement is no longer known here.") from None


async def _script(reading: Reading, script_id: str) -> StoredScript:
    try:
        return await reading.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None
