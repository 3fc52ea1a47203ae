"""The card that shows the team how a broadcast is going, as a channel message that is edited."""

from dataclasses import dataclass

from bot.broadcasts.post import BroadcastStatus
from bot.broadcasts.status import get_status
from bot.errors import DeliveryError
from bot.ports import BroadcastCards, ChannelAccess
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction


@dataclass(frozen=True, slots=True)
class BroadcastCardService:
    """Opens and refreshes the cards of broadcasts."""

    database: Database
    cards: BroadcastCards
    access: ChannelAccess

    async def open_card(self, broadcast_id: str, channel_id: int) -> None:
        """The broadcast has a card in this channel.

        The channel is stored before the request: where Discord does not answer, the dispatcher finds or posts the card later.

        Raises:
            DeliveryError: Discord refuses messages in this channel.
            NotFoundError: there is no such broadcast.
        """
        await self.place_card(broadcast_id, channel_id, None)
        try:
            message_id = await self.cards.post_card(await self._get_status(broadcast_id), channel_id)
        except DeliveryError:
            await self.place_card(broadcast_id, None, None)
            raise
        except TimeoutError:
            await self.refresh_card(broadcast_id)
            return
        await self.place_card(broadcast_id, channel_id, message_id)
        await self.refresh_card(broadcast_id)  # the broadcast may have ended while the card was being posted

    async def refresh_card(self, broadcast_id: str) -> None:
        """The card shows the current status, as far as Discord allows.

        Raises:
            NotFoundError: there is no such broadcast.
        """
        await self.cards.update_card(await self._get_status(broadcast_id))

    @write_transaction
    async def place_card(
        self, tx: WriteTransaction, broadcast_id: str, channel_id: int | None, message_id: int | None
    ) -> None:
        """Stores where the card is. A channel without a message means that the card is still to be posted there."""
        await tx.broadcasts.set_card(broadcast_id, channel_id, message_id)

    @read_transaction
    async def _get_status(self, tx: ReadTransaction, broadcast_id: str) -> BroadcastStatus:
        return await get_status(tx, broadcast_id, self.access)
