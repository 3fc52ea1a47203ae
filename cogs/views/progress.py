"""The views of ``/progress``: overview, events and export for the team, the public view for everybody."""

import io
import re
from datetime import datetime
from typing import Any, Self

import discord
from discord import ui

from bot.badges import Standing
from bot.progress import export
from bot.progress.overview import (
    BookStanding,
    EventPage,
    Overview,
    Period,
    PublicChapter,
    PublicView,
    Scope,
    short_name,
)
from cogs.access import require_team, services_of
from cogs.views.badges import badge_lines
from cogs.views.base import PressMixin, layout, row
from cogs.words import EMBER, INDIGO, ago, bar, counted, cut, dollars, plain
from storage.events import Event

_BOOKS = 12
_PUBLIC = 10
_SCOPE = r"(?P<period>today|week|month|all):(?P<member>\d*):(?P<ebook>.*)"


def _scope_id(scope: Scope) -> str:
    return f"{scope.period.value}:{scope.member_discord_id or ''}:{short_name(scope.ebook) if scope.ebook else ''}"


def _scope_of(match: re.Match[str]) -> Scope:
    return Scope(match["ebook"], int(match["member"]) if match["member"] else None, Period(match["period"]))


def overview_card(view: Overview) -> ui.LayoutView:
    """The team's look."""
    lines = [f"### Progress · {view.scope.period.words}"]
    if not view.books:
        lines.append("Nothing has been written yet. `/script` begins.")
    lines += [_book_line(book) for book in view.books[:_BOOKS]]
    if len(view.books) > _BOOKS:
        lines.append(f"-# and {counted(len(view.books) - _BOOKS, 'book')} more; choose one with the `ebook` option")
    foot = [counted(view.written, "script") + " written"]
    if view.by_template:
        share = 1 - view.by_template / view.written
        as_template = "as a template" if view.by_template == 1 else "as templates"
        foot[0] += f", {view.by_template} {as_template} ({share:.0%} by Gemini)"
    if view.writing:
        foot.append(f"{view.writing} being written now")
    foot += [dollars(view.spent_micros), f"{counted(view.members, 'member')} at work", counted(view.events, "event")]
    lines.append(" · ".join(foot))
    if view.last is not None:
        event, name = view.last
        who = f"{plain(name, 60)}: " if name else ""
        lines.append(f"Last: {who}{plain(event.event, 150)}, {_when(event)}")
    buttons = row(EventsButton(view.scope, 0, "Events"), ExportButton(view.scope))
    return layout(ui.TextDisplay("\n".join(lines)), buttons, accent=EMBER)


def _book_line(book: BookStanding) -> str:
    parts = [f"{book.drafted} of {book.chapters} drafted"]
    if book.approved:
        parts.append(f"{book.approved} approved")
    if book.released:
        parts.append(f"{book.released} released")
    return f"**{plain(book.title, 80).upper()}**\n{bar(book.drafted, book.chapters)}  {' · '.join(parts)}"


def events_card(page: EventPage, scope: Scope) -> ui.LayoutView:
    """One page of events."""
    lines = [f"### Events · {scope.period.words}"]
    if not page.events:
        lines.append("Nothing happened in this period.")
    lines += [_event_line(event, page.members) for event in page.events]
    lines.append(f"-# Page {page.number + 1} of {page.pages}")
    buttons = row(
        OverviewButton(scope),
        EventsButton(scope, page.number - 1, "‹ Newer", disabled=page.number == 0),
        EventsButton(scope, page.number + 1, "Older ›", disabled=page.number >= page.pages - 1),
        ExportButton(scope),
    )
    return layout(ui.TextDisplay("\n".join(lines)), buttons, accent=EMBER)


def _event_line(event: Event, members: dict[str, int]) -> str:
    who = f" · <@{members[event.member_id]}>" if event.member_id in members else ""
    data = cut(event.told, 110)
    return f"`{event.seq:>4}` **{plain(event.event, 80)}** {_when(event)}{who}\n-# {plain(data, 110)}"


def _when(event: Event) -> str:
    return ago(datetime.fromisoformat(event.timestamp))


def public_card(view: PublicView, standing: Standing) -> ui.LayoutView:
    """Everybody's look; nothing internal stands in it."""
    out = [_chapter_line(chapter) for chapter in reversed(view.out[-_PUBLIC:])]
    coming = [_chapter_line(chapter) for chapter in view.coming[:_PUBLIC]]
    texts = [
        "### Midnight Myth Audio",
        "**Out now**\n" + ("\n".join(out) or "Nothing yet."),
        "**Coming next**\n" + ("\n".join(coming) or "The next chapter is still in the dark."),
        f"**Your badges**\n{badge_lines(standing)}",
    ]
    return layout(*(ui.TextDisplay(text) for text in texts), accent=INDIGO)


def _chapter_line(chapter: PublicChapter) -> str:
    link = f" · [listen]({chapter.link})" if chapter.link else ""
    return f"{plain(chapter.ebook_title, 60)}, chapter {chapter.number}: {plain(chapter.title, 80)}{link}"


class OverviewButton(PressMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:overview:" + _SCOPE):
    """Back to the overview."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Overview", custom_id=f"progress:overview:{_scope_id(scope)}"))
        self.scope = scope

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """The item of this id."""
        return cls(_scope_of(match))

    async def press(self, interaction: discord.Interaction) -> None:
        """Shows it in place."""
        require_team(interaction)
        await interaction.response.defer()
        view = await services_of(interaction).progress.overview(self.scope)
        await interaction.edit_original_response(view=overview_card(view))


class EventsButton(
    PressMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:events:(?P<page>-?\d{1,6}):" + _SCOPE
):
    """A page of events."""

    def __init__(self, scope: Scope, page: int, label: str = "Events", *, disabled: bool = False) -> None:
        custom_id = f"progress:events:{page}:{_scope_id(scope)}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.scope = scope
        self.page = page

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """The item of this id."""
        return cls(_scope_of(match), int(match["page"]))

    async def press(self, interaction: discord.Interaction) -> None:
        """Shows it in place."""
        require_team(interaction)
        await interaction.response.defer()
        page = await services_of(interaction).progress.events(self.scope, self.page)
        await interaction.edit_original_response(view=events_card(page, self.scope))


class ExportButton(PressMixin, ui.DynamicItem[ui.Button[Any]], template=r"progress:export:" + _SCOPE):
    """The events as a file."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(ui.Button(label="Export", custom_id=f"progress:export:{_scope_id(scope)}"))
        self.scope = scope

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """The item of this id."""
        return cls(_scope_of(match))

    async def press(self, interaction: discord.Interaction) -> None:
        """Sends the file privately."""
        by = require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        entries = await services_of(interaction).progress.entries(self.scope, by)
        found = export.as_json(entries)
        file = discord.File(io.BytesIO(found.content), found.name)
        await interaction.followup.send(f"{counted(len(entries), 'event')}, oldest first.", file=file, ephemeral=True)
