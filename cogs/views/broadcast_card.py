"""How a broadcast is going, for the team."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.broadcasting.post import Account
from cogs.access import require_team, services_of
from cogs.views.base import PressMixin, layout, row
from cogs.words import INDIGO, RED, bar, counted, plain
from storage.deliveries import Delivery
from storage.states import BroadcastState, DeliveryState

_SHOWN = 8


def broadcast_card(account: Account) -> ui.LayoutView:
    """The card as it is to look now."""
    sending = account.broadcast.state is BroadcastState.SENDING
    heading = f"### {'◌ Posting' if sending else '✔ Posted' if not account.troubles else '◍ Posted'}"
    lines = [f"{heading} · {plain(account.broadcast.title, 150)}"]
    if sending:
        done = account.total - account.waiting
        lines.append(f"{bar(done, account.total)}  {done} of {account.total}")
    else:
        lines.append(_summary(account))
    lines += [_trouble(delivery) for delivery in account.troubles[:_SHOWN]]
    if len(account.troubles) > _SHOWN:
        lines.append(f"and {len(account.troubles) - _SHOWN} more")
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    if sending:
        items.append(row(StopButton(account.broadcast.id)))
    return layout(*items, accent=RED if account.troubles else INDIGO)


def _summary(account: Account) -> str:
    counts = account.counts
    text = f"Posted to {account.sent} of {counted(account.total, 'channel')}"
    finished, confirmed = account.broadcast.finished_at, account.broadcast.confirmed_at
    if finished and confirmed:
        text += f" in {max(1, round((finished - confirmed).total_seconds()))} s"
    for state, words in (
        (DeliveryState.REFUSED, "refused"),
        (DeliveryState.FAILED, "failed"),
        (DeliveryState.UNKNOWN, "unknown"),
        (DeliveryState.CANCELLED, "stopped"),
    ):
        if counts.get(state):
            text += f" · {counts[state]} {words}"
    return text + "."


def _trouble(delivery: Delivery) -> str:
    where = f"#{plain(delivery.channel_name, 40)} in {plain(delivery.guild_name, 40)}"
    return f"{delivery.state.value.capitalize()}: {where}: {plain(delivery.error, 150)}"


class StopButton(
    PressMixin, ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"stop:(?P<id>notifications_[0-9a-f]{16})"
):
    """Stops what has not been sent yet."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__(ui.Button(label="Stop", style=discord.ButtonStyle.danger, custom_id=f"stop:{broadcast_id}"))
        self.broadcast_id = broadcast_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["id"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Says how many were stopped."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        stopped = await services_of(interaction).broadcasting.stop(self.broadcast_id)
        await interaction.followup.send(f"Stopped. {counted(stopped, 'channel')} will not get it.", ephemeral=True)
