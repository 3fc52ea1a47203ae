"""The post of an announcement in a channel: an embed, which can be forwarded, and two buttons."""

import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.affiliates.badges import ShareResult
from bot.broadcasts.post import FOOTER, Post
from cogs.interactions.access import get_actor, get_services
from cogs.views.badges import format_next_badge
from cogs.views.base import PersistentItemMixin
from cogs.views.formatting import INDIGO, format_count, shorten

_MAX_BOOK: Final = 200
"""Characters of the book's title in the footer; Discord's limit for the whole footer is 2,048."""


def post_text(message: str, hook: str) -> str:
    """The text of a post below its headline, in Discord's Markdown."""
    return f"{message}\n\n*{hook}*" if hook else message


def post_embed(post: Post) -> discord.Embed:
    """The text of the post as an embed."""
    text = post_text(post.message, post.hook)
    embed = discord.Embed(title=post.title, description=text, url=post.link or None, colour=INDIGO)
    if post.image:
        embed.set_image(url=post.image)
    return embed.set_footer(text=f"{shorten(post.book, _MAX_BOOK)} · {FOOTER}" if post.book else FOOTER)


def post_buttons(post: Post, delivery_id: str) -> ui.View:
    """The link, where there is one, and "I shared it"."""
    view = ui.View(timeout=None)
    if post.link:
        view.add_item(ui.Button(label="Listen / read", url=post.link))
    view.add_item(SharedButton(delivery_id))
    return view


class SharedButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"shared:(?P<id>[0-9a-f]{16})"):
    """Counts a share, once for each person and announcement."""

    def __init__(self, delivery_id: str) -> None:
        button: ui.Button[Any] = ui.Button(label="I shared it", custom_id=shared_custom_id(delivery_id))
        super().__init__(button)
        self.delivery_id = delivery_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Replies privately with the person's number of shares, and with the badge that this share earned."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        result = await get_services(interaction).badges.record_share(self.delivery_id, get_actor(interaction))
        await interaction.followup.send(_format_share(result), ephemeral=True)


def _format_share(result: ShareResult) -> str:
    standing = result.standing
    if not result.is_counted:
        shared = format_count(standing.shares, "announcement")
        return f"This is already counted: each announcement counts once. You have shared {shared}."
    text = f"Counted. You now have {format_count(standing.shares, 'share')}"
    if result.new_badge is not None:
        return f"{text} and have earned the badge **{result.new_badge.name}**."
    if standing.next_badge is not None:
        return f"{text}. {format_next_badge(standing, standing.next_badge)}"
    return f"{text}."


def shared_custom_id(delivery_id: str) -> str:
    """The custom id of the post's "I shared it" button. It identifies the post among the channel's messages."""
    return f"shared:{delivery_id}"
