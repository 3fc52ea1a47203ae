"""Working sessions: the list, and a card for one of them with which its member names and ends it."""

import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from bot.progress.scope import Scope
from bot.progress.sessions import MAX_NAME_LENGTH, SessionDetails, SessionPage, SessionSummary, get_time_span
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, fit_lines, format_count, shorten
from cogs.views.modals import Modal
from cogs.views.progress.custom_ids import SCOPE_PATTERN, ScopedItemMixin, encode_scope
from cogs.views.progress.event_wording import format_event_lines, summarize_counts

_SESSION_ID_PATTERN: Final = r"(?P<session>sessions_[0-9a-f]{16})"
_MAX_EVENTS_LENGTH: Final = 3_200
"""Characters of a card's events, out of the 4,000 that Discord allows in a message."""
_FORGOTTEN_MEMBER: Final = "a forgotten member"


def format_sessions(page: SessionPage, scope: Scope) -> str:
    """A page of sessions, two lines each."""
    lines = [f"### Working sessions · {scope.period.label}"]
    if not page.sessions:
        lines.append("Nobody was at work in this period.")
    for summary in page.sessions:
        member = escape_text(summary.member_name or _FORGOTTEN_MEMBER, 40)
        lines += [f"**{escape_text(_get_title(summary), 80)}** · {member}", _format_time_and_size(summary)]
    if page.position.page_count > 1:
        lines.append(f"-# Page {page.position.index + 1} of {page.position.page_count}")
    return "\n".join(lines)


def _get_title(summary: SessionSummary) -> str:
    return summary.session.name or "Session"


def _format_time_and_size(summary: SessionSummary) -> str:
    begin, end = get_time_span(summary.session)
    until = "still open" if summary.is_open else f"until {discord.utils.format_dt(end, 't')}"
    return f"-# {discord.utils.format_dt(begin, 'f')}, {until} · {format_count(summary.event_count, 'event')}"


def build_session_card(details: SessionDetails) -> ui.LayoutView:
    """One session with a page of its events; its own member also gets buttons to name and end it."""
    summary, position = details.summary, details.position
    lines = [
        f"### {escape_text(_get_title(summary), 80)}",
        _format_time_and_size(summary),
        summarize_counts(details.counts),
        # All events are by the same member, so the lines need no names.
        *fit_lines(
            [format_event_lines(event, {}, details.subjects[event.seq]) for event in details.events], _MAX_EVENTS_LENGTH
        ),
        f"-# Page {position.index + 1} of {position.page_count}",
    ]
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    session_id = summary.session.id
    if position.page_count > 1:
        newer = SessionButton("page", session_id, position.index - 1, "‹ Newer", disabled=position.is_first)
        older = SessionButton("page", session_id, position.index + 1, "Older ›", disabled=position.is_last)
        items.append(action_row(newer, older))
    if details.is_own:
        buttons = [SessionButton("name", session_id, 0, "Name it")]
        if summary.is_open:
            buttons.append(SessionButton("end", session_id, 0, "End it"))
        items.append(action_row(*buttons))
    return card_layout(*items, accent=EMBER)


async def show_session(interaction: discord.Interaction, session_id: str, page: int = 0) -> None:
    """The interaction's message, or the answer that was deferred, shows the session."""
    by = require_team(interaction)
    details = await get_services(interaction).sessions.get_session(session_id, page, by)
    await interaction.edit_original_response(view=build_session_card(details))


class SessionSelect(ScopedItemMixin, ui.DynamicItem[ui.Select[Any]], template=r"progress:session:" + SCOPE_PATTERN):
    """Opens one of the sessions on the page."""

    def __init__(self, scope: Scope, sessions: Sequence[SessionSummary] = ()) -> None:
        options = [
            discord.SelectOption(
                label=shorten(f"{_get_title(summary)} · {summary.member_name or _FORGOTTEN_MEMBER}", 100),
                value=summary.session.id,
                # A menu cannot show times in the reader's own time zone.
                description=f"{summary.session.started_at:%Y-%m-%d %H:%M} UTC, "
                f"{format_count(summary.event_count, 'event')}",
            )
            for summary in sessions
        ]
        super().__init__(
            ui.Select(
                custom_id=f"progress:session:{encode_scope(scope)}",
                placeholder="Open a session",
                # Discord does not allow a menu without options; an item built from its custom id has none.
                options=options or [discord.SelectOption(label="-")],
            )
        )

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Replies privately with the chosen session."""
        require_team(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_session(interaction, self.item.values[0])


class SessionButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"session:(?P<action>page|name|end):{_SESSION_ID_PATTERN}:(?P<page>-?\d{{1,6}})",
):
    """On a session's card: shows another page (``page``), names the session (``name``) or ends it (``end``)."""

    def __init__(self, action: str, session_id: str, page: int, label: str = "-", *, disabled: bool = False) -> None:
        custom_id = f"session:{action}:{session_id}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.action = action
        self.session_id = session_id
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["session"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Asks for the name, or does the action and shows the session as it is afterwards."""
        by = require_team(interaction)
        if self.action == "name":
            await interaction.response.send_modal(SessionNameModal(self.session_id))
            return
        await interaction.response.defer()
        if self.action == "end":
            await get_services(interaction).sessions.end_session(self.session_id, by)
        await show_session(interaction, self.session_id, max(self.page, 0))


class SessionNameModal(Modal, title="Name the session"):
    """Asks for the session's name."""

    name: ui.Label["SessionNameModal"] = ui.Label(
        text="Name",
        description="For example: Night edit of chapter 5. Leave it empty to remove the name.",
        component=ui.TextInput(required=False, max_length=MAX_NAME_LENGTH, custom_id="name"),
    )

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self._session_id = session_id

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Stores the name and shows the session again."""
        by = require_team(interaction)
        await interaction.response.defer()
        field = self.name.component
        name = field.value if isinstance(field, ui.TextInput) else ""
        await get_services(interaction).sessions.rename_session(self._session_id, name, by)
        await show_session(interaction, self._session_id)
