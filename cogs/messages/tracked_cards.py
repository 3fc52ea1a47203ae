"""Cards whose channel and message the database remembers: posted once, edited, replaced when they get old."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import discord
from discord import ui

from bot.app import MythBot
from bot.errors import DeliveryError
from cogs.messages.card_messages import CardEdit, CardMessages
from cogs.messages.failures import REQUEST_ERRORS
from cogs.messages.nonces import derive_nonce

_log = logging.getLogger(__name__)

_EDITABLE_FOR: Final = timedelta(minutes=50)
"""Discord limits the edits of messages that are more than an hour old, so a card that still changes is replaced before."""


@dataclass(frozen=True, slots=True)
class TrackedCard:
    """One card as it should look now.

    ``owner_id`` is the id of what it shows, which its buttons carry. ``card_id`` is the message that shows it, None where none
    is known. ``is_changing`` is whether it will be edited again soon. ``read_at`` is when this was read, None for the present.
    """

    owner_id: str
    channel_id: int
    card_id: int | None
    is_changing: bool
    layout: ui.LayoutView
    read_at: datetime | None


class TrackedCards:
    """The cards of one kind (such as ``run card``, part of the nonce). ``store`` remembers a card's channel and message."""

    def __init__(self, bot: MythBot, kind: str, store: Callable[[str, int, int], Awaitable[None]]) -> None:
        self._messages = CardMessages(bot)
        self._kind = kind
        self._store = store
        self._new_cards: dict[str, int] = {}
        """Message ids by owner, for cards that were posted here while the caller's view still holds an earlier card."""

    async def post(self, card: TrackedCard) -> tuple[int, int]:
        """Posts a new card and returns the ids of channel and message.

        Raises:
            DeliveryError: Discord refused the message for good.
            TimeoutError: It is unknown whether the message was posted.
        """
        return card.channel_id, await self._post(card, None)

    async def update(self, card: TrackedCard) -> bool:
        """Edits the card; posts a new one if there is none, it was deleted or it is too old to be edited.

        Returns:
            False if the message may still show something older and the call should be repeated later.
        """
        card_id = self._new_cards.get(card.owner_id) or card.card_id
        is_old = card_id is not None and discord.utils.utcnow() - discord.utils.snowflake_time(card_id) > _EDITABLE_FOR
        if card_id is not None and not (is_old and card.is_changing):
            result = await self._messages.edit(card.channel_id, card_id, card.layout, card.read_at)
            if result not in {CardEdit.REPLACE, CardEdit.GONE}:
                self._forget_ended(card)
                return result is CardEdit.DONE
        try:
            new_id = await self._replace(card, card_id)
        except DeliveryError as error:
            _log.warning("cannot show the %s of %s: %s", self._kind, card.owner_id, error.sentence)
            return True
        except REQUEST_ERRORS as error:
            _log.warning("cannot show the %s of %s now: %r", self._kind, card.owner_id, error)
            return False
        self._new_cards[card.owner_id] = new_id
        await self._store(card.owner_id, card.channel_id, new_id)
        is_current = True
        if card_id is None:
            # The nonce may have returned a card that was posted before and shows an older view.
            is_current = await self._messages.edit(card.channel_id, new_id, card.layout, card.read_at) is CardEdit.DONE
        elif is_old:
            await self._messages.delete(card.channel_id, card_id)
        self._forget_ended(card)
        return is_current

    async def _replace(self, card: TrackedCard, old_id: int | None) -> int:
        """Returns the id of the card that takes the place of ``old_id``.

        If no card is known, one may have been posted without a response; it is found by its buttons and brought up to date.
        """
        found_id = await self._messages.find(card.channel_id, card.owner_id) if old_id is None else None
        if found_id is not None:
            result = await self._messages.edit(card.channel_id, found_id, card.layout, card.read_at)
            if result is CardEdit.DONE:
                return found_id
        return await self._post(card, old_id)

    async def _post(self, card: TrackedCard, old_id: int | None) -> int:
        # A card that replaces another must not have its nonce: Discord would return the message that is to be replaced.
        nonce = derive_nonce(self._kind, card.owner_id, old_id or "first")
        return await self._messages.post(card.channel_id, card.layout, nonce)

    def _forget_ended(self, card: TrackedCard) -> None:
        if not card.is_changing:
            self._new_cards.pop(card.owner_id, None)
