"""The card of an announcement: how the sending is going, for the team."""

from datetime import datetime
from typing import Any, Final

import discord
from discord import ui

from bot.broadcasts.post import BroadcastStatus
from cogs.views.base import action_row, card_layout
from cogs.views.broadcast_buttons import BroadcastButton
from cogs.views.formatting import INDIGO, RED, escape_text, format_count, progress_bar
from storage.states import BroadcastState, DeliveryState
from storage.stores.deliveries import Delivery

_MAX_FAILURES: Final = 8
"""Failed deliveries that are named on the card; the report lists all of them."""
_STATE_LABELS: Final = (
    (DeliveryState.REFUSED, "refused"),
    (DeliveryState.FAILED, "failed"),
    (DeliveryState.UNKNOWN, "unknown"),
    (DeliveryState.CANCELLED, "stopped"),
    (DeliveryState.RECALLED, "recalled"),
)


def broadcast_card(status: BroadcastStatus) -> ui.LayoutView:
    """The card for this status, red where somebody should look at it."""
    broadcast, failed = status.broadcast, status.failed_deliveries
    lines = [f"### {_heading(status)} · {escape_text(broadcast.title, 150)}", *_state_lines(status)]
    lines += [_format_failure(delivery) for delivery in failed[:_MAX_FAILURES]]
    if len(failed) > _MAX_FAILURES:
        lines.append(f"and {len(failed) - _MAX_FAILURES} more; the report lists them all")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    buttons = _buttons(status)
    if buttons:
        items.append(action_row(*buttons))
    needs_attention = bool(failed) or broadcast.state is BroadcastState.STOPPED
    return card_layout(*items, accent=RED if needs_attention else INDIGO)


def _heading(status: BroadcastStatus) -> str:
    match status.broadcast.state:
        case BroadcastState.PENDING:
            return "◌ Waiting for approval"
        case BroadcastState.SENDING:
            return "◌ Scheduled" if status.is_scheduled else "◌ Posting"
        case BroadcastState.STOPPED:
            return "◍ Stopped"
        case BroadcastState.CANCELLED:
            return "✕ Cancelled"
        case _:
            return "◍ Posted" if status.failed_deliveries else "✔ Posted"


def _state_lines(status: BroadcastStatus) -> list[str]:
    broadcast = status.broadcast
    if broadcast.state is BroadcastState.PENDING:
        return ["A second member of the team has to approve it."]
    if broadcast.state is BroadcastState.SENDING:
        if status.is_scheduled and broadcast.due_at is not None:
            return [_format_schedule(broadcast.due_at, status.total)]
        return [_format_progress(status)]
    lines = [_format_summary(status)] if status.total else []
    if broadcast.stopped_why:
        lines.append(f"It was stopped because {broadcast.stopped_why}.")
    if status.shares:
        lines.append(f"Shared by {format_count(status.shares, 'person', 'people')} so far.")
    return lines or ["Nothing was sent."]


def _format_schedule(due_at: datetime, channels: int) -> str:
    when = f"{discord.utils.format_dt(due_at, 'F')} ({discord.utils.format_dt(due_at, 'R')})"
    return f"Goes to {format_count(channels, 'channel')} on {when}."


def _format_progress(status: BroadcastStatus) -> str:
    completed = status.total - status.waiting
    text = f"{progress_bar(completed, status.total)}  {completed} of {status.total}"
    rate = status.channels_per_second
    if rate:
        text += f" · {rate:.0f} a second · done in {max(1, round(status.waiting / rate))} s"
    return text


def _format_summary(status: BroadcastStatus) -> str:
    broadcast, counts = status.broadcast, status.counts
    text = f"Posted to {status.sent} of {format_count(status.total, 'channel')}"
    started_at, finished_at = broadcast.due_at or broadcast.confirmed_at, broadcast.finished_at
    if finished_at and started_at:
        text += f" in {max(1, round((finished_at - started_at).total_seconds()))} s"
    others = [f"{counts[state]} {label}" for state, label in _STATE_LABELS if counts.get(state)]
    return " · ".join([text, *others]) + "."


def _format_failure(delivery: Delivery) -> str:
    channel = f"#{escape_text(delivery.channel_name, 40)} in {escape_text(delivery.guild_name, 40)}"
    return f"{delivery.state.value.capitalize()}: {channel}: {escape_text(delivery.error, 150)}"


def _buttons(status: BroadcastStatus) -> list[BroadcastButton]:
    broadcast_id = status.broadcast.id
    match status.broadcast.state:
        case BroadcastState.PENDING:
            return [BroadcastButton("approve", broadcast_id), BroadcastButton("discard", broadcast_id)]
        case BroadcastState.SENDING:
            return [BroadcastButton("stop", broadcast_id, "Cancel" if status.is_scheduled else "Stop")]
        case _ if status.total:
            actions = ["report", "edit", "recall"] if status.sent else ["report"]
            return [BroadcastButton(action, broadcast_id) for action in actions]
        case _:
            return []
