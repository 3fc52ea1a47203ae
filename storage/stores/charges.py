"""Money for calls to Gemini: reserved before a call, replaced by its cost after it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import charges, runs

_BUDGET_LOCK: Final = 0x6D6F6E65
"""The key of PostgreSQL's advisory lock ("mone" in ASCII)."""


class Grouping(StrEnum):
    """By what calls are added up. Months are those of UTC."""

    MONTH = "month"
    EBOOK = "ebook"
    MEMBER = "member"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class ChargeGroup:
    """The sums of the calls with one ``key``: a month such as ``2026-11``, a book's id, a member's id ("": none), a model.

    ``known_micros`` is what is known to have been spent, ``unknown_micros`` the most that the other calls can have cost.
    """

    key: str
    requests: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    known_micros: int
    unknown_micros: int

    @property
    def most_micros(self) -> int:
        """The most that all of them can have cost."""
        return self.known_micros + self.unknown_micros


@dataclass(frozen=True, slots=True)
class ChargeStore:
    """Reservations and costs, in micro-dollars."""

    connection: AsyncConnection
    now: datetime

    async def lock_budget(self) -> None:
        """No other transaction reserves money until this one ends, so a sum that is read now stays true until then.

        This has a lock of its own: whoever waits for a row while holding the chain's head would stop every writer.
        """
        if self.connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
            await self.connection.execute(select(func.pg_advisory_xact_lock(_BUDGET_LOCK)))

    async def reserve_cost(self, run_id: str, model: str, micros: int) -> str:
        """The id of a reservation of so many micro-dollars, made before a call to the model."""
        reservation_id = new_id("charges")
        row = {
            "id": reservation_id,
            "run_id": run_id,
            "model": model,
            "reserved_micros": micros,
            "created_at": self.now,
        }
        await self.connection.execute(charges.insert().values(row))
        return reservation_id

    async def record_cost(
        self,
        reservation_id: str,
        micros: int,
        *,
        prompt_tokens: int | None = None,
        cached_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        """The call's actual cost in micro-dollars takes the place of its reservation. Tokens are as the API counted them."""
        query = charges.update().where(charges.c.id == reservation_id)
        values = {
            "settled_micros": micros,
            "prompt_tokens": prompt_tokens,
            "cached_tokens": cached_tokens,
            "output_tokens": output_tokens,
        }
        await self.connection.execute(query.values(values))

    async def sum_costs(
        self,
        *,
        run_id: str | None = None,
        since: datetime | None = None,
        ebook_id: str | None = None,
        member_id: str | None = None,
        batch_id: str | None = None,
        only_unknown: bool = False,
    ) -> int:
        """Micro-dollars of all matching calls: the cost where it is known, else the reservation.

        With ``only_unknown``, of those whose cost is not known: what they cost at most.
        """
        query = select(func.coalesce(func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros)), 0))
        if only_unknown:
            query = query.where(charges.c.settled_micros.is_(None))
        if run_id is not None:
            query = query.where(charges.c.run_id == run_id)
        if since is not None:
            query = query.where(charges.c.created_at >= since)
        if ebook_id is not None or member_id is not None or batch_id is not None:
            query = query.join(runs, runs.c.id == charges.c.run_id)
        if ebook_id is not None:
            query = query.where(runs.c.ebook_id == ebook_id)
        if member_id is not None:
            query = query.where(runs.c.member_id == member_id)
        if batch_id is not None:
            query = query.where(runs.c.batch_id == batch_id)
        return int((await self.connection.execute(query)).scalar_one())

    async def summarize(
        self,
        by: Grouping,
        *,
        since: datetime | None = None,
        ebook_id: str | None = None,
        member_id: str | None = None,
        limit: int = 100,
    ) -> list[ChargeGroup]:
        """The matching calls in groups: months in order, the others with the dearest first, at most ``limit`` of them."""
        key = self._get_key(by).label("key")
        unknown = charges.c.settled_micros.is_(None)
        most = func.sum(func.coalesce(charges.c.settled_micros, charges.c.reserved_micros))
        query = (
            select(
                key,
                func.count().label("requests"),
                func.coalesce(func.sum(charges.c.prompt_tokens), 0).label("prompt_tokens"),
                func.coalesce(func.sum(charges.c.cached_tokens), 0).label("cached_tokens"),
                func.coalesce(func.sum(charges.c.output_tokens), 0).label("output_tokens"),
                func.coalesce(func.sum(charges.c.settled_micros), 0).label("known_micros"),
                func.sum(case((unknown, charges.c.reserved_micros), else_=0)).label("unknown_micros"),
            )
            .join(runs, runs.c.id == charges.c.run_id)
            .group_by(key)
            .order_by(key if by is Grouping.MONTH else most.desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(charges.c.created_at >= since)
        if ebook_id is not None:
            query = query.where(runs.c.ebook_id == ebook_id)
        if member_id is not None:
            query = query.where(runs.c.member_id == member_id)
        # PostgreSQL adds integers up to decimals.
        return [ChargeGroup(key, *map(int, sums)) for key, *sums in await self.connection.execute(query)]

    def _get_key(self, by: Grouping) -> ColumnElement[str]:
        match by:
            case Grouping.MONTH if self.connection.dialect.name == "postgresql":
                return func.to_char(func.timezone("UTC", charges.c.created_at), "YYYY-MM")
            case Grouping.MONTH:
                return func.strftime("%Y-%m", charges.c.created_at)
            case Grouping.EBOOK:
                return runs.c.ebook_id
            case Grouping.MEMBER:
                return func.coalesce(runs.c.member_id, "")
            case Grouping.MODEL:
                return charges.c.model
