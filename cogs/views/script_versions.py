"""``/scripts versions``: all versions of a chapter, the history of one, and the menus that compare them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.errors import StateError
from bot.progress.script_versions import HistoryPage, TextState, VersionLine, VersionPage
from bot.scripts.models import WriterKind
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.formatting import EMBER, escape_text, format_count, format_relative_time, isolate
from cogs.views.pressed_cards import build_card
from cogs.views.version_buttons import VersionButton, show_history
from storage.states import EditKind, ScriptState
from storage.stores.script_edits import ScriptEdit, ScriptVersion

_MAX_OPTIONS: Final = 25
"""Discord's documentation: a select has at most 25 options."""
_SCRIPT_ID: Final = re.compile("audio_scripts_[0-9a-f]{16}")
_EDIT: Final = re.compile(r"\d{1,6}")
_CHOSEN_BY: Final = r"(?P<script_id>audio_scripts_[0-9a-f]{16})"


@build_card.register
def build_versions(page: VersionPage) -> ui.LayoutView:
    """The versions with who, when and why, and the menus that open one or compare two."""
    versions = [line.version for line in page.lines]
    position = page.position
    heading = f"### Versions · {escape_text(versions[0].title, 150)}"
    heading += f"\nChapter {versions[0].chapter_number} · {format_count(page.count, 'version')}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(heading),
        ui.TextDisplay("\n".join(_format_version(line, page.names) for line in page.lines)),
        action_row(VersionSelect("open", page.script_id, versions)),
    ]
    if len(versions) > 1:
        items.append(action_row(VersionSelect("two", page.script_id, versions)))
    if position.page_count > 1:
        items.append(
            action_row(
                VersionButton("prev", page.script_id, position.index - 1, disabled=position.is_first),
                VersionButton("next", page.script_id, position.index + 1, disabled=position.is_last),
            )
        )
    return card_layout(*items, accent=EMBER)


@build_card.register
def build_history(page: HistoryPage) -> ui.LayoutView:
    """One version and its edits, the newest first, with the menus that compare its states."""
    line, version, position = page.line, page.line.version, page.position
    entries = "\n".join(_format_edit(edit, page.names) for edit in page.edits)
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### History · {escape_text(version.title, 150)}\n{_format_version(line, page.names)}"),
        ui.Separator(),
        ui.TextDisplay(entries or "Nothing has been changed by hand."),
    ]
    texts = [edit for edit in page.edits if edit.has_body]
    if texts:
        items.append(action_row(EditSelect(version.id, texts)))
    if page.others:
        items.append(action_row(VersionSelect("with", version.id, page.others)))
    if position.page_count > 1:
        items.append(
            action_row(
                VersionButton("newer", version.id, position.index - 1, disabled=position.is_first),
                VersionButton("older", version.id, position.index + 1, disabled=position.is_last),
            )
        )
    buttons = [VersionButton("list", version.id)]
    if page.is_faithful:
        buttons.append(VersionButton("book", version.id))
    if version.state is ScriptState.DRAFT and page.can_undo:
        buttons.append(VersionButton("undo", version.id))
    buttons.append(VersionButton("copy", version.id))
    return card_layout(*items, action_row(*buttons), accent=EMBER)


def _format_version(line: VersionLine, names: Mapping[str, str]) -> str:
    version = line.version
    facts = [f"**Version {version.version}**", version.state.value]
    if line.edit_count:
        facts.append(format_count(line.edit_count, "edit"))
    lines = [" · ".join(facts), f"{_describe_origin(line)}{_by(version.member_id, names)}, {_when(version)}"]
    decision = line.decision
    if version.state is not ScriptState.DRAFT and version.approved_at is not None:
        lines.append(f"approved{_by(version.approved_by, names)}, {format_relative_time(version.approved_at)}")
    elif decision is not None and decision.kind is EditKind.WITHDRAWN:
        moment = format_relative_time(decision.created_at)
        lines.append(f"approval withdrawn{_by(decision.member_id, names)}, {moment}")
    return "\n-# ".join(lines)


def _describe_origin(line: VersionLine) -> str:
    version = line.version
    if version.notes:
        origin = "" if line.parent is None else f" from version {line.parent}"
        return f"revised{origin}: “{escape_text(version.notes, 200)}”"
    if line.parent is not None:
        return f"from version {line.parent}"
    if version.run_id is None:
        return "imported"
    return "template" if version.writer == WriterKind.TEMPLATE else f"written with {escape_text(version.model, 60)}"


def _format_edit(edit: ScriptEdit, names: Mapping[str, str]) -> str:
    by = _by(edit.member_id, names)
    return f"`{edit.number}` {escape_text(edit.summary, 150)}\n-# {format_relative_time(edit.created_at)}{by}"


def _when(version: ScriptVersion) -> str:
    return format_relative_time(version.created_at)


def _by(member_id: str | None, names: Mapping[str, str]) -> str:
    """By whom; nothing for somebody who has been forgotten."""
    name = names.get(member_id or "", "")
    return f" by {escape_text(name, 32)}" if name else ""


class VersionSelect(
    PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"versions:(?P<action>open|two|with):{_CHOSEN_BY}"
):
    """Opens a version's history, compares two versions, or compares the version with another one."""

    PLACEHOLDERS: ClassVar = {
        "open": "Show the history of…",
        "two": "Compare two versions…",
        "with": "Compare this version with…",
    }

    def __init__(self, action: str, script_id: str, versions: Sequence[ScriptVersion] = ()) -> None:
        options = [
            discord.SelectOption(
                label=f"Version {each.version}, {each.state.value}",
                value=each.id,
                description=isolate(each.notes or each.title, 90) or None,
            )
            for each in versions[:_MAX_OPTIONS]
        ]
        count = 2 if action == "two" and len(options) > 1 else 1
        select: ui.Select[Any] = ui.Select(
            custom_id=f"versions:{action}:{script_id}",
            placeholder=self.PLACEHOLDERS[action],
            options=options or [discord.SelectOption(label="-")],
            min_values=count,
            max_values=count,
        )
        super().__init__(select)
        self.action = action
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the result in place of the message.

        Raises:
            StateError: the values are none that the menu offers; only a made-up interaction has such.
        """
        require_team(interaction)
        values = self.item.values
        if not all(map(_SCRIPT_ID.fullmatch, values)) or len(values) != (2 if self.action == "two" else 1):
            raise _made_up_choice()
        await interaction.response.defer()
        if self.action == "open":
            await show_history(interaction, values[0])
            return
        versions = get_services(interaction).versions
        first, second = values if self.action == "two" else (values[0], self.script_id)
        comparison = await versions.compare_in_order(TextState(first), TextState(second))
        await interaction.edit_original_response(view=build_card(comparison))


class EditSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"edits:{_CHOSEN_BY}"):
    """Shows what one edit has changed, or how the texts after two edits differ."""

    def __init__(self, script_id: str, edits: Sequence[ScriptEdit] = ()) -> None:
        options = [
            discord.SelectOption(label=isolate(f"{each.number}: {each.summary}", 100), value=str(each.number))
            for each in edits[:_MAX_OPTIONS]
        ]
        select: ui.Select[Any] = ui.Select(
            custom_id=f"edits:{script_id}",
            placeholder="Show an edit, or compare the texts after two…",
            options=options or [discord.SelectOption(label="-")],
            min_values=1,
            max_values=min(2, max(1, len(options))),
        )
        super().__init__(select)
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["script_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the differences in place of the message.

        Raises:
            StateError: the values are none that the menu offers; only a made-up interaction has such.
        """
        require_team(interaction)
        values = self.item.values
        if not all(map(_EDIT.fullmatch, values)) or len(values) not in {1, 2}:
            raise _made_up_choice()
        await interaction.response.defer()
        versions = get_services(interaction).versions
        numbers = sorted(map(int, values))
        if len(numbers) == 1:
            states = await versions.find_states_of_edit(self.script_id, numbers[0])
        else:
            states = TextState(self.script_id, numbers[0]), TextState(self.script_id, numbers[1])
        await interaction.edit_original_response(view=build_card(await versions.compare(*states)))


def _made_up_choice() -> StateError:
    return StateError("This is no longer one of the choices.", "Use `/scripts versions` again.")
