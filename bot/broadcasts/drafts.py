"""From a draft to deliveries. Nothing is posted without a preview, a count and a confirmation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.actor import Actor
from bot.broadcasts.content import NEW_LORE, NEW_LORE_MESSAGE, shorten, validate_post
from bot.broadcasts.post import MAX_HOOK, MAX_TITLE, BroadcastPreview, Post
from bot.broadcasts.recipients import build_preview, start_sending
from bot.broadcasts.status import get_broadcast
from bot.errors import ForbiddenError, NotFoundError, StateError
from bot.event_names import BROADCAST_AWAITS_APPROVAL, BROADCAST_DISCARDED
from bot.ports import ChannelAccess
from bot.studio_config import load_config
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.states import BroadcastState, ScriptState
from storage.stores.broadcasts import Broadcast, BroadcastChanges, NewBroadcast
from storage.stores.scripts import StoredScript


class RecipientsChangedError(StateError):
    """Other channels would get the broadcast now than the person who confirms has seen."""


class TimePassedError(StateError):
    """The time at which the broadcast was to be sent is over."""


@dataclass(frozen=True, slots=True)
class DraftService:
    """Composes, previews, confirms, approves and discards drafts. ``wake`` tells the dispatcher that there is work."""

    database: Database
    access: ChannelAccess
    wake: Callable[[], None]

    @write_transaction
    async def compose_draft(
        self, tx: WriteTransaction, post: Post, by: Actor, ebook_id: str | None = None
    ) -> Broadcast:
        """Stores a new draft.

        Raises:
            InputError: Discord would refuse the post.
        """
        return await _add_draft(tx, post, by, ebook_id)

    @write_transaction
    async def compose_release(self, tx: WriteTransaction, script_id: str, link: str, by: Actor) -> Broadcast:
        """Stores the draft that releases an approved script. An empty ``link`` means the script's or the book's own link.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not approved, or is released already.
            InputError: the link is no web address.
        """
        stored = await _get_script(tx, script_id)
        _check_releasable(stored, approve=False)
        ebook = await tx.ebooks.find(stored.ebook_id)
        link = link or stored.link or (ebook.link if ebook else "")
        title = shorten(NEW_LORE.format(title=stored.title), MAX_TITLE)
        post = Post(title, NEW_LORE_MESSAGE, stored.hook[:MAX_HOOK], link)
        return await _add_draft(tx, post, by, stored.ebook_id, script_id)

    @read_transaction
    async def check_release(self, tx: ReadTransaction, script_id: str, *, approve: bool) -> None:
        """Returns if the script can be released now; with ``approve``, once it is approved as well.

        Raises:
            NotFoundError: there is no such script.
            StateError: the script is not approved, or is released already.
        """
        _check_releasable(await _get_script(tx, script_id), approve=approve)

    @write_transaction
    async def compose_change(self, tx: WriteTransaction, broadcast_id: str, post: Post, by: Actor) -> Broadcast:
        """Stores a draft with a new text for posts that have arrived, or for a broadcast that is still scheduled.

        ``BroadcastService.apply_change`` confirms it. For a scheduled broadcast, the draft's time is that of the broadcast and
        can be changed as well.

        Raises:
            InputError: Discord would refuse the post.
            NotFoundError: there is no such broadcast.
            StateError: the studio requires a second approver, whom a change would pass by.
        """
        post = validate_post(post)
        changed = await get_broadcast(tx, broadcast_id)
        is_scheduled = changed.is_scheduled_at(tx.now)
        if not is_scheduled:
            await refuse_with_second_approver(tx)
        author_id = await tx.members.remember(by)
        new = replace(_new_broadcast(post, {}), ebook_id=changed.ebook_id, author_id=author_id)
        draft = await tx.broadcasts.add(replace(new, change_of=broadcast_id))
        if not is_scheduled:
            return draft
        return await tx.broadcasts.edit_draft(draft.id, BroadcastChanges(due_at=changed.due_at))

    async def compose_move(self, broadcast_id: str, by: Actor) -> Broadcast:
        """Stores a draft that changes only the time of a broadcast that is still scheduled.

        Raises:
            NotFoundError: there is no such broadcast.
            StateError: it is not scheduled any more.
        """
        preview = await self.preview_draft(broadcast_id)
        draft = await self.compose_change(broadcast_id, Post.from_broadcast(preview.broadcast), by)
        if draft.due_at is None:
            raise StateError("This announcement is not scheduled.", "Its time cannot be changed any more.")
        return draft

    async def edit_draft(self, broadcast_id: str, post: Post) -> Broadcast:
        """Gives a draft another text.

        Raises:
            InputError: Discord would refuse the post.
            StateError: it is not a draft any more.
        """
        return await self.change_draft(broadcast_id, validate_post(post).as_changes())

    @write_transaction
    async def change_draft(self, tx: WriteTransaction, broadcast_id: str, changes: BroadcastChanges) -> Broadcast:
        """Changes a draft's audience, time or pings.

        Raises:
            StateError: it is not a draft any more.
        """
        with _stale_draft_as_state_error():
            return await tx.broadcasts.edit_draft(broadcast_id, changes)

    @read_transaction
    async def preview_draft(self, tx: ReadTransaction, broadcast_id: str) -> BroadcastPreview:
        """What a confirmation would do now.

        Raises:
            NotFoundError: there is no such broadcast.
        """
        return await build_preview(tx, await get_broadcast(tx, broadcast_id), self.access)

    async def confirm_draft(self, broadcast_id: str, by: Actor, fingerprint: str | None = None) -> BroadcastPreview:
        """Confirms a draft, or asks for a second approver where the studio requires one.

        ``fingerprint`` is that of the preview that the person has seen, None where no person looks. The state is
        then ``sending`` (``done`` without targets) or ``pending``. Deliveries, the release of the script and
        ``Broadcast sent`` are one transaction.

        Raises:
            NotFoundError: there is no such broadcast.
            RecipientsChangedError: other channels would get it now than the person has seen.
            TimePassedError: it was to be sent at a time that is over.
            StateError: it has been confirmed or discarded already.
        """
        preview = await self._confirm(broadcast_id, by, fingerprint)
        self.wake()
        return preview

    async def approve_broadcast(
        self, broadcast_id: str, by: Actor, fingerprint: str | None = None, *, at_once: bool = False
    ) -> BroadcastPreview:
        """The second of two people confirms; the broadcast is ``sending`` afterwards.

        ``fingerprint`` is that of the preview that the person has seen, None where no person looks. ``at_once`` sends
        it now although it was to be sent at a time that is over.

        Raises:
            ForbiddenError: this person composed or confirmed it.
            NotFoundError: there is no such broadcast.
            RecipientsChangedError: other channels would get it now than the person has seen.
            TimePassedError: it was to be sent at a time that is over.
            StateError: it is not waiting for approval.
        """
        preview = await self._approve(broadcast_id, by, fingerprint, at_once=at_once)
        self.wake()
        return preview

    async def compose_and_confirm(self, post: Post, metadata: dict[str, Any]) -> str:
        """Composes and confirms in one step, for a program whose caller is the person who confirms.

        Returns the broadcast's id. ``Broadcast sent`` is reported even where nobody is subscribed.

        Raises:
            InputError: Discord would refuse the post.
        """
        broadcast_id = await self._compose_and_confirm(post, metadata)
        self.wake()
        return broadcast_id

    @write_transaction
    async def discard_broadcast(self, tx: WriteTransaction, broadcast_id: str, by: Actor) -> Broadcast:
        """A draft, or one that waits for approval, is cancelled; returns it as it was.

        Raises:
            StateError: it has been confirmed or discarded already.
        """
        broadcast = await get_broadcast(tx, broadcast_id)
        with _stale_draft_as_state_error():
            await tx.broadcasts.discard(broadcast_id)
        if broadcast.state is BroadcastState.PENDING:
            tx.report(BROADCAST_DISCARDED, {"broadcast_id": broadcast_id}, actor=by, ebook_id=broadcast.ebook_id)
        return broadcast

    @read_transaction
    async def find_ebook_id(self, tx: ReadTransaction, name: str) -> str | None:
        """The id of the book with this id or title, or None."""
        ebook = await tx.ebooks.find(name)
        return ebook.id if ebook else None

    @write_transaction
    async def _confirm(
        self, tx: WriteTransaction, broadcast_id: str, by: Actor, fingerprint: str | None
    ) -> BroadcastPreview:
        config = await load_config(tx)
        member_id = await tx.members.remember(by)
        preview = await build_preview(tx, await get_broadcast(tx, broadcast_id), self.access)
        if preview.broadcast.change_of is not None:
            raise StateError("This draft changes posts that were already sent.", "Use the button on its preview.")
        if preview.broadcast.state is BroadcastState.DRAFT:
            check_seen(preview, fingerprint, tx.now)
        with _stale_draft_as_state_error():
            if config.second_approver and preview.targets:
                await tx.broadcasts.request_approval(broadcast_id, member_id)
                tx.report(BROADCAST_AWAITS_APPROVAL, {"broadcast_id": broadcast_id}, member_id=member_id)
            else:
                await tx.broadcasts.confirm(broadcast_id, member_id)
                await start_sending(tx, preview, member_id)
        return replace(preview, broadcast=await get_broadcast(tx, broadcast_id))

    @write_transaction
    async def _approve(
        self, tx: WriteTransaction, broadcast_id: str, by: Actor, fingerprint: str | None, *, at_once: bool
    ) -> BroadcastPreview:
        broadcast = await get_broadcast(tx, broadcast_id)
        member_id = await tx.members.remember(by)
        if member_id in {broadcast.confirmed_by, broadcast.author_id} and broadcast.state is BroadcastState.PENDING:
            raise ForbiddenError(
                "You cannot approve your own announcement.", "Another member of the team has to, or you discard it."
            )
        preview = await build_preview(tx, broadcast, self.access)
        if broadcast.state is BroadcastState.PENDING:
            check_seen(preview, fingerprint, None if at_once else tx.now)
        if at_once:
            preview = replace(preview, broadcast=replace(broadcast, due_at=None))
        with _stale_draft_as_state_error():
            await tx.broadcasts.approve(broadcast_id, member_id, preview.broadcast.due_at)
            await start_sending(tx, preview, broadcast.confirmed_by, approved_by=member_id)
        return replace(preview, broadcast=await get_broadcast(tx, broadcast_id))

    @write_transaction
    async def _compose_and_confirm(self, tx: WriteTransaction, post: Post, metadata: dict[str, Any]) -> str:
        broadcast = await tx.broadcasts.add(_new_broadcast(validate_post(post), metadata))
        preview = await build_preview(tx, broadcast, self.access)
        await tx.broadcasts.confirm(broadcast.id, None)
        await start_sending(tx, preview, None, always_report=True)
        return broadcast.id


def check_seen(preview: BroadcastPreview, fingerprint: str | None, now: datetime | None) -> None:
    """Whoever confirms does so for the channels, the text and the time that they have seen; without ``now`` for any time.

    Raises:
        RecipientsChangedError: other channels would get the broadcast now.
        TimePassedError: its time is over.
    """
    if fingerprint is not None and preview.fingerprint != fingerprint:
        raise RecipientsChangedError(
            "The channels or the text have changed since this was shown.",
            "Nothing was posted. Check what would be now.",
        )
    due_at = preview.broadcast.due_at
    if now is not None and due_at is not None and due_at <= now:
        raise TimePassedError(
            "The time that was set for it has passed.", "Nothing was posted. Set another time, or post it now."
        )


async def refuse_with_second_approver(
    tx: ReadTransaction, hint: str = "Recall the posts and announce the new one."
) -> None:
    """One person alone neither changes a text that has been posted nor posts one where every text needs two people.

    Raises:
        StateError: the studio requires a second approver, whom a change would pass by.
    """
    if (await load_config(tx)).second_approver:
        raise StateError("This studio requires two people for every text.", hint)


async def _add_draft(
    tx: WriteTransaction, post: Post, by: Actor, ebook_id: str | None = None, script_id: str | None = None
) -> Broadcast:
    ids = {"ebookId": ebook_id, "scriptId": script_id}
    metadata = {key: value for key, value in ids.items() if value is not None}
    new = _new_broadcast(validate_post(post), metadata)
    author_id = await tx.members.remember(by)
    return await tx.broadcasts.add(replace(new, ebook_id=ebook_id, script_id=script_id, author_id=author_id))


def _new_broadcast(post: Post, metadata: dict[str, Any]) -> NewBroadcast:
    return NewBroadcast(post.title, post.message, post.hook, post.link, post.image, metadata=metadata)


def _check_releasable(stored: StoredScript, *, approve: bool) -> None:
    if stored.state is ScriptState.RELEASED:
        raise StateError("This script has already been released.", "Use `/broadcast` to announce more about it.")
    if stored.state is ScriptState.DRAFT and not approve:
        raise StateError("This script is still a draft.", "Approve it first.")


async def _get_script(tx: ReadTransaction, script_id: str) -> StoredScript:
    try:
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None


@contextmanager
def _stale_draft_as_state_error() -> Iterator[None]:
    """Turns the ``StaleStateError`` of a second press on the same draft into a sentence for the person."""
    try:
        yield
    except StaleStateError:
        raise StateError("This announcement has already been confirmed or discarded.", "Nothing was changed.") from None
