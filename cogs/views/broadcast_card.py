"""The card of an announcement: how the sending is going, for the team."""

from datetime import datetime
from typing import Any, Final

import discord
from discord import ui

from bot.broadcasts.content import shorten
from bot.broadcasts.post import BroadcastStatus
from cogs.views.base import action_row, card_layout
from cogs.views.broadcast_buttons import BroadcastButton
from cogs.views.broadcast_post import post_text
from cogs.views.broadcast_preview import format_recipients
from cogs.views.formatting import INDIGO, RED, escape_text, format_count, format_time_and_distance, progress_bar
from cogs.views.pressed_cards import build_card
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.delivery_values import Delivery

_MAX_FAILURES: Final = 8
"""Failed deliveries that are named on the card; the report lists all of them."""
_MAX_PENDING_TEXT: Final = 1500
"""Characters of the text on a card that waits for approval. Its button "Show the post" shows all of it."""
_STATE_LABELS: Final = (
    (DeliveryState.REFUSED, "refused"),
    (DeliveryState.FAILED, "failed"),
    (DeliveryState.UNKNOWN, "unknown"),
    (DeliveryState.CANCELLED, "stopped"),
    (DeliveryState.RECALLED, "recalled"),
)


@build_card.register
def broadcast_card(status: BroadcastStatus) -> ui.LayoutView:
    """The card for this status, red where somebody should look at it."""
    broadcast, failed = status.broadcast, status.failed_deliveries
    lines = [f"### {_heading(status)} · {escape_text(broadcast.title, 150)}", *_state_lines(status)]
    lines += [_format_failure(delivery) for delivery in failed[:_MAX_FAILURES]]
    if len(failed) > _MAX_FAILURES:
        lines.append(f"and {len(failed) - _MAX_FAILURES} more; the report lists them all")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    if broadcast.state is BroadcastState.PENDING:  # a text of its own, so that its Markdown ends with it
        items.append(ui.TextDisplay(post_text(shorten(broadcast.message, _MAX_PENDING_TEXT), broadcast.hook)))
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
            return f"◌ {status.label.capitalize()}"
        case BroadcastState.STOPPED:
            return "◍ Stopped"
        case BroadcastState.CANCELLED:
            return "✕ Cancelled"
        case BroadcastState.RECALLED:
            return "✕ Recalled"
        case _:
            return "◍ Posted" if status.failed_deliveries else "✔ Posted"


def _state_lines(status: BroadcastStatus) -> list[str]:
    broadcast = status.broadcast
    if broadcast.state is BroadcastState.PENDING:
        return _format_pending(status)
    if broadcast.state is BroadcastState.SENDING:
        if status.is_scheduled and broadcast.due_at is not None:
            return [_format_schedule(broadcast.due_at, status.counts.waiting)]
        return [_format_progress(status)]
    lines = [_format_summary(status)] if status.counts.total else []
    if status.counts.changed_at is not None:
        lines.append(f"Changed at {discord.utils.format_dt(status.counts.changed_at, 'f')}.")
    if status.holds_release:
        lines.append("The chapter is still released.")
    if broadcast.stopped_why:
        lines.append(f"It was stopped because {broadcast.stopped_why}.")
    if status.shares:
        lines.append(f"Shared by {format_count(status.shares, 'person', 'people')} so far.")
    return lines or ["Nothing was sent."]


def _format_pending(status: BroadcastStatus) -> list[str]:
    """What the second person approves: the link, the picture, the time and the channels; the text comes after it."""
    broadcast, preview = status.broadcast, status.preview
    lines = ["A second member of the team has to approve it."]
    if preview is not None:
        lines.append(format_recipients(preview))
    when = "as soon as it is approved"
    if broadcast.due_at is not None:
        when = format_time_and_distance(broadcast.due_at)
    lines.append(f"When: {when}")
    lines.append(f"Link: {broadcast.link or 'none'}")
    if broadcast.image:
        lines.append(f"Image: {broadcast.image}")
    if broadcast.ping_roles:
        lines.append("It pings the roles that the servers chose.")
    lines.append("What affiliates will read below the headline:")
    return lines


def _format_schedule(due_at: datetime, channels: int) -> str:
    when = format_time_and_distance(due_at)
    return f"Goes to {format_count(channels, 'channel')} on {when}."


def _format_progress(status: BroadcastStatus) -> str:
    counts = status.counts
    completed = counts.total - counts.waiting
    text = f"{progress_bar(completed, counts.total)}  {completed} of {counts.total}"
    rate = status.channels_per_second
    # Where posts are changed or removed, the average since the first post says nothing.
    if rate and counts.open_action is DeliveryAction.POST and not status.broadcast.finished_at:
        text += f" · {rate:.0f} a second · done in {max(1, round(counts.waiting / rate))} s"
    return text


def _format_summary(status: BroadcastStatus) -> str:
    broadcast, counts = status.broadcast, status.counts
    text = f"Posted to {counts.posted} of {format_count(counts.total, 'channel')}"
    started_at, finished_at = broadcast.due_at or broadcast.confirmed_at, broadcast.finished_at
    if counts.posted and finished_at and started_at:
        text += f" in {max(1, round((finished_at - started_at).total_seconds()))} s"
    unchanged = sum(delivery.message_id is not None for delivery in status.failed_deliveries)
    numbers = {**counts.by_state, DeliveryState.REFUSED: counts.by_state.get(DeliveryState.REFUSED, 0)}
    for delivery in status.failed_deliveries:
        if delivery.message_id is not None:
            numbers[delivery.state] -= 1
    others = [f"{numbers[state]} {label}" for state, label in _STATE_LABELS if numbers.get(state)]
    if unchanged:
        others.append(f"{unchanged} could not be changed or removed")
    return " · ".join([text, *others]) + "."


def _format_failure(delivery: Delivery) -> str:
    channel = f"#{escape_text(delivery.channel_name, 40)} in {escape_text(delivery.guild_name, 40)}"
    what = {
        DeliveryAction.POST: delivery.state.value,
        DeliveryAction.EDIT: "not changed",
        DeliveryAction.RECALL: "not removed",
    }[delivery.action]
    return f"{what.capitalize()}: {channel}: {escape_text(delivery.error, 150)}"


def _buttons(status: BroadcastStatus) -> list[BroadcastButton]:
    broadcast_id = status.broadcast.id
    match status.broadcast.state:
        case BroadcastState.PENDING:
            seen = status.preview.fingerprint if status.preview else ""
            return [
                BroadcastButton("approve", broadcast_id, seen=seen),
                BroadcastButton("show", broadcast_id),
                BroadcastButton("discard", broadcast_id),
            ]
        case BroadcastState.SENDING:
            if status.is_scheduled:
                return [
                    BroadcastButton("show", broadcast_id),
                    BroadcastButton("edit", broadcast_id, "Edit"),
                    BroadcastButton("move", broadcast_id),
                    BroadcastButton("stop", broadcast_id, "Cancel"),
                ]
            return [BroadcastButton("stop", broadcast_id)]
        case _ if status.counts.total:
            actions = ["report", "edit", "recall"] if status.counts.standing else ["report"]
            buttons = [BroadcastButton(action, broadcast_id) for action in actions]
            if status.holds_release:
                buttons.append(BroadcastButton("unrelease", broadcast_id))
            if status.retriable:
                buttons.append(BroadcastButton("retry", broadcast_id, f"Try {status.retriable} again"))
            return buttons
        case _:
            return []
