"""An announcement as it stands in a channel: an embed and buttons, plain enough to be forwarded."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.affiliates.badges import BadgeStanding
from bot.broadcasts.post import FOOTER, Post
from cogs.interactions.access import get_actor, get_services
from cogs.views.base import PersistentItemMixin
from cogs.views.formatting import INDIGO, format_count


def post_embed(post: Post) -> discord.Embed:
    """The announcement's body."""
    text = post.message if not post.hook else f"{post.message}\n\n*{post.hook}*"
    embed = discord.Embed(title=post.title, description=text, url=post.link or None, colour=INDIGO)
    if post.image:
        embed.set_image(url=post.image)
    return embed.set_footer(text=FOOTER)


def post_buttons(post: Post, delivery_id: str) -> ui.View:
    """The link and "I shared it"; the latter's id is the mark by which the post is known again."""
    view = ui.View(timeout=None)
    if post.link:
        view.add_item(ui.Button(label="Listen / read", url=post.link))
    view.add_item(SharedButton(delivery_id))
    return view


class SharedButton(PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"shared:(?P<id>[0-9a-f]{16})"):
    """Counts a share, once for each person and announcement."""

    def __init__(self, delivery_id: str) -> None:
        button: ui.Button[Any] = ui.Button(label="I shared it", custom_id=mark(delivery_id))
        super().__init__(button)
        self.delivery_id = delivery_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Answers with the person's own count, and with the badge it brought."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        standing = await get_services(interaction).badges.share(self.delivery_id, get_actor(interaction))
        await interaction.followup.send(_thanks(standing), ephemeral=True)


def _thanks(standing: BadgeStanding) -> str:
    if not standing.new:
        return f"You told me before; it counts once. You have shared {format_count(standing.shares, 'announcement')}."
    text = f"Counted. That makes {standing.shares}"
    if standing.fresh is not None:
        return f"{text}: you now carry the **{standing.fresh.name}**."
    if standing.next is not None:
        return f"{text}; the {standing.next.name} comes with {standing.next.shares}."
    return f"{text}."


def mark(delivery_id: str) -> str:
    """The id of the post's own button, which nobody else's message has."""
    return f"shared:{delivery_id}"
