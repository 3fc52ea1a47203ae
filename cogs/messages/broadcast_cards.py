"""The cards of broadcasts as messages."""

import logging

from bot.app import MythBot
from bot.broadcasts.post import BroadcastStatus
from bot.errors import DeliveryError
from cogs.messages.card_messages import CardEdit, CardMessages
from cogs.messages.failures import REQUEST_ERRORS
from cogs.messages.nonces import derive_nonce
from cogs.views.broadcast_card import broadcast_card

_log = logging.getLogger(__name__)


class DiscordBroadcastCards:
    """Implements ``BroadcastCards``."""

    def __init__(self, bot: MythBot) -> None:
        self._bot = bot
        self._messages = CardMessages(bot)

    async def post_card(self, status: BroadcastStatus, channel_id: int) -> int:
        """Posts a new card in the channel and returns the id of the message."""
        nonce = derive_nonce("broadcast card", status.broadcast.id)
        return await self._messages.post(channel_id, broadcast_card(status), nonce)

    async def update_card(self, status: BroadcastStatus) -> bool:
        """Edits the broadcast's card; posts one if none is known. A deleted card stays deleted: somebody removed it."""
        broadcast = status.broadcast
        if broadcast.channel_id is None:
            return True
        if broadcast.card_id is not None:
            result = await self._messages.edit(broadcast.channel_id, broadcast.card_id, broadcast_card(status))
            return result is not CardEdit.UNCERTAIN
        try:
            card_id = await self._messages.find(broadcast.channel_id, broadcast.id)
            if card_id is None:
                card_id = await self.post_card(status, broadcast.channel_id)
        except DeliveryError:
            return True
        except REQUEST_ERRORS as error:
            _log.warning("cannot show the card of broadcast %s now: %r", broadcast.id, error)
            return False
        await self._bot.services.broadcast_cards.place_card(broadcast.id, broadcast.channel_id, card_id)
        # A card that was found, or that the nonce returned, may show an older status.
        result = await self._messages.edit(broadcast.channel_id, card_id, broadcast_card(status))
        return result is CardEdit.DONE
