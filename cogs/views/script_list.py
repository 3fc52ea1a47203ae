"""``/scripts list``: the scripts page by page, with a menu that opens one."""

import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.errors import StateError
from bot.progress.books import format_recorded_share
from bot.progress.script_lists import ScriptListPage, ScriptStatus
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, format_count, format_relative_time, isolate
from cogs.views.pressed_cards import build_card
from storage.stores.script_search import ListedScript

_STATUSES: Final = "|".join(ScriptStatus)
_SCRIPT_ID: Final = re.compile("audio_scripts_[0-9a-f]{16}")


def script_list(listed: ScriptListPage) -> ui.LayoutView:
    """One page of scripts: the newest version of each chapter first, then the older ones."""
    what = "Scripts" if listed.status is ScriptStatus.ALL else f"Scripts: {listed.status.value}"
    of_book = f" of {escape_text(listed.ebook_title, 100)}" if listed.ebook_title else ""
    position = listed.position
    heading = f"### {what}{of_book}\n{format_count(listed.count, 'script')}"
    if not listed.scripts:
        hint = "There are none. `/script` writes one." if listed.status is ScriptStatus.ALL else "There are none."
        return card_layout(ui.TextDisplay(f"### {what}{of_book}\n{hint}"), accent=EMBER)
    if position.page_count > 1:
        heading += f" · page {position.index + 1} of {position.page_count}"
    lines = [_format_script(each, listed.names.get(each.member_id or "", "")) for each in listed.scripts]
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(heading),
        ui.TextDisplay("\n".join(lines)),
        action_row(ScriptSelect(listed.scripts)),
    ]
    if position.page_count > 1:
        turn = (listed.status, listed.ebook_key)
        items.append(
            action_row(
                ListPageButton("prev", position.index - 1, *turn, "‹ Previous", disabled=position.is_first),
                ListPageButton("next", position.index + 1, *turn, "Next ›", disabled=position.is_last),
            )
        )
    return card_layout(*items, accent=EMBER)


def _format_script(script: ListedScript, name: str) -> str:
    state = f"{script.state.value}, template" if script.error else script.state.value
    facts = [
        f"**{escape_text(script.title, 60)}** · {escape_text(script.ebook_title, 40)}, chapter {script.chapter_number}"
    ]
    facts += [f"version {script.version}", state, f"about {script.seconds // 60}:{script.seconds % 60:02}"]
    if script.recorded_cues and script.spoken_cues:
        facts.append(f"{format_recorded_share(script.recorded_cues / script.spoken_cues)} recorded")
    by = f" by {escape_text(name, 32)}" if name else ""
    return " · ".join(facts) + f"\n-# {format_relative_time(script.created_at)}{by}"


class ScriptSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template="scripts:open"):
    """Opens the card of a script."""

    def __init__(self, scripts: tuple[ListedScript, ...] = ()) -> None:
        options = [
            discord.SelectOption(
                label=isolate(script.title, 90) or script.id,
                value=script.id,
                description=f"{isolate(script.ebook_title, 50)}, chapter {script.chapter_number}, version {script.version}",
            )
            for script in scripts
        ]
        placeholder = "Open a script…"
        super().__init__(
            ui.Select(
                custom_id="scripts:open",
                placeholder=placeholder,
                options=options or [discord.SelectOption(label="-")],
            )
        )

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Answers with a message of its own, so that the list stays.

        Raises:
            StateError: the value is none that the menu offers; only a made-up interaction has such.
        """
        require_team(interaction)
        values = self.item.values
        if len(values) != 1 or not _SCRIPT_ID.fullmatch(values[0]):
            raise StateError("This is no longer one of the choices.", "Use `/scripts list` again.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = build_card(await get_services(interaction).run_cards.get_script_view(values[0]))
        await interaction.edit_original_response(view=view)


class ListPageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"scripts:(?P<direction>prev|next):(?P<page>-?\d{{1,4}}):(?P<status>{_STATUSES}):(?P<key>[^\n]{{0,40}})",
):
    """Shows the previous or the next page of the list."""

    def __init__(
        self, direction: str, page: int, status: ScriptStatus, key: str, label: str = "›", *, disabled: bool = False
    ) -> None:
        custom_id = f"scripts:{direction}:{page}:{status.value}:{key}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.page = page
        self.status = status
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["direction"], int(match["page"]), ScriptStatus(match["status"]), match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        listed = await get_services(interaction).script_lists.read_page(self.status, self.key, self.page)
        await interaction.edit_original_response(view=script_list(listed))
