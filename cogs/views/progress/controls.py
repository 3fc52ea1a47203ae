"""The team's progress with its controls: which view, which period, which events, page by page."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import discord
from discord import ui

from bot.charts.snapshot import Snapshot
from bot.progress.history import EventPage
from bot.progress.overview import Overview
from bot.progress.scope import Period, Scope, make_event_key
from bot.progress.sessions import SessionPage
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, shorten
from cogs.views.progress import texts
from cogs.views.progress.actions import BoardButton, ExportButton, SinceButton
from cogs.views.progress.scope_ids import SCOPE, VIEW, ScopedMixin, View, scope_id, scope_of
from cogs.views.progress.sessions import SessionSelect, sessions_text


async def show(interaction: discord.Interaction, view: View, scope: Scope, page: int = 0) -> None:
    """The view in the place of the interaction's message, which has been deferred."""
    services = get_services(interaction)
    if interaction.message is not None:
        services.snapshots.awaited.discard(interaction.message.id)
    match view:
        case View.OVERVIEW:
            await show_overview(interaction, await services.snapshots.of(scope))
        case View.TIMELINE:
            found = await services.snapshots.of(scope)
            await _show_pictured(interaction, view, texts.timeline_text(found.timeline), found)
        case View.EVENTS:
            await _show(interaction, view, scope, _events(await services.history.page(scope, page), scope))
        case View.SESSIONS:
            await _show(interaction, view, scope, _sessions(await services.sessions.page(scope, page), scope))


async def show_overview(interaction: discord.Interaction, found: Snapshot) -> None:
    """The overview with its picture and all controls."""
    await _show_pictured(interaction, View.OVERVIEW, texts.overview_text(found.overview), found)


async def _show_pictured(interaction: discord.Interaction, view: View, text: str, found: Snapshot) -> None:
    items: list[ui.Item[Any]] = [ui.TextDisplay(text), texts.picture(found.alt)]
    await _show(interaction, view, found.overview.scope, items, picture_file(found))


async def _show(
    interaction: discord.Interaction, view: View, scope: Scope, items: list[ui.Item[Any]], *files: discord.File
) -> None:
    card = card_layout(*items, *controls(view, scope), accent=EMBER)
    await interaction.edit_original_response(view=card, attachments=files)


def first_card(overview: Overview) -> ui.LayoutView:
    """The overview while its picture is being drawn."""
    text: ui.TextDisplay[Any] = ui.TextDisplay(texts.overview_text(overview))
    return card_layout(text, *controls(View.OVERVIEW, overview.scope), accent=EMBER)


def picture_file(found: Snapshot) -> discord.File:
    """The picture to be attached."""
    return discord.File(io.BytesIO(found.picture), texts.PICTURE, description=found.alt)


def controls(view: View, scope: Scope) -> Sequence[ui.Item[Any]]:
    """The rows under every view."""
    return (
        action_row(ViewSelect(scope, view)),
        action_row(PeriodSelect(scope, view)),
        action_row(SinceButton(scope), BoardButton(scope), ExportButton(scope)),
    )


def _events(page: EventPage, scope: Scope) -> list[ui.Item[Any]]:
    name = next((name for name, _ in page.names if make_event_key(name) == scope.event), "")
    items: list[ui.Item[Any]] = [ui.TextDisplay(texts.events_text(page, scope, name))]
    if page.names:
        items.append(action_row(EventSelect(scope, page.names)))
    return [*items, *_pager(View.EVENTS, scope, page.number, page.pages)]


def _sessions(page: SessionPage, scope: Scope) -> list[ui.Item[Any]]:
    items: list[ui.Item[Any]] = [ui.TextDisplay(sessions_text(page, scope))]
    if page.lines:
        items.append(action_row(SessionSelect(scope, page.lines)))
    return [*items, *_pager(View.SESSIONS, scope, page.number, page.pages)]


def _pager(view: View, scope: Scope, number: int, pages: int) -> list[ui.Item[Any]]:
    if pages == 1:
        return []
    newer = PageButton(view, number - 1, scope, "‹ Newer", disabled=number == 0)
    return [action_row(newer, PageButton(view, number + 1, scope, "Older ›", disabled=number >= pages - 1))]


class ViewSelect(ScopedMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:view:" + SCOPE):
    """Overview, timeline, events, sessions."""

    def __init__(self, scope: Scope, view: View = View.OVERVIEW) -> None:
        options = [discord.SelectOption(label=one.words, value=one.value, default=one is view) for one in View]
        super().__init__(ui.Select(custom_id=f"progress:view:{scope_id(scope)}", options=options))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows it in place."""
        require_team(interaction)
        await interaction.response.defer()
        view = View(self.item.values[0])
        # A filter that can no longer be seen must not go on.
        await show(interaction, view, self.scope if view is View.EVENTS else replace(self.scope, event=""))


class PeriodSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"progress:period:{VIEW}:{SCOPE}"):
    """How far to look back."""

    def __init__(self, scope: Scope, view: View) -> None:
        options = [
            discord.SelectOption(label=period.words.capitalize(), value=period.value, default=period is scope.period)
            for period in Period
        ]
        super().__init__(ui.Select(custom_id=f"progress:period:{view.value}:{scope_id(scope)}", options=options))
        self.scope = scope
        self.view_shown = view

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(scope_of(match), View(match["view"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """The same view of another period."""
        require_team(interaction)
        await interaction.response.defer()
        await show(interaction, self.view_shown, replace(self.scope, period=Period(self.item.values[0])))


class EventSelect(ScopedMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:event:" + SCOPE):
    """Only events of one name."""

    def __init__(self, scope: Scope, names: Sequence[tuple[str, int]] = ()) -> None:
        options = [discord.SelectOption(label="Every event", value="-", default=not scope.event)]
        options += [
            discord.SelectOption(
                label=shorten(name, 80) or "-",
                value=make_event_key(name),
                description=f"{number:,} in this period",
                default=make_event_key(name) == scope.event,
            )
            for name, number in names
        ]
        super().__init__(ui.Select(custom_id=f"progress:event:{scope_id(scope)}", options=options))
        self.scope = scope

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Its first page."""
        require_team(interaction)
        await interaction.response.defer()
        chosen = self.item.values[0]
        await show(interaction, View.EVENTS, replace(self.scope, event="" if chosen == "-" else chosen))


class PageButton(
    PersistentItemMixin, ui.DynamicItem[ui.Button[Any]], template=rf"progress:page:{VIEW}:(?P<page>-?\d{{1,6}}):{SCOPE}"
):
    """A page of events or sessions."""

    def __init__(self, view: View, page: int, scope: Scope, label: str = "Page", *, disabled: bool = False) -> None:
        custom_id = f"progress:page:{view.value}:{page}:{scope_id(scope)}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.view_shown = view
        self.page = page
        self.scope = scope

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(View(match["view"]), int(match["page"]), scope_of(match))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows it in place."""
        require_team(interaction)
        await interaction.response.defer()
        await show(interaction, self.view_shown, self.scope, self.page)
