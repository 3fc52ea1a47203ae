"""The team's progress with its menus: which view, which period, which events, page by page."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Self

import discord
from discord import ui

from bot.charts.snapshot import Snapshot
from bot.charts.spending_chart import describe_spending
from bot.progress.history import EventPage
from bot.progress.overview import Overview
from bot.progress.paging import PagePosition
from bot.progress.scope import Period, Scope, make_event_key
from bot.progress.sessions import SessionPage
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout, read_chosen_member
from cogs.views.formatting import EMBER, shorten
from cogs.views.progress import view_texts
from cogs.views.progress.actions import ExportButton, PinBoardButton, SpendingFileButton, UnseenEventsButton
from cogs.views.progress.custom_ids import (
    SCOPE_PATTERN,
    VIEW_PATTERN,
    ProgressView,
    ScopedItemMixin,
    decode_scope,
    encode_scope,
)
from cogs.views.progress.sessions import SessionSelect, format_sessions
from cogs.views.progress.spending import format_spending

_REPLACING_IDS: Final = ("progress:view:", "progress:period:", "progress:event:", "progress:page:")
"""How the custom ids of the controls begin that replace what their message shows."""
_EVERY_EVENT: Final = "-"
"""The menu's value for no filter; Discord does not allow an empty value, and no event key has a hyphen."""


def replaces_view(interaction: discord.Interaction) -> bool:
    """Whether the interaction comes from a control that replaces what its message shows."""
    custom_id = interaction.data.get("custom_id") if interaction.data else None
    return isinstance(custom_id, str) and custom_id.startswith(_REPLACING_IDS)


async def show_view(interaction: discord.Interaction, view: ProgressView, scope: Scope, page: int = 0) -> None:
    """The interaction's message shows the view. The interaction must be deferred; ``page`` counts from 0."""
    services = get_services(interaction)
    match view:
        case ProgressView.OVERVIEW:
            await show_overview(interaction, await services.snapshots.take_snapshot(scope))
        case ProgressView.TIMELINE:
            snapshot = await services.snapshots.take_snapshot(scope)
            await _edit_with_picture(interaction, view, view_texts.format_timeline(snapshot.timeline), snapshot)
        case ProgressView.SPENDING:
            await _show_spending(interaction, scope)
        case ProgressView.EVENTS:
            event_page = await services.history.get_page(scope, page)
            await _edit_message(interaction, view, scope, _build_event_items(event_page, scope))
        case ProgressView.SESSIONS:
            session_page = await services.sessions.get_page(scope, page)
            await _edit_message(interaction, view, scope, _build_session_items(session_page, scope))


async def _show_spending(interaction: discord.Interaction, scope: Scope) -> None:
    services = get_services(interaction)
    spending = await services.spending.get_spending(scope)
    picture = await services.snapshots.renderer.draw_spending(spending)
    description = describe_spending(spending)
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(format_spending(spending)),
        view_texts.build_picture(description),
        action_row(SpendingFileButton(spending.scope)),
    ]
    file = discord.File(io.BytesIO(picture), view_texts.PICTURE_NAME, description=description)
    await _edit_message(interaction, ProgressView.SPENDING, spending.scope, items, file)


async def show_overview(interaction: discord.Interaction, snapshot: Snapshot) -> None:
    """The interaction's message shows the overview with its picture and all controls."""
    text = view_texts.format_overview(snapshot.overview)
    await _edit_with_picture(interaction, ProgressView.OVERVIEW, text, snapshot)


def build_overview_card(overview: Overview) -> ui.LayoutView:
    """The overview with all controls, while its picture is being drawn."""
    text: ui.TextDisplay[Any] = ui.TextDisplay(view_texts.format_overview(overview))
    return card_layout(text, *_build_controls(ProgressView.OVERVIEW, overview.scope), accent=EMBER)


def build_picture_file(snapshot: Snapshot) -> discord.File:
    """The snapshot's picture as an attachment."""
    content = io.BytesIO(snapshot.picture)
    return discord.File(content, view_texts.PICTURE_NAME, description=snapshot.picture_description)


async def _edit_with_picture(
    interaction: discord.Interaction, view: ProgressView, text: str, snapshot: Snapshot
) -> None:
    items: list[ui.Item[Any]] = [ui.TextDisplay(text), view_texts.build_picture(snapshot.picture_description)]
    await _edit_message(interaction, view, snapshot.overview.scope, items, build_picture_file(snapshot))


async def _edit_message(
    interaction: discord.Interaction, view: ProgressView, scope: Scope, items: list[ui.Item[Any]], *files: discord.File
) -> None:
    card = card_layout(*items, *_build_controls(view, scope), accent=EMBER)
    # Attachments that are not passed again are removed, so that no old picture stays below another view.
    await interaction.edit_original_response(view=card, attachments=files)


def _build_controls(view: ProgressView, scope: Scope) -> Sequence[ui.Item[Any]]:
    """The rows below every view."""
    return (
        action_row(ViewSelect(scope, view)),
        action_row(PeriodSelect(scope, view)),
        action_row(UnseenEventsButton(scope), PinBoardButton(scope), ExportButton(scope)),
    )


def _build_event_items(page: EventPage, scope: Scope) -> list[ui.Item[Any]]:
    event_name = next((name for name, _ in page.event_names if make_event_key(name) == scope.event_key), "")
    items: list[ui.Item[Any]] = [ui.TextDisplay(view_texts.format_events(page, scope, event_name))]
    if page.event_names:
        items.append(action_row(EventSelect(scope, page.event_names)))
    return [*items, *_build_page_buttons(ProgressView.EVENTS, scope, page.position)]


def _build_session_items(page: SessionPage, scope: Scope) -> list[ui.Item[Any]]:
    items: list[ui.Item[Any]] = [ui.TextDisplay(format_sessions(page, scope))]
    if page.sessions:
        items.append(action_row(SessionSelect(scope, page.sessions)))
    return [*items, *_build_page_buttons(ProgressView.SESSIONS, scope, page.position)]


def _build_page_buttons(view: ProgressView, scope: Scope, position: PagePosition) -> list[ui.Item[Any]]:
    if position.page_count == 1:
        return []
    newer = PageButton(view, position.index - 1, scope, "‹ Newer", disabled=position.is_first)
    older = PageButton(view, position.index + 1, scope, "Older ›", disabled=position.is_last)
    return [action_row(newer, older)]


class ViewSelect(ScopedItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:view:" + SCOPE_PATTERN):
    """Chooses the view."""

    def __init__(self, scope: Scope, shown: ProgressView = ProgressView.OVERVIEW) -> None:
        options = [
            discord.SelectOption(label=view.label, value=view.value, default=view is shown) for view in ProgressView
        ]
        super().__init__(ui.Select(custom_id=f"progress:view:{encode_scope(scope)}", options=options))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the chosen view in place."""
        require_team(interaction)
        await interaction.response.defer()
        view = read_chosen_member(ProgressView, self.item.values)
        # Only the events view shows which event name is filtered for, so the filter ends with it.
        scope = self.scope if view is ProgressView.EVENTS else replace(self.scope, event_key="")
        await show_view(interaction, view, scope)


class PeriodSelect(
    PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"progress:period:{VIEW_PATTERN}:{SCOPE_PATTERN}"
):
    """Chooses the period."""

    def __init__(self, scope: Scope, shown: ProgressView) -> None:
        options = [
            discord.SelectOption(label=period.label.capitalize(), value=period.value, default=period is scope.period)
            for period in Period
        ]
        super().__init__(ui.Select(custom_id=f"progress:period:{shown.value}:{encode_scope(scope)}", options=options))
        self.scope = scope
        self.shown = shown

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(decode_scope(match), ProgressView(match["view"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the same view for the chosen period."""
        require_team(interaction)
        await interaction.response.defer()
        period = read_chosen_member(Period, self.item.values)
        await show_view(interaction, self.shown, replace(self.scope, period=period))


class EventSelect(ScopedItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:event:" + SCOPE_PATTERN):
    """Chooses the event name to filter by. ``event_names`` are the choices, with how often each occurs."""

    def __init__(self, scope: Scope, event_names: Sequence[tuple[str, int]] = ()) -> None:
        options = [discord.SelectOption(label="Every event", value=_EVERY_EVENT, default=not scope.event_key)]
        options += [
            discord.SelectOption(
                label=shorten(name, 80) or "-",
                value=make_event_key(name),
                description=f"{number:,} in this period",
                default=make_event_key(name) == scope.event_key,
            )
            for name, number in event_names
        ]
        super().__init__(ui.Select(custom_id=f"progress:event:{encode_scope(scope)}", options=options))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the first page of the matching events."""
        require_team(interaction)
        await interaction.response.defer()
        chosen = self.item.values[0]
        scope = replace(self.scope, event_key="" if chosen == _EVERY_EVENT else chosen)
        await show_view(interaction, ProgressView.EVENTS, scope)


class PageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"progress:page:{VIEW_PATTERN}:(?P<page>-?\d{{1,6}}):{SCOPE_PATTERN}",
):
    """Shows another page of events or sessions. ``page`` counts from 0; a page that does not exist is brought into range."""

    def __init__(
        self, view: ProgressView, page: int, scope: Scope, label: str = "Page", *, disabled: bool = False
    ) -> None:
        custom_id = f"progress:page:{view.value}:{page}:{encode_scope(scope)}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.shown = view
        self.page = page
        self.scope = scope

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(ProgressView(match["view"]), int(match["page"]), decode_scope(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place."""
        require_team(interaction)
        await interaction.response.defer()
        await show_view(interaction, self.shown, self.scope, self.page)
