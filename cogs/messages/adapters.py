"""Builds the adapters for all ports. This extension is loaded before the services, which are built with the adapters."""

from bot.app import MythBot
from bot.ports import Adapters
from cogs.messages.batch_cards import DiscordBatchCards
from cogs.messages.board_messages import DiscordBoardMessages
from cogs.messages.broadcast_cards import DiscordBroadcastCards
from cogs.messages.notices import DiscordNoticeMessages
from cogs.messages.post_sender import DiscordPostSender
from cogs.messages.run_cards import DiscordRunCards
from cogs.messages.server_cache import DiscordServerCache


async def setup(bot: MythBot) -> None:
    """Gives the bot its adapters; called when the extension is loaded."""
    bot.adapters = Adapters(
        run_cards=DiscordRunCards(bot),
        batch_cards=DiscordBatchCards(bot),
        post_sender=DiscordPostSender(bot),
        channel_access=DiscordServerCache(bot),
        broadcast_cards=DiscordBroadcastCards(bot),
        notices=DiscordNoticeMessages(bot),
        board_messages=DiscordBoardMessages(bot),
    )
