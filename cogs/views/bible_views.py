"""Cast, lexicon and story so far of a book: lists page by page, and each entry with the buttons that change it."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.ebooks.bible import BibleContents
from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.progress.paging import locate_page
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.bible_entries import (
    BibleList,
    Entry,
    count_entries,
    describe_member,
    describe_synopsis,
    describe_word,
    list_entries,
)
from cogs.views.bible_forms import (
    AddMemberModal,
    AddSynopsisModal,
    EditMemberModal,
    RenameMemberModal,
    SynopsisModal,
    WordModal,
)
from cogs.views.ebook_edit import EBOOK_KEY_PATTERN
from cogs.views.formatting import EMBER, RED, escape_text
from storage.states import ProposalState
from storage.stores.bible import StoredMember, StoredSynopsis, StoredWord

_PAGE_SIZE: Final = 10
_REFRESHED_CARDS: Final = 10
"""Cards of drafts that are brought up to date after a change of the cast, the newest ones. Discord limits edits."""
_LIST: Final = r"(?P<list>cast|lexicon|story)"
_ENTRY_ID: Final = r"(?P<entry_id>(?:cast_members|lexicon_words|synopses)_[0-9a-f]{16})"

_StoredEntry = StoredMember | StoredWord | StoredSynopsis


def build_list(contents: BibleContents, which: BibleList, page: int = 0) -> ui.LayoutView:
    """One page of a list (from 0; the nearest that exists), with its controls."""
    key = shorten_ebook_id(contents.ebook.id)
    entries = list_entries(contents, which)
    position = locate_page(page, len(entries), _PAGE_SIZE)
    shown = entries[position.offset : position.offset + _PAGE_SIZE]
    heading = f"### {which.heading} · {escape_text(contents.ebook.title, 150)}\n{count_entries(entries, which)}"
    lines = [entry.line for entry in shown] or ["*Nothing yet. Scripts propose entries when they are written.*"]
    items: list[ui.Item[Any]] = [ui.TextDisplay(heading), ui.Separator(), ui.TextDisplay("\n".join(lines))]
    if shown:
        items.append(action_row(EntrySelect(which, key, shown)))
    buttons: list[ui.Item[Any]] = [BibleButton("add", which, key)]
    proposed = sum(entry.state is ProposalState.PROPOSED for entry in entries)
    if proposed:
        buttons.append(BibleButton("accept", which, key, f"Accept all {proposed}" if proposed > 1 else "Accept it"))
    if position.page_count > 1:
        buttons.append(BiblePageButton("prev", which, key, position.index - 1, disabled=position.is_first))
        buttons.append(BiblePageButton("next", which, key, position.index + 1, disabled=position.is_last))
    if buttons:
        items.append(action_row(*buttons))
    others = [other for other in BibleList if other is not which]
    items.append(action_row(*(BibleButton("show", other, key, other.heading) for other in others)))
    return card_layout(*items, accent=EMBER)


def build_entry(stored: _StoredEntry) -> ui.LayoutView:
    """Everything about one entry, and the buttons that change it."""
    entry = _describe(stored)
    actions = ["edit", "rename"] if isinstance(stored, StoredMember) else ["edit"]
    if stored.state is not ProposalState.ACCEPTED:
        actions.insert(0, "accept")
    if stored.state is ProposalState.PROPOSED:
        actions.insert(1, "reject")
    buttons = [EntryButton(action, stored.id) for action in actions]
    last_row = action_row(EntryButton("back", stored.id), EntryButton("remove", stored.id))
    return card_layout(ui.TextDisplay(entry.details), action_row(*buttons), last_row, accent=EMBER)


def _build_question(stored: _StoredEntry) -> ui.LayoutView:
    text = f"### Remove {escape_text(_describe(stored).label, 100)}?\nA later script may propose it again."
    buttons = action_row(EntryButton("really", stored.id), EntryButton("keep", stored.id))
    return card_layout(ui.TextDisplay(text), buttons, accent=RED)


def _describe(stored: _StoredEntry) -> Entry:
    match stored:
        case StoredMember():
            return describe_member(stored)
        case StoredWord():
            return describe_word(stored)
        case StoredSynopsis():
            return describe_synopsis(stored)


def _find_list(entry_id: str) -> BibleList:
    kinds = {"cast": BibleList.CAST, "lexicon": BibleList.LEXICON, "synopses": BibleList.STORY}
    return kinds[entry_id.split("_", maxsplit=1)[0]]


def _build_new_form(which: BibleList, ebook_id: str) -> ui.Modal:
    match which:
        case BibleList.CAST:
            return AddMemberModal(ebook_id, _show_changed)
        case BibleList.LEXICON:
            return WordModal(ebook_id, None, _show_changed)
        case BibleList.STORY:
            return AddSynopsisModal(ebook_id, _show_changed)


async def show_list(interaction: discord.Interaction, ebook: str, which: BibleList, page: int = 0) -> None:
    """The message shows a page of a list; ``ebook`` is an id, a title or a short key."""
    contents = await get_services(interaction).bible.read(ebook)
    await interaction.edit_original_response(view=build_list(contents, which, page))


async def _read_entry(interaction: discord.Interaction, entry_id: str) -> _StoredEntry:
    services = get_services(interaction)
    match _find_list(entry_id):
        case BibleList.CAST:
            return await services.cast.get_member(entry_id)
        case BibleList.LEXICON:
            return await services.lexicon.get_word(entry_id)
        case BibleList.STORY:
            return await services.story.get_synopsis(entry_id)


async def _show_changed(interaction: discord.Interaction, entry_id: str) -> None:
    """The message shows the entry after a change, and the cards of drafts what is odd about their cast now."""
    stored = await _read_entry(interaction, entry_id)
    await interaction.edit_original_response(content=None, view=build_entry(stored))  # a refused form has a text
    await _refresh_cards(interaction, stored.ebook_id, _find_list(entry_id))


async def _refresh_cards(interaction: discord.Interaction, ebook_id: str, which: BibleList) -> None:
    services = get_services(interaction)
    if which is BibleList.CAST:
        for run_id in await services.cast.list_draft_runs(ebook_id, _REFRESHED_CARDS):
            await services.run_cards.refresh_card(run_id)


class BibleButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"bible:(?P<action>show|add|accept):{_LIST}:{EBOOK_KEY_PATTERN}",
):
    """Shows another list, adds an entry, or accepts all proposals."""

    STYLES: ClassVar = {
        "show": ("Show", discord.ButtonStyle.secondary),
        "add": ("Add…", discord.ButtonStyle.primary),
        "accept": ("Accept all", discord.ButtonStyle.success),
    }

    def __init__(self, action: str, which: BibleList, key: str, label: str = "") -> None:
        name, style = self.STYLES[action]
        super().__init__(ui.Button(label=label or name, style=style, custom_id=f"bible:{action}:{which.value}:{key}"))
        self.action = action
        self.which = which
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], BibleList(match["list"]), match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens the form, or changes the message."""
        by = require_team(interaction)
        services = get_services(interaction)
        if self.action == "add":
            ebook_id = (await services.bible.read(self.key)).ebook.id
            await interaction.response.send_modal(_build_new_form(self.which, ebook_id))
            return
        await interaction.response.defer()
        if self.action == "accept":
            ebook_id = (await services.bible.read(self.key)).ebook.id
            match self.which:
                case BibleList.CAST:
                    await services.cast.accept_all(ebook_id, by)
                case BibleList.LEXICON:
                    await services.lexicon.accept_all(ebook_id, by)
                case BibleList.STORY:
                    await services.story.accept_all(ebook_id, by)
            await show_list(interaction, self.key, self.which)
            await _refresh_cards(interaction, ebook_id, self.which)
            return
        await show_list(interaction, self.key, self.which)


class BiblePageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"bible:(?P<direction>prev|next):(?P<page>-?\d{{1,4}}):{_LIST}:{EBOOK_KEY_PATTERN}",
):
    """Shows another page of a list."""

    def __init__(self, direction: str, which: BibleList, key: str, page: int, *, disabled: bool = False) -> None:
        label = "‹" if direction == "prev" else "›"
        custom_id = f"bible:{direction}:{page}:{which.value}:{key}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.which = which
        self.key = key
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["direction"], BibleList(match["list"]), match["key"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        await show_list(interaction, self.key, self.which, self.page)


class EntrySelect(
    PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"bible:choose:{_LIST}:{EBOOK_KEY_PATTERN}"
):
    """Opens an entry of the page."""

    def __init__(self, which: BibleList, key: str, entries: Sequence[Entry] = ()) -> None:
        options = [
            discord.SelectOption(
                label=entry.label,
                value=entry.id,
                description=None if entry.state is ProposalState.ACCEPTED else entry.state.value,
            )
            for entry in entries
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"bible:choose:{which.value}:{key}", placeholder="Choose an entry to change", options=options
        )
        super().__init__(select)
        self.which = which
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id; the options are not needed to read what was chosen."""
        return cls(BibleList(match["list"]), match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the entry in place of the list."""
        require_team(interaction)
        await interaction.response.defer()
        stored = await _read_entry(interaction, self.item.values[0])
        await interaction.edit_original_response(view=build_entry(stored))


class EntryButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"entry:(?P<action>accept|reject|edit|rename|remove|really|keep|back):{_ENTRY_ID}",
):
    """Changes an entry, or goes back to its list."""

    STYLES: ClassVar = {
        "accept": ("Accept", discord.ButtonStyle.success),
        "reject": ("Reject", discord.ButtonStyle.secondary),
        "edit": ("Edit…", discord.ButtonStyle.primary),
        "rename": ("Rename…", discord.ButtonStyle.primary),
        "remove": ("Remove", discord.ButtonStyle.secondary),
        "really": ("Remove it", discord.ButtonStyle.danger),
        "keep": ("Keep it", discord.ButtonStyle.secondary),
        "back": ("‹ Back", discord.ButtonStyle.secondary),
    }

    def __init__(self, action: str, entry_id: str) -> None:
        label, style = self.STYLES[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"entry:{action}:{entry_id}"))
        self.action = action
        self.entry_id = entry_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["entry_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Opens the form, or changes the entry and the message."""
        require_team(interaction)
        stored = await _read_entry(interaction, self.entry_id)
        if self.action in {"edit", "rename"}:
            await interaction.response.send_modal(await self._build_form(interaction, stored))
            return
        await interaction.response.defer()
        match self.action:
            case "accept" | "reject":
                await self._decide(interaction, accept=self.action == "accept")
                await _show_changed(interaction, self.entry_id)
            case "remove":
                await interaction.edit_original_response(view=_build_question(stored))
            case "keep":
                await interaction.edit_original_response(view=build_entry(stored))
            case "really":
                await self._remove(interaction)
                await show_list(interaction, stored.ebook_id, _find_list(self.entry_id))
                await _refresh_cards(interaction, stored.ebook_id, _find_list(self.entry_id))
            case "back":
                await show_list(interaction, stored.ebook_id, _find_list(self.entry_id))

    async def _build_form(self, interaction: discord.Interaction, stored: _StoredEntry) -> ui.Modal:
        match stored:
            case StoredMember() if self.action == "rename":
                drafts = await get_services(interaction).cast.count_drafts(stored.id)
                return RenameMemberModal(stored, drafts, _show_changed)
            case StoredMember():
                return EditMemberModal(stored, _show_changed)
            case StoredWord():
                return WordModal(stored.ebook_id, stored, _show_changed)
            case StoredSynopsis():
                return SynopsisModal(stored, _show_changed)

    async def _decide(self, interaction: discord.Interaction, *, accept: bool) -> None:
        by, services = require_team(interaction), get_services(interaction)
        match _find_list(self.entry_id):
            case BibleList.CAST:
                await services.cast.decide_member(self.entry_id, by, accept=accept)
            case BibleList.LEXICON:
                await services.lexicon.decide_word(self.entry_id, by, accept=accept)
            case BibleList.STORY:
                await services.story.decide_synopsis(self.entry_id, by, accept=accept)

    async def _remove(self, interaction: discord.Interaction) -> None:
        by, services = require_team(interaction), get_services(interaction)
        match _find_list(self.entry_id):
            case BibleList.CAST:
                await services.cast.remove_member(self.entry_id, by)
            case BibleList.LEXICON:
                await services.lexicon.remove_word(self.entry_id, by)
            case BibleList.STORY:
                await services.story.remove_synopsis(self.entry_id, by)
