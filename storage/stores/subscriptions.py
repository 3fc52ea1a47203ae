"""Affiliates' channels. One server has one subscription."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.states import SubscriptionState
from storage.tables import subscriptions
from storage.upsert import add_or_change

_OPEN = (SubscriptionState.PENDING, SubscriptionState.ACTIVE, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A server that wants announcements, and where.

    ``ebooks`` are the ids of the books it follows, empty for all; ``referral`` is the code that links in its posts carry;
    ``refusals`` counts announcements in a row that the channel refused.
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
        """Whether it wants to hear of this book."""
        return ebook_id is None or not self.ebooks or ebook_id in self.ebooks


@dataclass(frozen=True, slots=True)
class SubscriptionStore:
    """Subscriptions by server."""

    connection: AsyncConnection
    now: datetime

    async def get(self, subscription_id: str) -> Subscription:
        """The subscription; ``KeyError`` where there is none."""
        row = (await self._rows(subscriptions.c.id == subscription_id))[:1]
        if not row:
            raise KeyError(subscription_id)
        return row[0]

    async def of_guild(self, guild_id: int) -> Subscription | None:
        """The server's subscription that has not ended, or None."""
        found = await self._rows((subscriptions.c.guild_id == guild_id) & subscriptions.c.state.in_(_OPEN))
        return found[0] if found else None

    async def closed(self, subscription_id: str, channel_id: int) -> str:
        """Why nothing may be posted to this channel for this subscription; empty when it is open and points there."""
        found = await self._rows(subscriptions.c.id == subscription_id)
        if not found or found[0].state is SubscriptionState.ENDED:
            why = found[0].ended_why if found else ""
            return f"the subscription has ended meanwhile ({why})" if why else "the subscription has ended meanwhile"
        if found[0].channel_id != channel_id:
            return "the server has chosen another channel meanwhile"
        return "" if found[0].state is SubscriptionState.ACTIVE else "the subscription is not active any more"

    async def in_states(self, *states: SubscriptionState) -> list[Subscription]:
        """Subscriptions in any of these states, oldest first."""
        return await self._rows(subscriptions.c.state.in_(states))

    async def active(self) -> list[Subscription]:
        """Everybody who is to hear of an announcement, longest subscribed first."""
        return await self.in_states(SubscriptionState.ACTIVE)

    async def paused(self) -> list[Subscription]:
        """Those that refused too often."""
        return await self.in_states(SubscriptionState.PAUSED)

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
        """The server's subscription, which points at this channel afterwards.

        Its referral code stays the same for ever, and what it follows until it ends, unless ``ebooks`` says otherwise.
        """
        open_one = subscriptions.c.state.in_(_OPEN) & (subscriptions.c.guild_id == guild_id)
        known = await self._rows(open_one)
        values = {
            "state": state,
            "guild_name": guild_name,
            "channel_id": channel_id,
            "channel_name": channel_name,
            "role_id": role_id,
            "member_id": member_id,
            "ebooks": json.dumps(list(ebooks or (known[0].ebooks if known else ()))),
            "refusals": 0,
            "last_error": "",
            "ended_at": None,
            "ended_why": "",
        }
        fresh = {
            "id": new_id("subscriptions"),
            "guild_id": guild_id,
            "referral": secrets.token_hex(4),
            "created_at": self.now,
        }
        await add_or_change(self.connection, subscriptions, fresh | values, ["guild_id"], list(values))
        return (await self._rows(subscriptions.c.guild_id == guild_id))[0]

    async def change(self, guild_id: int, **values: Any) -> bool:  # noqa: ANN401 - columns of the table
        """Whether the server has a subscription, which has these values now."""
        if "ebooks" in values:
            values["ebooks"] = json.dumps(list(values["ebooks"]))
        return await self._move((subscriptions.c.guild_id == guild_id) & subscriptions.c.state.in_(_OPEN), values)

    async def admit(self, subscription_id: str) -> bool:
        """``pending | paused → active``."""
        waiting = subscriptions.c.state.in_([SubscriptionState.PENDING, SubscriptionState.PAUSED])
        values = {"state": SubscriptionState.ACTIVE, "refusals": 0, "last_error": ""}
        return await self._move((subscriptions.c.id == subscription_id) & waiting, values)

    async def pause(self, subscription_id: str) -> bool:
        """``active → paused``."""
        active = subscriptions.c.state == SubscriptionState.ACTIVE
        return await self._move((subscriptions.c.id == subscription_id) & active, {"state": SubscriptionState.PAUSED})

    async def end(self, guild_id: int, why: str) -> bool:
        """Whether there was a subscription to end."""
        return await self.change(guild_id, state=SubscriptionState.ENDED, ended_at=self.now, ended_why=why)

    async def posted(self, subscription_id: str) -> None:
        """A post has arrived."""
        values = {"refusals": 0, "last_error": "", "last_post_at": self.now}
        await self._move(subscriptions.c.id == subscription_id, values)

    async def refused(self, subscription_id: str, error: str) -> int:
        """How many announcements in a row were refused, this one included."""
        values = {"refusals": subscriptions.c.refusals + 1, "last_error": error}
        await self._move(subscriptions.c.id == subscription_id, values)
        query = select(subscriptions.c.refusals).where(subscriptions.c.id == subscription_id)
        return int((await self.connection.execute(query)).scalar() or 0)

    async def _rows(self, condition: ColumnElement[bool]) -> list[Subscription]:
        query = select(subscriptions).where(condition).order_by(subscriptions.c.created_at, subscriptions.c.id)
        return [_subscription(row) for row in (await self.connection.execute(query)).mappings()]

    async def _move(self, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
        changed = await self.connection.execute(subscriptions.update().where(condition).values(values))
        return changed.rowcount == 1


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**{**row, "ebooks": tuple(json.loads(row["ebooks"]))})
