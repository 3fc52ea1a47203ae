"""What limits count that all processes keep together."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import rate_limits
from storage.upsert import insert_if_absent


@dataclass(frozen=True, slots=True)
class RateLimitStore:
    """States by the name of their limit; each is a JSON object."""

    connection: AsyncConnection
    now: datetime

    async def lock(self, name: str) -> dict[str, Any]:
        """The state, empty at first. Other transactions that ask for it wait until this one ends."""
        query = select(rate_limits.c.state).where(rate_limits.c.name == name).with_for_update()
        text = (await self.connection.execute(query)).scalar()
        if text is None:
            await insert_if_absent(self.connection, rate_limits, {"name": name, "state": "{}"})
            text = (await self.connection.execute(query)).scalar_one()
        state: dict[str, Any] = json.loads(text)
        return state

    async def save(self, name: str, state: dict[str, Any]) -> None:
        """The limit, locked by ``lock``, has this state."""
        query = rate_limits.update().where(rate_limits.c.name == name).values(state=json.dumps(state))
        await self.connection.execute(query)

    async def remove(self, name: str) -> None:
        """The limit has no state any more."""
        await self.connection.execute(rate_limits.delete().where(rate_limits.c.name == name))

    async def get_time(self) -> datetime:
        """The present by the database's clock, also where the transaction has waited for a lock since it began."""
        if self.connection.dialect.name == "sqlite":
            return self.now
        moment: datetime = (await self.connection.execute(select(func.clock_timestamp()))).scalar_one()
        return moment
