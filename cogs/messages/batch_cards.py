"""The cards of batches as messages."""

from typing import Final

from bot.app import MythBot
from bot.batches.batch_view import BatchView
from cogs.messages.tracked_cards import TrackedCard, TrackedCards
from cogs.views.batch_card import batch_card
from storage.states import BatchState

_CHANGING: Final = {BatchState.RUNNING, BatchState.PAUSED}


class DiscordBatchCards:
    """Implements ``BatchCards``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._cards = TrackedCards(bot, "batch card", self._store)

    async def post_card(self, view: BatchView) -> tuple[int, int] | None:
        """Posts a new card in the batch's channel and returns the ids of channel and message."""
        card = _build_card(view)
        return None if card is None else await self._cards.post(card)

    async def update_card(self, view: BatchView) -> bool:
        """Edits the batch's card; posts a new one if there is none, it was deleted or it is too old to be edited."""
        card = _build_card(view)
        return True if card is None else await self._cards.update(card)

    async def _store(self, batch_id: str, channel_id: int, card_id: int) -> None:
        # Not a bound method of the service, because the adapters are built before the services.
        await self._bot.services.batches.set_card(batch_id, channel_id, card_id)


def _build_card(view: BatchView) -> TrackedCard | None:
    batch = view.batch
    if batch.channel_id is None:
        return None
    return TrackedCard(batch.id, batch.channel_id, batch.card_id, batch.state in _CHANGING, batch_card(view), view.now)
