"""The settings of a server's subscription, for somebody who manages the server."""

import re
from collections.abc import Mapping
from typing import Any, Final, Self

import discord
from discord import ui

from bot.actor import Actor
from bot.affiliates.subscriptions import SubscriptionSettings
from cogs.interactions.access import get_services, require_manager
from cogs.views.affiliate_join import check_role, get_text_channel
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import INDIGO, escape_text
from storage.states import SubscriptionState
from storage.stores.subscriptions import Subscription, SubscriptionChanges

_MAX_OPTIONS: Final = 25
"""Discord's limit for the options of a select menu."""
_MAX_MENUS: Final = 4
"""Menus of books: a hundred books, and the card still fits on the screen of a phone."""

_MAX_NAMED: Final = 25
"""Followed books that are named above the menus: Discord takes 4,000 characters, and the menus mark all of them."""


def settings_card(settings: SubscriptionSettings) -> ui.LayoutView:
    """The subscription with the menus that change it."""
    subscription = settings.subscription
    followed = ", ".join(escape_text(title, 60) for title in settings.followed_titles[:_MAX_NAMED]) or "every book"
    if len(settings.followed_titles) > _MAX_NAMED:
        followed += f" and {len(settings.followed_titles) - _MAX_NAMED} more"
    role = f"<@&{subscription.role_id}>" if subscription.role_id else "none"
    lines = [
        "### Your subscription",
        f"Channel: <#{subscription.channel_id}> · {_format_state(subscription)}",
        f"Role to ping: {role}",
        f"Follows: {followed}",
        f"-# Links in your posts carry the code `{subscription.referral}`.",
    ]
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines)), action_row(RoleSelect())]
    books = list(settings.books.items())
    for page in range(min(_MAX_MENUS, -(-len(books) // _MAX_OPTIONS))):
        offered = dict(books[page * _MAX_OPTIONS : (page + 1) * _MAX_OPTIONS])
        items.append(action_row(BookSelect(page, offered, subscription.ebooks)))
    return card_layout(*items, accent=INDIGO)


def _format_state(subscription: Subscription) -> str:
    match subscription.state:
        case SubscriptionState.PENDING:
            return "waiting for the studio's team"
        case SubscriptionState.PAUSED:
            return f"paused, because {escape_text(subscription.last_error, 120)}; `/affiliate join` resumes it"
        case _:
            return "active"


class RoleSelect(PersistentItemMixin, ui.DynamicItem[ui.RoleSelect[Any]], template=r"affiliate:role"):
    """Chooses the role to ping. An empty choice ends pings."""

    def __init__(self) -> None:
        select: ui.RoleSelect[Any] = ui.RoleSelect(
            custom_id="affiliate:role", placeholder="Role to ping (none: no pings)", min_values=0, max_values=1
        )
        super().__init__(select)

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Stores the role and shows the settings again."""
        by = require_manager(interaction)
        await interaction.response.defer()
        role = self.item.values[0] if self.item.values else None
        subscription = await get_services(interaction).affiliates.find_by_guild(interaction.guild_id or 0)
        if role is not None and subscription is not None:
            check_role(role, get_text_channel(interaction, subscription.channel_id))
        await _change_and_show(interaction, SubscriptionChanges(role_id=role.id if role else None), by)


class BookSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"affiliate:books:(?P<page>[0-3])"):
    """Chooses the books to follow, from titles by id. Where nothing is chosen in any of the menus, it is every book."""

    def __init__(self, page: int = 0, books: Mapping[str, str] | None = None, chosen: tuple[str, ...] = ()) -> None:
        # Without books this is a placeholder that from_custom_id fills; Discord takes no menu without options.
        options = [
            discord.SelectOption(label=title[:100], value=ebook_id[:100], default=ebook_id in chosen)
            for ebook_id, title in (books or {"-": "-"}).items()
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"affiliate:books:{page}",
            placeholder="Only these books (none: every book)",
            min_values=0,
            max_values=len(options),
            options=options,
        )
        super().__init__(select)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(int(match["page"]))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Builds the item with the menu that was used, since its options are not in the custom id."""
        book_select = cls.from_match(match)
        if isinstance(item, ui.Select):
            book_select.item = item
        return book_select

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Stores the books and shows the settings again."""
        by = require_manager(interaction)
        await interaction.response.defer()
        chosen = list(self.item.values)
        # Only what differs from what this menu showed: another open menu may have changed the rest meanwhile.
        shown = {option.value for option in self.item.options if option.default}
        await get_services(interaction).affiliates.follow_books(
            interaction.guild_id or 0,
            added=[ebook_id for ebook_id in chosen if ebook_id not in shown],
            removed=shown.difference(chosen),
            by=by,
        )
        await _show(interaction)


async def _change_and_show(interaction: discord.Interaction, changes: SubscriptionChanges, by: Actor) -> None:
    await get_services(interaction).affiliates.change_subscription(interaction.guild_id or 0, changes, by)
    await _show(interaction)


async def _show(interaction: discord.Interaction) -> None:
    settings = await get_services(interaction).affiliates.get_settings(interaction.guild_id or 0)
    await interaction.edit_original_response(view=settings_card(settings))
