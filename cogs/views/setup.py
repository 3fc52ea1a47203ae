"""The ``/setup`` card. Each control checks its value, saves it at once and says what it found."""

import re
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import discord
from discord import ui

from bot.actor import Actor
from bot.errors import InputError
from bot.permissions import find_missing, format_permissions
from bot.studio_config import AnnouncementChannel
from cogs.interactions.access import get_bot, require_manager, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text
from cogs.views.modals import Modal

_MAX_TEAM_ROLES: Final = 10
"""Roles. More would be hard to oversee; Discord's limit for a select is 25."""

_RULE_LABELS: Final = {
    # The rule's name in the custom id: the label while the rule is off, and while it is on.
    "zone": ("Time zone…", "Time zone…"),
    "approver": ("Require a second approver", "Stop requiring a second approver"),
    "joining": ("Let the team admit servers", "Let servers join at once"),
}


def setup_card(interaction: discord.Interaction, result: str = "") -> ui.LayoutView:
    """The current configuration with its controls; ``result`` is the sentence about the last change."""
    bot = get_bot(interaction)
    config = bot.config.value
    roles = ", ".join(f"<@&{role_id}>" for role_id in bot.team_role_ids) or "everyone who may manage this server"
    announcement = f"<#{config.announcement.channel_id}>" if config.announcement else "none"
    audit = f"<#{config.audit_channel_id}>" if config.audit_channel_id else "none"
    lines = [
        "### The studio",
        f"**Team:** {roles}",
        f"**Announcements are also posted in:** {announcement} (an announcement channel can be followed by others)",
        f"**Audit channel:** {audit}",
        f"**Time zone:** {escape_text(bot.timezone)}",
        f"**A second person approves announcements:** {'yes' if config.second_approver else 'no'}",
        f"**New servers:** join {'once the team admits them' if config.approve_affiliates else 'at once'}",
    ]
    if result:
        lines.append(f"\n{result}")
    return card_layout(
        ui.TextDisplay("\n".join(lines)),
        action_row(RolesSelect()),
        action_row(AnnouncementSelect()),
        action_row(AuditSelect()),
        action_row(
            RuleButton("zone"),
            RuleButton("approver", is_on=config.second_approver),
            RuleButton("joining", is_on=config.approve_affiliates),
        ),
        accent=EMBER,
    )


def _require_setup_access(interaction: discord.Interaction) -> Actor:
    """The person, if they may change the configuration.

    Raises:
        ForbiddenError: they are not the team, or may not manage the server.
    """
    require_manager(interaction)
    return require_team(interaction)


async def _show_result(interaction: discord.Interaction, result: str) -> None:
    """The card shows the configuration as it is now, and the sentence."""
    await interaction.edit_original_response(view=setup_card(interaction, result))


async def _post_test(
    interaction: discord.Interaction,
    chosen: discord.app_commands.AppCommandChannel | discord.app_commands.AppCommandThread,
    text: str,
) -> discord.TextChannel:
    """The chosen channel, after ``text`` was posted in it.

    Raises:
        InputError: it is not a text channel of this server, or the bot lacks a permission there.
    """
    channel = interaction.guild.get_channel(chosen.id) if interaction.guild else None
    if not isinstance(channel, discord.TextChannel):
        raise InputError("This is not a text channel of this server.", "Choose another one.")
    missing = find_missing(channel.permissions_for(channel.guild.me).value)
    if missing:
        raise InputError(
            f"I cannot post in {channel.mention}.", f"Give me {format_permissions(missing)} there and choose it again."
        )
    await channel.send(text)
    return channel


class RolesSelect(PersistentItemMixin, ui.DynamicItem[ui.RoleSelect[Any]], template=r"setup:roles"):
    """Chooses the team's roles; none means everybody with Manage Server."""

    def __init__(self) -> None:
        select: ui.RoleSelect[Any] = ui.RoleSelect(
            custom_id="setup:roles", placeholder="Team roles", min_values=0, max_values=_MAX_TEAM_ROLES
        )
        super().__init__(select)

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Saves the roles; @everyone is refused, since it would make everybody the team."""
        by = _require_setup_access(interaction)
        await interaction.response.defer()
        roles = self.item.values
        if any(role.is_default() for role in roles):
            raise InputError(
                "@everyone as a team role would make every member part of the team.", "Choose other roles."
            )
        await get_bot(interaction).studio_config.set_team_roles([role.id for role in roles], by)
        await _show_result(interaction, "✔ The team is set.")


def _channel_select(custom_id: str, placeholder: str) -> ui.ChannelSelect[Any]:
    """A select for one text or announcement channel, or none."""
    return ui.ChannelSelect(
        custom_id=custom_id,
        placeholder=placeholder,
        channel_types=[discord.ChannelType.text, discord.ChannelType.news],
        min_values=0,
        max_values=1,
    )


class AnnouncementSelect(PersistentItemMixin, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"setup:announcement"):
    """Chooses the studio's own channel for announcements."""

    def __init__(self) -> None:
        super().__init__(_channel_select("setup:announcement", "Announcement channel"))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Saves the channel after a test post in it; with no channel, announcements are no longer posted here."""
        by = _require_setup_access(interaction)
        await interaction.response.defer()
        config = get_bot(interaction).studio_config
        if not self.item.values:
            await config.set_announcement_channel(None, by)
            await _show_result(interaction, "✔ Announcements are no longer posted in a channel of this server.")
            return
        channel = await _post_test(interaction, self.item.values[0], "A test: announcements will be posted here too.")
        announcement = AnnouncementChannel(
            guild_id=channel.guild.id, guild_name=channel.guild.name, channel_id=channel.id, channel_name=channel.name
        )
        await config.set_announcement_channel(announcement, by)
        news = (
            "others can follow it"
            if channel.is_news()
            else "it is not an announcement channel, so nobody can follow it"
        )
        await _show_result(interaction, f"✔ A test post is in {channel.mention}; {news}.")


class AuditSelect(PersistentItemMixin, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"setup:audit"):
    """Chooses the channel in which the team reads what happened."""

    def __init__(self) -> None:
        super().__init__(_channel_select("setup:audit", "Audit channel"))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Saves the channel after a test post in it; with no channel, audit notices end."""
        by = _require_setup_access(interaction)
        await interaction.response.defer()
        config = get_bot(interaction).studio_config
        if not self.item.values:
            await config.set_audit_channel(None, by)
            await _show_result(interaction, "✔ Audit notices are no longer posted.")
            return
        channel = await _post_test(interaction, self.item.values[0], "A test: audit notices will be posted here.")
        await config.set_audit_channel(channel.id, by)
        await _show_result(interaction, f"✔ A test post is in {channel.mention}.")


class RuleButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"setup:rule:(?P<rule>zone|approver|joining)"
):
    """Changes the time zone, the second approver, or how servers join."""

    def __init__(self, rule: str, *, is_on: bool = False) -> None:
        label_off, label_on = _RULE_LABELS[rule]
        super().__init__(ui.Button(label=label_on if is_on else label_off, custom_id=f"setup:rule:{rule}"))
        self.rule = rule

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["rule"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Asks for the time zone, or switches the rule on or off."""
        by = _require_setup_access(interaction)
        bot = get_bot(interaction)
        if self.rule == "zone":
            await interaction.response.send_modal(ZoneModal(bot.timezone))
            return
        await interaction.response.defer()
        if self.rule == "approver":
            await bot.studio_config.toggle_second_approver(by)
        else:
            await bot.studio_config.toggle_affiliate_approval(by)
        await _show_result(interaction, "✔ Saved.")


class ZoneModal(Modal, title="Time zone"):
    """Asks for the time zone of typed times."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone: ui.TextInput[ZoneModal] = ui.TextInput(default=zone, max_length=60, custom_id="zone")
        self.add_item(ui.Label(text="Time zone", description="For example: Europe/Berlin.", component=self._zone))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Saves the zone and shows its present time."""
        by = _require_setup_access(interaction)
        await interaction.response.defer()
        zone = self._zone.value.strip()
        now = discord.utils.utcnow().astimezone(_find_zone(zone))
        await get_bot(interaction).studio_config.set_timezone(zone, by)
        await _show_result(interaction, f"✔ It is {now:%H:%M} there now.")


def _find_zone(name: str) -> ZoneInfo:
    """The zone of that name.

    Raises:
        InputError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"No time zone is called “{escape_text(name, 60)}”.", "For example: Europe/Berlin.") from None
