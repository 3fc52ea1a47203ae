"""The plan of a batch before its confirmation, seen by whoever typed the command."""

import re
from dataclasses import replace
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.batches.chapter_ranges import format_chapters
from bot.batches.plan import BatchPlan
from bot.errors import DeliveryError
from cogs.interactions.access import get_channel_ids, get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import (
    EMBER,
    MODE_LABELS,
    escape_text,
    format_count,
    format_dollars,
    format_duration_range,
)
from storage.states import BatchPace, ChapterOrder

ORDER_LABELS = {
    ChapterOrder.STORY: "One after the other: each chapter knows what happened before",
    ChapterOrder.PARALLEL: "Side by side: faster, without the story so far",
}

PACE_LABELS = {
    BatchPace.NOW: "Now: begins at once",
    BatchPace.OVERNIGHT: "Overnight: half the price, Gemini answers within a day",
}


def plan_layout(plan: BatchPlan, token: str) -> ui.LayoutView:
    """What the batch would do, with the buttons that start or discard it."""
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### Plan · {escape_text(plan.ebook.title, 120)}"),
        ui.TextDisplay("\n".join(_describe(plan))),
    ]
    buttons: list[PlanButton] = []
    if plan.chapters:
        buttons.append(PlanButton("start", token, f"Write {format_count(len(plan.chapters), 'chapter')}"))
    if plan.skipped:
        buttons.append(PlanButton("rewrite", token, f"Also the {len(plan.skipped)} that have a script"))
    buttons.append(PlanButton("discard", token))
    return card_layout(*items, action_row(*buttons), accent=EMBER)


_NO_KEY: Final = "No Gemini key is set: the template writes these chapters, which costs nothing."


def _describe(plan: BatchPlan) -> list[str]:
    lines = []
    if plan.chapters:
        numbers = format_chapters(chapter.number for chapter in plan.chapters)
        lines += [
            f"Writes {format_count(len(plan.chapters), 'chapter')} ({numbers}), {plan.words:,} words.",
            f"{MODE_LABELS[plan.mode]}. {_describe_pace(plan)}.",
            _NO_KEY if plan.is_by_template else _format_estimate(plan),
        ]
    else:
        lines.append("There is nothing to write.")
    if plan.skipped:
        lines.append(f"Left out, because they have a script: {format_chapters(plan.skipped)}.")
    if plan.busy:
        lines.append(f"Left out, because they are being written: {format_chapters(plan.busy)}.")
    if plan.options.cap_micros is not None:
        lines.append(f"It stops before it costs more than {format_dollars(plan.options.cap_micros)}.")
    if plan.remaining_micros is not None:
        lines.append(f"This month's budget has {format_dollars(plan.remaining_micros)} left.")
    if plan.unpriced and not plan.is_by_template and (plan.options.cap_micros or plan.budget_micros) is not None:
        names = " and ".join(plan.unpriced)
        lines.append(f"⚠ The price of {names} is not known, so no budget limits its cost. Your operator can add it.")
    if plan.may_exceed_budget:
        lines.append("⚠ It may need more than that. It then pauses, and nothing is lost.")
    if plan.other is not None:
        lines.append("⚠ Another batch of this book has not ended. `/batch status` shows it.")
    return lines


def _describe_pace(plan: BatchPlan) -> str:
    if plan.options.pace is BatchPace.OVERNIGHT:
        return f"{PACE_LABELS[BatchPace.OVERNIGHT]}, written by {plan.model}; each chapter without the story so far"
    return ORDER_LABELS[plan.options.order]


def _format_estimate(plan: BatchPlan) -> str:
    estimate = plan.estimate
    low, high = estimate.tokens
    time = format_duration_range(*map(round, estimate.seconds))
    if plan.options.pace is BatchPace.OVERNIGHT:
        time = "within a day"
    requests = format_count(estimate.requests, "request")
    return f"Estimate: {requests}, {low:,} to {high:,} tokens, {_format_cost(estimate.cost_micros)}, {time}."


def _format_cost(cost: tuple[int, int] | None) -> str:
    if cost is None:
        return "price unknown"
    low, high = (format_dollars(micros) for micros in cost)
    return low if low == high else f"{low} to {high}"


class PlanButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=r"plan:(?P<action>start|rewrite|discard):(?P<token>[0-9a-f]{16})",
):
    """Starts the batch, adds the chapters that have a script, or discards the plan."""

    STYLES: ClassVar = {
        "start": ("Start", discord.ButtonStyle.success),
        "rewrite": ("Also those that have a script", discord.ButtonStyle.secondary),
        "discard": ("Discard", discord.ButtonStyle.secondary),
    }

    def __init__(self, action: str, token: str, label: str = "") -> None:
        name, style = self.STYLES[action]
        super().__init__(ui.Button(label=label or name, style=style, custom_id=f"plan:{action}:{token}"))
        self.action = action
        self.token = token

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["token"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Does what the button says; the plan's message shows the result."""
        by = require_team(interaction)
        services = get_services(interaction)
        options = services.open_plans.take(self.token)
        await interaction.response.defer()
        match self.action:
            case "discard":
                await interaction.edit_original_response(view=_notice("Nothing was started."))
            case "rewrite":
                changed = replace(options, rewrite=True)
                plan = await services.batches.plan(changed)
                await interaction.edit_original_response(view=plan_layout(plan, services.open_plans.add(changed)))
            case _:
                batch = await services.batches.start(options, by, channel=get_channel_ids(interaction))
                try:
                    card = await services.batch_cards.post(batch.id)
                except DeliveryError:
                    await interaction.edit_original_response(
                        view=_notice("The batch has started, without a card here.")
                    )
                    raise
                link = f" https://discord.com/channels/{interaction.guild_id}/{card[0]}/{card[1]}" if card else ""
                await interaction.edit_original_response(view=_notice(f"The batch has started.{link}"))


def _notice(text: str) -> ui.LayoutView:
    return card_layout(ui.TextDisplay(text), accent=EMBER)
