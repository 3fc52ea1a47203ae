"""The wizard's card. Each control keeps its change at once, checks it, and says what it found."""

import re
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import discord
from discord import ui

from bot.errors import InputError
from bot.event_names import STUDIO_CONFIGURED
from bot.permissions import in_words, missing
from bot.studio_config import AnnouncementChannel, StudioConfig, save_config
from cogs.interactions.access import get_bot, get_services, require_manager, require_team
from cogs.views.base import Modal, PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text
from storage import WriteTransaction


def setup_card(interaction: discord.Interaction, found: str = "") -> ui.LayoutView:
    """The configuration as it is, with its controls; ``found`` is what the last change led to."""
    bot = get_bot(interaction)
    config = bot.config.value
    roles = ", ".join(f"<@&{role_id}>" for role_id in bot.team_role_ids) or "whoever may manage this server"
    announcement = f"<#{config.announcement.channel_id}>" if config.announcement else "none"
    audit = f"<#{config.audit_channel_id}>" if config.audit_channel_id else "none"
    lines = [
        "### The studio",
        f"**Team:** {roles}",
        f"**Announcements also stand in:** {announcement} (an announcement channel can be followed by others)",
        f"**Audit channel:** {audit}",
        f"**Time zone:** {escape_text(bot.timezone)}",
        f"**A second person approves announcements:** {'yes' if config.second_approver else 'no'}",
        f"**Servers join:** {'after the team lets them in' if config.approve_affiliates else 'by themselves'}",
    ]
    if found:
        lines.append(f"\n{found}")
    return card_layout(
        ui.TextDisplay("\n".join(lines)),
        action_row(RolesSelect()),
        action_row(AnnouncementSelect()),
        action_row(AuditSelect()),
        action_row(
            RuleButton("zone"),
            RuleButton("approver", on=config.second_approver),
            RuleButton("joining", on=config.approve_affiliates),
        ),
        accent=EMBER,
    )


async def keep(interaction: discord.Interaction, found: str, **changes: Any) -> None:  # noqa: ANN401
    """Keeps the change with its event, and shows the card anew."""
    by = require_team(interaction)
    require_manager(interaction)
    bot = get_bot(interaction)
    config = StudioConfig.model_validate(bot.config.value.model_dump() | changes)

    async def work(tx: WriteTransaction) -> None:
        member_id = await tx.members.remember(by)
        await save_config(tx, config)
        tx.report(STUDIO_CONFIGURED, {"changed": sorted(changes)}, member_id=member_id)

    await get_services(interaction).database.write(work)
    bot.config.value = config
    await interaction.edit_original_response(view=setup_card(interaction, found))


async def _tested(
    interaction: discord.Interaction,
    chosen: discord.app_commands.AppCommandChannel | discord.app_commands.AppCommandThread,
    text: str,
) -> Any:  # noqa: ANN401
    """The chosen channel, after a test post in it; ``InputError`` where that is not possible."""
    channel = interaction.guild.get_channel(chosen.id) if interaction.guild else None
    if not isinstance(channel, discord.TextChannel):
        raise InputError("This is not a text channel of this server.", "Choose another one.")
    lacking = missing(channel.permissions_for(channel.guild.me))
    if lacking:
        raise InputError(
            f"I cannot post in {channel.mention}.", f"Give me {in_words(lacking)} there and choose it again."
        )
    await channel.send(text)
    return channel


class RolesSelect(PersistentItemMixin, ui.DynamicItem[ui.RoleSelect[Any]], template=r"setup:roles"):
    """Who the team is."""

    def __init__(self) -> None:
        select: ui.RoleSelect[Any] = ui.RoleSelect(
            custom_id="setup:roles",
            placeholder="Team roles",
            min_values=0,
            max_values=10,
        )
        super().__init__(select)

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Keeps the roles; everybody's own role would make everybody the team."""
        require_team(interaction)
        await interaction.response.defer()
        chosen = self.item.values
        if any(role.is_default() for role in chosen):
            raise InputError("Everybody's role would make everybody the team.", "Choose other roles.")
        await keep(interaction, "✔ The team is set.", team_role_ids=tuple(role.id for role in chosen))


class _ChannelPick(PersistentItemMixin):
    """What both channel selects have in common."""

    @classmethod
    def select(cls, custom_id: str, placeholder: str) -> ui.ChannelSelect[Any]:
        """The select; empty ends the setting."""
        return ui.ChannelSelect(
            custom_id=custom_id,
            placeholder=placeholder,
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            min_values=0,
            max_values=1,
        )


class AnnouncementSelect(_ChannelPick, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"setup:announcement"):
    """The studio's own channel for announcements."""

    def __init__(self) -> None:
        super().__init__(self.select("setup:announcement", "Announcement channel"))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Tests and keeps it."""
        require_team(interaction)
        await interaction.response.defer()
        if not self.item.values:
            await keep(interaction, "✔ Announcements no longer stand here.", announcement=None)
            return
        channel = await _tested(interaction, self.item.values[0], "A test: announcements will stand here too.")
        place = AnnouncementChannel(
            guild_id=channel.guild.id, guild_name=channel.guild.name, channel_id=channel.id, channel_name=channel.name
        )
        news = "others can follow it" if channel.is_news() else "it is no announcement channel, so nobody can follow it"
        await keep(interaction, f"✔ A test post stands in {channel.mention}; {news}.", announcement=place.model_dump())


class AuditSelect(_ChannelPick, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"setup:audit"):
    """Where the team reads what has happened."""

    def __init__(self) -> None:
        super().__init__(self.select("setup:audit", "Audit channel"))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Tests and keeps it."""
        require_team(interaction)
        await interaction.response.defer()
        if not self.item.values:
            await keep(interaction, "✔ Nothing is posted for audit any more.", audit_channel_id=None)
            return
        channel = await _tested(interaction, self.item.values[0], "A test: the studio's audit trail is told here.")
        await keep(interaction, f"✔ A test post stands in {channel.mention}.", audit_channel_id=channel.id)


class RuleButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=r"setup:rule:(?P<rule>zone|approver|joining)"
):
    """The time zone, the second approver, and how servers join."""

    LABELS: ClassVar = {
        "zone": ("Time zone…", "Time zone…"),
        "approver": ("Require a second approver", "No second approver"),
        "joining": ("Let the team admit servers", "Let servers join by themselves"),
    }

    def __init__(self, rule: str, *, on: bool = False) -> None:
        super().__init__(ui.Button(label=self.LABELS[rule][on], custom_id=f"setup:rule:{rule}"))
        self.rule = rule

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["rule"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Turns the rule around."""
        require_team(interaction)
        config = get_bot(interaction).config.value
        if self.rule == "zone":
            await interaction.response.send_modal(ZoneModal(get_bot(interaction).timezone))
            return
        await interaction.response.defer()
        if self.rule == "approver":
            await keep(interaction, "✔ Kept.", second_approver=not config.second_approver)
        else:
            await keep(interaction, "✔ Kept.", approve_affiliates=not config.approve_affiliates)


class ZoneModal(Modal, title="Time zone"):
    """Asks where typed times are meant."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone: ui.TextInput[ZoneModal] = ui.TextInput(default=zone, max_length=60, custom_id="zone")
        self.add_item(ui.Label(text="Time zone", description="Such as Europe/Berlin.", component=self._zone))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Keeps the zone, if there is one of that name."""
        require_team(interaction)
        await interaction.response.defer()
        zone = self._zone.value.strip()
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InputError(
                f"No time zone is called “{escape_text(zone, 60)}”.", "Write it like Europe/Berlin."
            ) from None
        now = discord.utils.utcnow().astimezone(ZoneInfo(zone))
        await keep(interaction, f"✔ It is {now:%H:%M} there now.", timezone=zone)
