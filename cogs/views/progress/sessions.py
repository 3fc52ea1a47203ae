"""Working sessions: the list, one of them, and how its member names and ends it."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.progress.scope import Scope
from bot.progress.sessions import MAX_NAME, SessionLine, SessionPage, SessionView, lasted
from cogs.interactions.access import get_services, require_team
from cogs.views.base import Modal, PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_count, shorten
from cogs.views.progress.event_wording import event_lines, summed
from cogs.views.progress.scope_ids import SCOPE, ScopedMixin, scope_id

_ID = r"(?P<session>sessions_[0-9a-f]{16})"


def sessions_text(page: SessionPage, scope: Scope) -> str:
    """One page of sessions."""
    lines = [f"### Working sessions · {scope.period.words}"]
    if not page.lines:
        lines.append("Nobody was at work in this period.")
    lines += [_line(line) for line in page.lines]
    if page.pages > 1:
        lines.append(f"-# Page {page.number + 1} of {page.pages}")
    return "\n".join(lines)


def _line(line: SessionLine) -> str:
    begin, end = lasted(line.session)
    until = "still open" if line.open else f"until {discord.utils.format_dt(end, 't')}"
    return (
        f"**{escape_text(_called(line), 80)}** · {escape_text(line.member or 'somebody forgotten', 40)}\n"
        f"-# {discord.utils.format_dt(begin, 'f')}, {until} · {format_count(line.events, 'event')}"
    )


def _called(line: SessionLine) -> str:
    return line.session.name or "Session"


def session_card(view: SessionView) -> ui.LayoutView:
    """One session with its events; its own member can name and end it."""
    line = view.line
    lines = [
        f"### {escape_text(_called(line), 80)}",
        _line(line).split("\n", 1)[1],
        summed(view.counts),
        *fit_lines([event_lines(event, {}) for event in view.events], 3_200),
        f"-# Page {view.number + 1} of {view.pages}",
    ]
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    session_id = line.session.id
    if view.pages > 1:
        newer = SessionButton("page", session_id, view.number - 1, "‹ Newer", disabled=view.number == 0)
        last = view.number >= view.pages - 1
        items.append(action_row(newer, SessionButton("page", session_id, view.number + 1, "Older ›", disabled=last)))
    if view.own:
        own = [SessionButton("name", session_id, 0, "Name it")]
        if line.open:
            own.append(SessionButton("end", session_id, 0, "End it"))
        items.append(action_row(*own))
    return card_layout(*items, accent=EMBER)


async def show_session(interaction: discord.Interaction, session_id: str, page: int = 0) -> None:
    """The session in the place of the interaction's message, or as its answer."""
    by = require_team(interaction)
    view = await get_services(interaction).sessions.view(session_id, page, by)
    await interaction.edit_original_response(view=session_card(view))


class SessionSelect(ScopedMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:session:" + SCOPE):
    """One session out of the page's."""

    def __init__(self, scope: Scope, lines: Sequence[SessionLine] = ()) -> None:
        options = [
            discord.SelectOption(
                label=shorten(f"{_called(line)} · {line.member or 'somebody forgotten'}", 100),
                value=line.session.id,
                description=f"{line.session.started_at:%Y-%m-%d %H:%M} UTC, {format_count(line.events, 'event')}",
            )
            for line in lines
        ] or [discord.SelectOption(label="-")]
        super().__init__(
            ui.Select(custom_id=f"progress:session:{scope_id(scope)}", placeholder="Open a session", options=options)
        )

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens it beside the list, privately."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_session(interaction, self.item.values[0])


class SessionButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"session:(?P<act>page|name|end):{_ID}:(?P<page>-?\d{{1,6}})",
):
    """Another page of a session's events; name it; end it."""

    def __init__(self, act: str, session_id: str, page: int, label: str = "-", *, disabled: bool = False) -> None:
        custom_id = f"session:{act}:{session_id}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.act = act
        self.session_id = session_id
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["act"], match["session"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Does it and shows the session again."""
        by = require_team(interaction)
        if self.act == "name":
            await interaction.response.send_modal(NameModal(self.session_id))
            return
        await interaction.response.defer()
        if self.act == "end":
            await get_services(interaction).sessions.end(self.session_id, by)
        await show_session(interaction, self.session_id, max(self.page, 0))


class NameModal(Modal, title="Name the session"):
    """Asks how a session is to be called."""

    name: ui.Label["NameModal"] = ui.Label(
        text="Name",
        description="Such as: Night edit of chapter 5. Empty takes the name away.",
        component=ui.TextInput(required=False, max_length=MAX_NAME, custom_id="name"),
    )

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self._session_id = session_id

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Keeps the name and shows the session again."""
        by = require_team(interaction)
        await interaction.response.defer()
        field = self.name.component
        name = field.value if isinstance(field, ui.TextInput) else ""
        await get_services(interaction).sessions.name(self._session_id, name, by)
        await show_session(interaction, self._session_id)
