"""How a broadcast is going and what one does to it, for the team."""

import io
import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.broadcasts.post import BroadcastStatus
from bot.broadcasts.report import as_csv
from cogs.interactions.access import get_actor, get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.broadcast_compose import ComposeModal
from cogs.views.formatting import INDIGO, RED, escape_text, format_count, progress_bar
from storage.states import BroadcastState, DeliveryState
from storage.stores.deliveries import Delivery

_SHOWN = 8
_WORDS = (
    (DeliveryState.REFUSED, "refused"),
    (DeliveryState.FAILED, "failed"),
    (DeliveryState.UNKNOWN, "unknown"),
    (DeliveryState.CANCELLED, "stopped"),
    (DeliveryState.RECALLED, "recalled"),
)


def broadcast_card(account: BroadcastStatus) -> ui.LayoutView:
    """The card as it is to look now."""
    broadcast = account.broadcast
    lines = [f"### {_heading(account)} · {escape_text(broadcast.title, 150)}", *_state_lines(account)]
    lines += [_trouble(delivery) for delivery in account.troubles[:_SHOWN]]
    if len(account.troubles) > _SHOWN:
        lines.append(f"and {len(account.troubles) - _SHOWN} more; the report has them all")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    buttons = _buttons(account)
    if buttons:
        items.append(action_row(*buttons))
    alarmed = bool(account.troubles) or broadcast.state is BroadcastState.STOPPED
    return card_layout(*items, accent=RED if alarmed else INDIGO)


def _heading(account: BroadcastStatus) -> str:
    match account.broadcast.state:
        case BroadcastState.PENDING:
            return "◌ Waiting for approval"
        case BroadcastState.SENDING:
            return "◌ Scheduled" if account.scheduled else "◌ Posting"
        case BroadcastState.STOPPED:
            return "◍ Stopped"
        case BroadcastState.CANCELLED:
            return "✕ Cancelled"
        case _:
            return "◍ Posted" if account.troubles else "✔ Posted"


def _state_lines(account: BroadcastStatus) -> list[str]:
    broadcast = account.broadcast
    if broadcast.state is BroadcastState.PENDING:
        return ["A second member of the team has to approve it."]
    if broadcast.state is BroadcastState.SENDING:
        if account.scheduled and broadcast.due_at is not None:
            when = (
                f"{discord.utils.format_dt(broadcast.due_at, 'F')} ({discord.utils.format_dt(broadcast.due_at, 'R')})"
            )
            return [f"Goes to {format_count(account.total, 'channel')} on {when}."]
        done = account.total - account.waiting
        text = f"{progress_bar(done, account.total)}  {done} of {account.total}"
        if account.rate:
            text += f" · {account.rate:.0f} a second · done in {max(1, round(account.waiting / account.rate))} s"
        return [text]
    lines = [_summary(account)] if account.total else []
    if broadcast.stopped_why:
        lines.append(f"It was stopped because {broadcast.stopped_why}.")
    if account.shares:
        lines.append(f"Shared by {format_count(account.shares, 'person', 'people')} so far.")
    return lines or ["Nothing was sent."]


def _summary(account: BroadcastStatus) -> str:
    counts = account.counts
    text = f"Posted to {account.sent} of {format_count(account.total, 'channel')}"
    began, finished = account.broadcast.due_at or account.broadcast.confirmed_at, account.broadcast.finished_at
    if finished and began:
        text += f" in {max(1, round((finished - began).total_seconds()))} s"
    others = [f"{counts[state]} {words}" for state, words in _WORDS if counts.get(state)]
    return " · ".join([text, *others]) + "."


def _trouble(delivery: Delivery) -> str:
    where = f"#{escape_text(delivery.channel_name, 40)} in {escape_text(delivery.guild_name, 40)}"
    return f"{delivery.state.value.capitalize()}: {where}: {escape_text(delivery.error, 150)}"


def _buttons(account: BroadcastStatus) -> list[ui.Item[Any]]:
    broadcast_id = account.broadcast.id
    match account.broadcast.state:
        case BroadcastState.PENDING:
            return [BroadcastButton("approve", broadcast_id), BroadcastButton("discard", broadcast_id)]
        case BroadcastState.SENDING:
            label = "Cancel" if account.scheduled else "Stop"
            return [BroadcastButton("stop", broadcast_id, label)]
        case _ if account.total:
            acts = ["report", "edit", "recall"] if account.sent else ["report"]
            return [BroadcastButton(act, broadcast_id) for act in acts]
        case _:
            return []


class BroadcastButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"broadcast:(?P<act>[a-z]+):(?P<id>notifications_[0-9a-f]{16})",
):
    """Approve, Stop, Report, Edit the posts, Recall."""

    STYLES: ClassVar = {
        "approve": ("Approve", discord.ButtonStyle.success),
        "discard": ("Discard", discord.ButtonStyle.secondary),
        "stop": ("Stop", discord.ButtonStyle.danger),
        "report": ("Report", discord.ButtonStyle.secondary),
        "edit": ("Edit the posts", discord.ButtonStyle.secondary),
        "recall": ("Recall", discord.ButtonStyle.secondary),
        "remove": ("Recall", discord.ButtonStyle.danger),
    }

    def __init__(self, act: str, broadcast_id: str, label: str = "") -> None:
        name, style = self.STYLES[act]
        super().__init__(ui.Button(label=label or name, style=style, custom_id=f"broadcast:{act}:{broadcast_id}"))
        self.act = act
        self.broadcast_id = broadcast_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"], match["id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Acts, and answers privately."""
        by = require_team(interaction)
        services = get_services(interaction)
        broadcasting = services.broadcasting
        if self.act == "edit":
            account = await broadcasting.account(self.broadcast_id)
            await interaction.response.send_modal(ComposeModal(account.broadcast))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        match self.act:
            case "approve":
                preview = await broadcasting.approve(self.broadcast_id, by)
                text = f"Approved. It goes to {format_count(len(preview.targets), 'channel')}."
            case "discard":
                await broadcasting.discard(self.broadcast_id)
                text = "Discarded. Nothing was sent."
            case "stop":
                stopped = await broadcasting.stop(self.broadcast_id, by)
                text = f"Stopped. {format_count(stopped, 'channel')} will not get it."
            case "report":
                await send_report(interaction, self.broadcast_id)
                return
            case "recall":
                await _ask_recall(interaction, self.broadcast_id)
                return
            case _:
                count = await broadcasting.recall(self.broadcast_id, by)
                text = f"Removing {format_count(count, 'post')}."
        await interaction.followup.send(text, ephemeral=True)
        await broadcasting.refresh_card(self.broadcast_id)


async def send_report(interaction: discord.Interaction, broadcast_id: str) -> None:
    """Answers a deferred interaction with the CSV."""
    account, deliveries = await get_services(interaction).broadcasting.report(broadcast_id, get_actor(interaction))
    found = as_csv(account.broadcast, deliveries)
    file = discord.File(io.BytesIO(found.content), found.name)
    await interaction.followup.send(f"{format_count(len(deliveries), 'channel')}.", file=file, ephemeral=True)


async def _ask_recall(interaction: discord.Interaction, broadcast_id: str) -> None:
    account = await get_services(interaction).broadcasting.account(broadcast_id)
    view = ui.View(timeout=None)
    view.add_item(BroadcastButton("remove", broadcast_id, f"Remove {format_count(account.sent, 'post')}"))
    text = f"This removes “{escape_text(account.broadcast.title, 100)}” from {format_count(account.sent, 'channel')}."
    await interaction.followup.send(text, view=view, ephemeral=True)
