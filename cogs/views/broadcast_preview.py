"""The text above the preview of an announcement: who gets it, who is left out and why, and when it goes."""

from datetime import datetime
from typing import Final

import discord

from bot.broadcasts.post import BroadcastPreview
from cogs.views.formatting import escape_text, format_count, format_time_and_distance
from storage.states import BroadcastState
from storage.stores.broadcasts import Broadcast
from storage.stores.delivery_values import Target

_MAX_LEFT_OUT: Final = 8
"""Channels that are named; the others are only counted, so that the text stays below Discord's limit."""
_TEMPLATE_WARNING: Final = (
    "⚠ **This releases a template**: a skeleton made from the chapter's own text, not written by Gemini."
)
_MAX_CONTENT: Final = 2000
"""Discord's limit for the text of a message, in characters."""


def format_preview(preview: BroadcastPreview, notice: str = "") -> str:
    """The preview's text, which ends with the heading of the post below it; ``notice`` comes first."""
    lines = [f"⚠ {notice}"] if notice else []
    lines.append(format_recipients(preview))
    count = len(preview.targets)
    if preview.broadcast.due_at is not None:
        due = preview.broadcast.due_at
        lines.append(f"When: {format_time_and_distance(due)}")
    elif preview.scheduled is not None:
        lines.append("When: now")
    if preview.scheduled is not None and preview.scheduled.due_at is not None:
        lines.append(f"It replaces what is scheduled for {discord.utils.format_dt(preview.scheduled.due_at, 'F')}.")
    if preview.needs_second_approver and count:
        until = " Nothing is posted until then." if preview.scheduled is not None else ""
        lines.append(f"Another member of the team has to approve it after you.{until}")
    if not count and preview.broadcast.script_id:
        lines.append("You can release the chapter anyway: everybody then sees it in `/progress`.")
    lines += ["", "**Preview** — this is what affiliates will see:", _format_buttons(preview)]
    return "\n".join(lines)[-_MAX_CONTENT:]  # the end is kept: the post stands directly below it


def _format_buttons(preview: BroadcastPreview) -> str:
    """The buttons of the post, which a preview cannot have itself."""
    link = preview.broadcast.link
    if not link:
        return "-# Button below it: **I shared it**. The post has no link, so nobody can open the episode from it."
    return f"-# Buttons below it: **Listen / read**, which opens <{link}>, and **I shared it**."


def format_recipients(preview: BroadcastPreview) -> str:
    """How many channels get it, and which do not and why; a warning where it releases a template."""
    count = len(preview.targets)
    if preview.changed_posts is not None:
        line = f"Changes **{format_count(len(preview.changed_posts), 'post')}** that have arrived"
    elif count:
        line = f"Goes to **{format_count(count, 'channel')}** in {format_count(preview.server_count, 'server')}"
    else:
        line = "**No channel would get it.**" + ("" if preview.left_out else " Nobody is subscribed yet.")
    if preview.is_template:
        line = f"{_TEMPLATE_WARNING}\n{line}"
    return f"{line} · {_format_left_out(preview.left_out)}" if preview.left_out else line


def format_changed(changed: Broadcast, count: int, now: datetime) -> str:
    """What follows from the confirmation of a change that concerns ``count`` posts."""
    channels = format_count(count, "channel")
    if changed.state is BroadcastState.PENDING:
        return "Approval requested. Nothing is posted until another member of the team approves it on its card."
    if not changed.is_scheduled_at(now) and changed.finished_at is None:
        return f"Confirmed. Posting to {channels}."
    if changed.due_at is not None and changed.is_scheduled_at(now):
        return f"Changed. It goes to {channels} on {discord.utils.format_dt(changed.due_at, 'F')}."
    return f"Changing {format_count(count, 'post')}. The card shows when that is done."


def format_discarded(broadcast: Broadcast) -> str:
    """What a discarded announcement leaves behind."""
    if broadcast.change_of:
        return "Discarded. Nothing was changed."
    text = "Discarded. Nothing was sent."
    if broadcast.script_id:
        text += " The script stays approved; **Withdraw approval** on its card makes it a draft again."
    return text


def _format_left_out(left_out: tuple[tuple[Target, str], ...]) -> str:
    """``2 are left out: #lore in Night Owls (paused) …``."""
    named = [
        f"#{escape_text(target.channel_name, 40)} in {escape_text(target.guild_name, 40)} ({reason})"
        for target, reason in left_out[:_MAX_LEFT_OUT]
    ]
    unnamed = len(left_out) - len(named)
    verb = "is" if len(left_out) == 1 else "are"
    return f"{len(left_out)} {verb} left out: {', '.join(named)}{f', and {unnamed} more' if unnamed else ''}"
