"""The cards of runs as messages."""

from typing import Final

from bot.app import MythBot
from bot.generation.run_view import RunView
from cogs.messages.tracked_cards import TrackedCard, TrackedCards
from cogs.views.script_card import script_card
from storage.states import RunState

_CHANGING: Final = {RunState.READY, RunState.WRITING}


class DiscordRunCards:
    """Implements ``RunCards``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._cards = TrackedCards(bot, "run card", self._store)

    async def post_card(self, view: RunView) -> tuple[int, int] | None:
        """Posts a new card in the run's channel and returns the ids of channel and message."""
        card = _build_card(view)
        return None if card is None else await self._cards.post(card)

    async def update_card(self, view: RunView) -> bool:
        """Edits the run's card; posts a new one if there is none, it was deleted or it is too old to be edited."""
        card = _build_card(view)
        return True if card is None else await self._cards.update(card)

    async def _store(self, run_id: str, channel_id: int, card_id: int) -> None:
        # Not a bound method of the service, because the adapters are built before the services.
        await self._bot.services.run_cards.set_card(run_id, channel_id, card_id)


def _build_card(view: RunView) -> TrackedCard | None:
    run = view.run
    if run.channel_id is None:
        return None
    return TrackedCard(run.id, run.channel_id, run.card_id, run.state in _CHANGING, script_card(view), view.read_at)
