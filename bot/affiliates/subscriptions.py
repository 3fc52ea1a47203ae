"""Subscriptions of affiliates' servers: how they begin, change, pause and end."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import AFFILIATE_ADMITTED, AFFILIATE_CHANGED, AFFILIATE_JOINED, AFFILIATE_LEFT, AFFILIATE_REMOVED
from bot.notices import add_audit_notice, add_server_notice, quote_name
from bot.ports import ChannelAccess
from bot.servers.obstacles import find_obstacles
from bot.studio_config import load_config
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.changes import Unchanged, changed_columns
from storage.states import ScriptState, SubscriptionState
from storage.stores.subscriptions import OPEN_STATES, Subscription, SubscriptionChanges

_GREETED_FOR: Final = timedelta(hours=1)
"""A server that invites the bot again later is greeted again."""
_ADMITTED: Final = "Announcements of Midnight Myth Audio will arrive in <#{channel_id}> from now on."
_REMOVED: Final = "The studio has ended the announcements of Midnight Myth Audio in this server."


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A channel of a server that is to get broadcasts.

    ``role_id`` is a role to ping there. ``ebooks`` are ids of the books to follow; empty follows every book, or keeps what the
    server follows already.
    """

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None = None
    ebooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """A subscription with what its settings offer.

    ``books`` are the titles, by id, of the books that can be followed: those with a public chapter, and those followed
    already. ``followed_titles`` are the titles of the followed books; an unknown book stands there with its id.
    """

    subscription: Subscription
    books: Mapping[str, str]
    followed_titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelCheck:
    """A subscription, and why its channel cannot be written to; the obstacle is empty where it can."""

    subscription: Subscription
    obstacle: str


@dataclass(frozen=True, slots=True)
class AffiliateService:
    """Starts, changes, admits and ends subscriptions."""

    database: Database
    access: ChannelAccess

    @write_transaction
    async def subscribe_channel(self, tx: WriteTransaction, new: NewSubscription, by: Actor) -> Subscription:
        """The server's subscription points at this channel.

        It is ``active``, or ``pending`` where the team admits servers and has not admitted this one before.
        """
        known = await tx.subscriptions.find_by_guild(new.guild_id)
        is_admitted = known is not None and known.state is not SubscriptionState.PENDING
        must_wait = (await load_config(tx)).approve_affiliates and not is_admitted
        member_id = await tx.members.remember(by)
        subscription = await tx.subscriptions.join(
            guild_id=new.guild_id,
            guild_name=new.guild_name,
            channel_id=new.channel_id,
            channel_name=new.channel_name,
            role_id=new.role_id,
            member_id=member_id,
            ebooks=new.ebooks,
            state=SubscriptionState.PENDING if must_wait else SubscriptionState.ACTIVE,
        )
        tx.report(AFFILIATE_JOINED, _event_data(subscription, channel=new.channel_name), member_id=member_id)
        return subscription

    @write_transaction
    async def claim_greeting(self, tx: WriteTransaction, guild_id: int) -> bool:
        """Whether the caller is to greet a server that has invited the bot; False where another process has just done so."""
        name = f"greeting:{guild_id}"
        greeted = await tx.key_values.lock(name, "")
        if greeted and tx.now - datetime.fromisoformat(greeted) < _GREETED_FOR:
            return False
        await tx.key_values.put(name, tx.now.isoformat())
        return True

    @write_transaction
    async def change_subscription(
        self, tx: WriteTransaction, guild_id: int, changes: SubscriptionChanges, by: Actor
    ) -> Subscription:
        """Changes the server's subscription and returns it as it is afterwards.

        Raises:
            InputError: one of the books is not offered to this server.
            StateError: the server is not subscribed.
        """
        return await _change(tx, await _get_by_guild(tx, guild_id), changes, by)

    @write_transaction
    async def follow_books(
        self, tx: WriteTransaction, guild_id: int, *, added: Collection[str], removed: Collection[str], by: Actor
    ) -> Subscription:
        """The server follows the added books and no longer the removed ones; others stay as they are.

        Returns the subscription as it is afterwards.

        Raises:
            InputError: one of the added books is not offered to this server.
            StateError: the server is not subscribed.
        """
        await tx.subscriptions.lock(guild_id)
        subscription = await _get_by_guild(tx, guild_id)
        kept = [ebook_id for ebook_id in subscription.ebooks if ebook_id not in removed]
        new = [ebook_id for ebook_id in added if ebook_id not in kept]
        return await _change(tx, subscription, SubscriptionChanges(ebooks=(*kept, *new)), by)

    @write_transaction
    async def unsubscribe_server(self, tx: WriteTransaction, guild_id: int, by: Actor) -> None:
        """The server's subscription is ended by somebody who manages the server.

        Raises:
            StateError: the server is not subscribed.
        """
        subscription = await _get_by_guild(tx, guild_id)
        await tx.subscriptions.end(guild_id, "left")
        tx.report(AFFILIATE_LEFT, _event_data(subscription), actor=by)

    @write_transaction
    async def end_lost_subscription(self, tx: WriteTransaction, guild_id: int, why: str) -> Subscription | None:
        """Ends the subscription of a server that removed the bot or deleted the channel.

        Returns it as it was before, or None where the server was not subscribed.
        """
        subscription = await tx.subscriptions.find_by_guild(guild_id)
        # Another process may have ended it at the same moment, and has said so.
        if subscription is None or not await tx.subscriptions.end(guild_id, why):
            return None
        tx.report(AFFILIATE_LEFT, _event_data(subscription, why=why))
        await add_audit_notice(tx, f"{quote_name(subscription.guild_name)} is no longer subscribed: {why}.")
        return subscription

    @write_transaction
    async def remove_subscription(self, tx: WriteTransaction, subscription_id: str, by: Actor) -> Subscription:
        """The subscription is ended by the team, and its server gets a notice; returns it as it was before.

        Raises:
            NotFoundError: there is no such subscription.
            StateError: it has ended already.
        """
        subscription = await _get(tx, subscription_id)
        if not await tx.subscriptions.end(subscription.guild_id, "removed by the team"):
            raise StateError("This subscription has already ended.", "Nothing was changed.")
        tx.report(AFFILIATE_REMOVED, _event_data(subscription), actor=by)
        await add_server_notice(tx, subscription.guild_id, _REMOVED)
        return subscription

    @write_transaction
    async def admit_subscription(self, tx: WriteTransaction, subscription_id: str, by: Actor) -> Subscription:
        """``pending | paused → active`` by the team, and the server gets a notice; returns it as it was before.

        Raises:
            NotFoundError: there is no such subscription.
            StateError: it is active or has ended.
        """
        subscription = await _get(tx, subscription_id)
        if not await tx.subscriptions.admit(subscription_id):
            raise StateError("This subscription is not waiting.", "Nothing was changed.")
        tx.report(AFFILIATE_ADMITTED, _event_data(subscription), actor=by)
        await add_server_notice(tx, subscription.guild_id, _ADMITTED.format(channel_id=subscription.channel_id))
        return subscription

    @read_transaction
    async def get_subscription(self, tx: ReadTransaction, subscription_id: str) -> Subscription:
        """The subscription, in whatever state.

        Raises:
            NotFoundError: there is no such subscription.
        """
        return await _get(tx, subscription_id)

    @read_transaction
    async def find_by_guild(self, tx: ReadTransaction, guild_id: int) -> Subscription | None:
        """The server's subscription that has not ended, or None."""
        return await tx.subscriptions.find_by_guild(guild_id)

    @read_transaction
    async def get_settings(self, tx: ReadTransaction, guild_id: int) -> SubscriptionSettings:
        """The server's subscription with the books that it can follow.

        Raises:
            StateError: the server is not subscribed.
        """
        subscription = await _get_by_guild(tx, guild_id)
        books = await _get_offered_books(tx, subscription)
        followed = tuple(books.get(ebook_id, ebook_id) for ebook_id in subscription.ebooks)
        return SubscriptionSettings(subscription, books, followed)

    @read_transaction
    async def list_subscriptions(self, tx: ReadTransaction) -> list[Subscription]:
        """Every subscription: first those that have not ended, then those that have, each oldest first."""
        still_open = await tx.subscriptions.list_in_states(*OPEN_STATES)
        return [*still_open, *await tx.subscriptions.list_in_states(SubscriptionState.ENDED)]

    @read_transaction
    async def search_by_server(self, tx: ReadTransaction, text: str, limit: int) -> list[Subscription]:
        """Subscriptions that have not ended and whose server's name contains the text, whatever its case."""
        wanted = text.strip().casefold()
        still_open = await tx.subscriptions.list_in_states(*OPEN_STATES)
        return [subscription for subscription in still_open if wanted in subscription.guild_name.casefold()][:limit]

    @read_transaction
    async def check_channels(self, tx: ReadTransaction) -> list[ChannelCheck]:
        """Checks the channel of every subscription that has not ended, without posting anything."""
        still_open = await tx.subscriptions.list_in_states(*OPEN_STATES)
        found = await find_obstacles(tx, self.access, [(row.guild_id, row.channel_id) for row in still_open])
        return [ChannelCheck(row, found[row.guild_id, row.channel_id]) for row in still_open]


async def _get_offered_books(tx: ReadTransaction, subscription: Subscription) -> dict[str, str]:
    """Titles by id of the books that the server can follow: those with a public chapter, and those that it follows."""
    public = {
        chapter.ebook_id for chapter in await tx.scripts.list_chapter_progress() if chapter.state != ScriptState.DRAFT
    }
    offered = public | set(subscription.ebooks)
    return {ebook_id: title for ebook_id, title in (await tx.ebooks.get_titles()).items() if ebook_id in offered}


async def _change(
    tx: WriteTransaction, subscription: Subscription, changes: SubscriptionChanges, by: Actor
) -> Subscription:
    if not isinstance(changes.ebooks, Unchanged):
        offered = await _get_offered_books(tx, subscription)
        if any(ebook_id not in offered for ebook_id in changes.ebooks):
            raise InputError("One of these books cannot be followed.", "Open `/affiliate settings` again.")
    await tx.subscriptions.change(subscription.guild_id, changes)
    changed = await _get_by_guild(tx, subscription.guild_id)
    data = _event_data(changed, changed=sorted(changed_columns(changes)))
    tx.report(AFFILIATE_CHANGED, data, actor=by)
    return changed


def _event_data(subscription: Subscription, **details: object) -> dict[str, object]:
    # Without the server's name: it is often a person's name, and an event can never be changed.
    return {"subscription_id": subscription.id, **details}


def _not_subscribed() -> StateError:
    return StateError("This server is not subscribed.", "`/affiliate join` subscribes it.")


async def _get_by_guild(tx: ReadTransaction, guild_id: int) -> Subscription:
    subscription = await tx.subscriptions.find_by_guild(guild_id)
    if subscription is None:
        raise _not_subscribed()
    return subscription


async def _get(tx: ReadTransaction, subscription_id: str) -> Subscription:
    try:
        return await tx.subscriptions.get(subscription_id)
    except KeyError:
        raise NotFoundError("This subscription is no longer known here.") from None
