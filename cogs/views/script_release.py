"""Release: an optional link, then the announcement's preview."""

import discord
from discord import ui

from bot.links import validate_link
from cogs.interactions.access import get_services, require_team
from cogs.views.broadcast_dialog import refresh_script_card, show_preview
from cogs.views.modals import Modal


class ReleaseModal(Modal, title="Release"):
    """Asks where the episode can be heard or read."""

    link: ui.Label["ReleaseModal"] = ui.Label(
        text="Link",
        description="Where it can be heard or read; empty: the book's own link, if it has one.",
        component=ui.TextInput(required=False, max_length=512, placeholder="https://…", custom_id="link"),
    )

    def __init__(self, script_id: str, *, approve: bool) -> None:
        super().__init__()
        self._script_id = script_id
        self._approve = approve

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Approves first where that was asked for, then shows who would hear of it."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        field = self.link.component
        link = field.value if isinstance(field, ui.TextInput) else ""
        await show_release(interaction, self._script_id, link, approve=self._approve)


async def show_release(interaction: discord.Interaction, script_id: str, link: str, *, approve: bool) -> None:
    """The deferred interaction is answered with the preview of the release; with ``approve``, a draft is approved before."""
    by = require_team(interaction)
    services = get_services(interaction)
    link = validate_link(link)
    if approve:
        stored = await services.scripts.ensure_approved(script_id, by)
        await refresh_script_card(services, stored.id)
    broadcast = await services.drafts.compose_release(script_id, link, by)
    await show_preview(interaction, broadcast.id)
