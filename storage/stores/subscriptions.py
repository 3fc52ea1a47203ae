"""Subscriptions: the channels in which other servers get broadcasts. One server has one subscription at most."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import UNCHANGED, Unchanged, changed_columns
from storage.ids import new_id
from storage.states import SubscriptionState
from storage.tables import subscriptions
from storage.upsert import insert_or_update

OPEN_STATES = (SubscriptionState.PENDING, SubscriptionState.ACTIVE, SubscriptionState.PAUSED)
"""Every state but ``ended``."""
_REFERRAL_BYTES = 4
"""32 random bits (8 hex characters): short in a link. The column is unique, so that two servers never share a code."""

# Built once, because every post of a broadcast needs them and building them costs as much as running them.
_BY_ID: Final = select(subscriptions).where(subscriptions.c.id == bindparam("wanted_id"))
_RECORD_POST: Final = (
    subscriptions.update()
    .where(subscriptions.c.id == bindparam("wanted_id"))
    .values(refusals=0, last_error="", last_post_at=bindparam("posted_at", type_=subscriptions.c.last_post_at.type))
)


@dataclass(frozen=True, slots=True)
class SubscriptionChanges:
    """Columns of a subscription to be updated. ``role_id=None`` ends pings; empty ``ebooks`` follow every book."""

    role_id: int | Unchanged | None = UNCHANGED
    ebooks: tuple[str, ...] | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True)
class Subscription:
    """A stored subscription.

    ``ebooks`` are the ids of the books it follows, empty for all. ``referral`` is the code in the links of its posts.
    ``refusals`` counts the broadcasts in a row that its channel refused.
    """

    id: str
    state: SubscriptionState
    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None
    member_id: str | None
    ebooks: tuple[str, ...]
    referral: str
    refusals: int
    last_post_at: datetime | None
    last_error: str
    created_at: datetime
    ended_at: datetime | None
    ended_why: str

    def follows(self, ebook_id: str | None) -> bool:
        """Whether it wants broadcasts about this book. Broadcasts about no book go to everybody."""
        return ebook_id is None or not self.ebooks or ebook_id in self.ebooks


@dataclass(frozen=True, slots=True)
class SubscriptionStore:
    """Subscriptions by id, server and state."""

    connection: AsyncConnection
    now: datetime

    async def get(self, subscription_id: str) -> Subscription:
        """The subscription, in whatever state.

        Raises:
            KeyError: there is no such subscription.
        """
        rows = await self._select(subscriptions.c.id == subscription_id)
        if not rows:
            raise KeyError(subscription_id)
        return rows[0]

    async def find_by_guild(self, guild_id: int) -> Subscription | None:
        """The server's subscription that has not ended, or None."""
        rows = await self._select((subscriptions.c.guild_id == guild_id) & subscriptions.c.state.in_(OPEN_STATES))
        return rows[0] if rows else None

    async def lock(self, guild_id: int) -> None:
        """Other transactions that lock this server's subscription wait until this one has ended."""
        open_row = (subscriptions.c.guild_id == guild_id) & subscriptions.c.state.in_(OPEN_STATES)
        await self.connection.execute(select(subscriptions.c.id).where(open_row).with_for_update())

    async def find_obstacle(self, subscription_id: str, channel_id: int) -> str:
        """Why nothing may be posted to this channel for this subscription, for people; empty when posting is allowed."""
        rows = [
            _from_row(row) for row in (await self.connection.execute(_BY_ID, {"wanted_id": subscription_id})).mappings()
        ]
        if not rows or rows[0].state is SubscriptionState.ENDED:
            why = rows[0].ended_why if rows else ""
            return (
                f"the subscription has ended in the meantime ({why})"
                if why
                else "the subscription has ended in the meantime"
            )
        if rows[0].channel_id != channel_id:
            return "the server has chosen another channel in the meantime"
        return "" if rows[0].state is SubscriptionState.ACTIVE else "the subscription is not active any more"

    async def list_in_states(self, *states: SubscriptionState) -> list[Subscription]:
        """Subscriptions in any of these states, oldest first."""
        return await self._select(subscriptions.c.state.in_(states))

    async def join(
        self,
        *,
        guild_id: int,
        guild_name: str,
        channel_id: int,
        channel_name: str,
        role_id: int | None,
        member_id: str | None,
        ebooks: Sequence[str] = (),
        state: SubscriptionState = SubscriptionState.ACTIVE,
    ) -> Subscription:
        """The server's subscription, which points at this channel and is in ``state`` afterwards.

        The referral code of a server never changes. The followed books of an open subscription stay unless ``ebooks`` names
        others; those of an ended one are forgotten.
        """
        known = await self.find_by_guild(guild_id)
        values = {
            "state": state,
            "guild_name": guild_name,
            "channel_id": channel_id,
            "channel_name": channel_name,
            "role_id": role_id,
            "member_id": member_id,
            "ebooks": json.dumps(list(ebooks or (known.ebooks if known else ()))),
            "refusals": 0,
            "last_error": "",
            "ended_at": None,
            "ended_why": "",
        }
        only_in_new_rows = {
            "id": new_id("subscriptions"),
            "guild_id": guild_id,
            "referral": secrets.token_hex(_REFERRAL_BYTES),
            "created_at": self.now,
        }
        await insert_or_update(self.connection, subscriptions, only_in_new_rows | values, ["guild_id"], list(values))
        return (await self._select(subscriptions.c.guild_id == guild_id))[0]

    async def change(self, guild_id: int, changes: SubscriptionChanges) -> bool:
        """Changes the server's open subscription; False where it has none."""
        values = changed_columns(changes)
        if "ebooks" in values:
            values["ebooks"] = json.dumps(list(values["ebooks"]))
        return await self._update_open(guild_id, values)

    async def admit(self, subscription_id: str) -> bool:
        """``pending | paused → active``, with a fresh count of refusals; False where it is in no such state."""
        waiting = subscriptions.c.state.in_([SubscriptionState.PENDING, SubscriptionState.PAUSED])
        values = {"state": SubscriptionState.ACTIVE, "refusals": 0, "last_error": ""}
        return await self._update((subscriptions.c.id == subscription_id) & waiting, values)

    async def pause(self, subscription_id: str) -> bool:
        """``active → paused``; False where it is not active."""
        active = subscriptions.c.state == SubscriptionState.ACTIVE
        return await self._update((subscriptions.c.id == subscription_id) & active, {"state": SubscriptionState.PAUSED})

    async def end(self, guild_id: int, why: str) -> bool:
        """``pending | active | paused → ended``; False where the server has no open subscription."""
        values = {"state": SubscriptionState.ENDED, "ended_at": self.now, "ended_why": why}
        return await self._update_open(guild_id, values)

    async def record_post(self, subscription_id: str) -> None:
        """A post has arrived in its channel: the refusals in a row are over."""
        await self.connection.execute(_RECORD_POST, {"wanted_id": subscription_id, "posted_at": self.now})

    async def record_refusal(self, subscription_id: str, error: str) -> int:
        """Counts a refused broadcast; returns how many in a row were refused, this one included."""
        values = {"refusals": subscriptions.c.refusals + 1, "last_error": error}
        await self._update(subscriptions.c.id == subscription_id, values)
        query = select(subscriptions.c.refusals).where(subscriptions.c.id == subscription_id)
        return int((await self.connection.execute(query)).scalar() or 0)

    async def _select(self, condition: ColumnElement[bool]) -> list[Subscription]:
        query = select(subscriptions).where(condition).order_by(subscriptions.c.created_at, subscriptions.c.id)
        return [_from_row(row) for row in (await self.connection.execute(query)).mappings()]

    async def _update_open(self, guild_id: int, values: dict[str, Any]) -> bool:
        is_open = subscriptions.c.state.in_(OPEN_STATES)
        return await self._update((subscriptions.c.guild_id == guild_id) & is_open, values)

    async def _update(self, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
        result = await self.connection.execute(subscriptions.update().where(condition).values(values))
        return result.rowcount == 1


def _from_row(row: RowMapping) -> Subscription:
    return Subscription(**{**row, "ebooks": tuple(json.loads(row["ebooks"]))})
