"""Where runs are shown, and which of their cards are out of date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.states import RunState
from storage.tables import runs

_OUTDATED: Final = "outdated"
"""The card state of a run whose card is to be brought up to date, however long ago the run ended."""
_OUTDATED_WITHIN: Final = timedelta(days=1)
"""Cards of runs that ended longer ago are not brought up to date any more: nobody is waiting for them."""


@dataclass(frozen=True, slots=True)
class RunCardStore:
    """The cards of runs: their channels, messages and what they show."""

    connection: AsyncConnection
    now: datetime

    async def set_card(self, run_id: str, channel_id: int | None, card_id: int | None) -> None:
        """Where the run is shown; None where it cannot be."""
        await self.connection.execute(
            runs.update().where(runs.c.id == run_id).values(channel_id=channel_id, card_id=card_id)
        )

    async def set_card_state(self, run_id: str, state: RunState | None) -> None:
        """Records which resting state the card shows; None where that is not known."""
        query = runs.update().where(runs.c.id == run_id, runs.c.card_state != (state or ""))
        await self.connection.execute(query.values(card_state=state or ""))

    async def mark_cards_outdated(self, run_ids: Collection[str]) -> None:
        """What the cards of these runs show is no longer right."""
        query = runs.update().where(runs.c.id.in_(list(run_ids)), runs.c.channel_id.is_not(None))
        await self.connection.execute(query.values(card_state=_OUTDATED))

    async def find_outdated_cards(self, limit: int) -> list[str]:
        """Ids of at most ``limit`` resting runs whose card is to be brought up to date.

        These are runs of the last day whose card does not show their state, and those of ``mark_cards_outdated``.
        """
        resting = [RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED]
        query = (
            select(runs.c.id)
            .where(
                runs.c.state.in_(resting),
                runs.c.channel_id.is_not(None),
                or_(
                    runs.c.card_state == _OUTDATED,
                    and_(
                        runs.c.card_state != cast(runs.c.state, String),
                        func.coalesce(runs.c.finished_at, runs.c.started_at, runs.c.created_at)
                        > self.now - _OUTDATED_WITHIN,
                    ),
                ),
            )
            .order_by(runs.c.created_at)
            .limit(limit)
        )
        return list((await self.connection.execute(query)).scalars())
