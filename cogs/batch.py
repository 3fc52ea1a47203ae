"""``/batch``: whole books are written as one batch."""

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import MythBot
from bot.batches.open_plans import OpenPlans
from bot.batches.plan import BatchOptions
from bot.batches.service import BatchService
from bot.scripts.models import ScriptMode
from cogs.interactions.access import get_services, require_team
from cogs.interactions.autocomplete import batch_autocomplete, team_ebook_autocomplete
from cogs.script import MODE_CHOICES
from cogs.views.base import card_layout
from cogs.views.batch_card import batch_card, batch_list
from cogs.views.batch_plan import ORDER_LABELS, PACE_LABELS, plan_layout
from cogs.views.formatting import EMBER
from cogs.views.script_request import check_channel
from storage.states import BatchPace, ChapterOrder


class BatchCog(commands.GroupCog, group_name="batch", group_description="Whole books, written chapter by chapter"):
    """The team's ``/batch`` commands."""

    def __init__(self, batches: BatchService, plans: OpenPlans, cap_micros: int | None) -> None:
        self._batches = batches
        self._plans = plans
        self._cap_micros = cap_micros

    @app_commands.command(
        name="start", description="Write many chapters of a book; you see the plan and its cost first"
    )
    @app_commands.describe(
        ebook="The book",
        chapters="Numbers and ranges, 1-12,15 for example; empty: every chapter without a script",
        order="Whether each chapter knows what happened in those before",
        pace="Whether it begins at once, or costs half and is there within a day",
        mode="Whether the author's words stay as they are; empty: as the book says",
    )
    @app_commands.autocomplete(ebook=team_ebook_autocomplete)
    @app_commands.choices(
        order=[Choice(name=label, value=order.value) for order, label in ORDER_LABELS.items()],
        pace=[Choice(name=label, value=pace.value) for pace, label in PACE_LABELS.items()],
        mode=MODE_CHOICES,
    )
    async def start(
        self,
        interaction: discord.Interaction,
        ebook: Range[str, 1, 100],
        chapters: Range[str, 1, 500] | None = None,
        order: str = ChapterOrder.STORY.value,
        pace: str = BatchPace.NOW.value,
        mode: str | None = None,
    ) -> None:
        """Shows the plan; nothing is sent anywhere before somebody confirms it."""
        require_team(interaction)
        check_channel(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        options = BatchOptions(
            ebook=ebook,
            chapters=(chapters or "").strip(),
            order=ChapterOrder(order),
            pace=BatchPace(pace),
            mode=ScriptMode(mode) if mode else None,
            cap_micros=self._cap_micros,
        )
        plan = await self._batches.plan(options)
        await interaction.edit_original_response(view=plan_layout(plan, self._plans.add(options)))

    @app_commands.command(name="list", description="The newest batches, and how far they are")
    async def list_batches(self, interaction: discord.Interaction) -> None:
        """Lists the batches."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=batch_list(await self._batches.list_newest()))

    @app_commands.command(name="status", description="The cards of the batches that have not ended")
    async def status(self, interaction: discord.Interaction) -> None:
        """Shows the newest batch that has not ended, and lists the others."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        views = await self._batches.list_newest(only_open=True)
        view: ui.LayoutView
        if not views:
            view = card_layout(ui.TextDisplay("No batch is running. `/batch start` begins one."), accent=EMBER)
        else:
            view = batch_card(views[0]) if len(views) == 1 else batch_list(views)
        await interaction.edit_original_response(view=view)

    @app_commands.command(name="cancel", description="Cancel a batch; finished scripts stay")
    @app_commands.describe(batch="The batch")
    @app_commands.autocomplete(batch=batch_autocomplete)
    async def cancel(self, interaction: discord.Interaction, batch: Range[str, 1, 100]) -> None:
        """Cancels the batch and shows it."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._batches.cancel(batch, by)
        await get_services(interaction).batch_cards.refresh(batch)
        await interaction.edit_original_response(view=batch_card(await self._batches.get_view(batch)))


async def setup(bot: MythBot) -> None:
    """Adds the commands to the studio's server alone."""
    services = bot.services
    cog = BatchCog(services.batches, services.open_plans, bot.settings.batch_budget_micros)
    await bot.add_cog(cog, guild=bot.studio)
