"""What the script check has found: lines for the card, and the private view in which each finding is shown and resolved."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import discord
from discord import ui

from bot.ebooks.script_check import CheckedScript
from bot.errors import StateError
from bot.scripts.checks.findings import Finding, FindingKind
from bot.scripts.models import NARRATOR
from bot.scripts.speakers import make_speaker_key
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.cast_warnings import SpeakerButton
from cogs.views.formatting import EMBER, escape_text, format_count, shorten
from cogs.views.script_reader import build_reader_at

_CARD_LINES: Final = 3
"""Findings on a card; the button below it shows all."""
_PAGE: Final = 5
"""Findings in one page of the private view, each with a row of buttons. Discord takes 40 components in one message."""
_MAX_OPTIONS: Final = 25
"""Discord's documentation: a select has at most 25 options."""
_SCRIPT_ID: Final = r"(?P<script_id>audio_scripts_[0-9a-f]{16})"
_KEY: Final = r"(?P<key>[0-9a-f]{12})"


def count_questions(findings: Sequence[Finding]) -> int:
    """How many of the findings ask for a decision."""
    return sum(not finding.kind.is_note for finding in findings)


def format_findings(findings: Sequence[Finding]) -> list[str]:
    """Lines for the card: how many findings there are, the first ones, and what our code has corrected."""
    questions = [finding for finding in findings if not finding.kind.is_note]
    repairs = [finding for finding in findings if finding.kind is FindingKind.REPAIRS]
    lines = [f"**Check: {format_count(len(questions), 'finding')}**"] if questions else []
    lines += [f"⚠ {_describe(finding)}" for finding in questions[:_CARD_LINES]]
    return [*lines, *(f"-# {_describe(finding)}" for finding in repairs)]


def build_check(checked: CheckedScript, page: int) -> ui.LayoutView:
    """The findings of one page with their buttons; for a page out of range, the first or the last."""
    script_id, findings = checked.stored.id, checked.findings
    heading = f"### Check · {escape_text(checked.stored.title, 150)}"
    if not findings:
        return card_layout(ui.TextDisplay(f"{heading}\nNothing is open. The card is up to date."), accent=EMBER)
    last = (len(findings) - 1) // _PAGE
    page = min(max(page, 0), last)
    subtitle = format_count(len(findings), "finding") + (f" · page {page + 1} of {last + 1}" if last else "")
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"{heading}\n{subtitle}")]
    for finding in findings[page * _PAGE : (page + 1) * _PAGE]:
        items.append(ui.TextDisplay(_describe(finding)))
        items.append(action_row(*_build_buttons(script_id, finding)))
    if last:
        before, after = CheckButton("prev", script_id, page - 1), CheckButton("next", script_id, page + 1)
        before.item.disabled, after.item.disabled = page == 0, page == last
        items.append(action_row(before, after))
    return card_layout(*items, accent=EMBER)


def _build_buttons(script_id: str, finding: Finding) -> list[ui.Item[Any]]:
    """The finding's cue, what resolves it, and that it is fine."""
    key = finding.key
    buttons: list[ui.Item[Any]] = []
    if finding.cue is not None:
        buttons.append(FindingButton("cue", script_id, key, f"Show cue {finding.cue}"))
    match finding.kind:
        case FindingKind.SPEAKER | FindingKind.NARRATED_LINE:
            if finding.suggestion:
                label = shorten(f"Give it to {finding.suggestion}", 80)
                buttons.append(FindingButton("give", script_id, key, label))
            buttons.append(FindingButton("whom", script_id, key))
        case FindingKind.UNKNOWN_SPEAKER:
            speaker = make_speaker_key(finding.speaker)
            buttons += [SpeakerButton(action, script_id, speaker) for action in ("rename", "new")]
        case FindingKind.SPOILER:
            buttons.append(FindingButton("clear", script_id, key))
        case FindingKind.ENDLESS_SOUND:
            buttons.append(FindingButton("end", script_id, key))
    return [*buttons, FindingButton("fine", script_id, key)]


def _build_choice(checked: CheckedScript, finding: Finding) -> ui.LayoutView:
    """Everybody who may speak the line."""
    script_id = checked.stored.id
    speakers = [speaker for speaker in checked.speakers if speaker not in {NARRATOR, finding.speaker}]
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"### Who speaks the line?\n{_describe(finding)}")]
    if speakers:
        items.append(action_row(GiveSelect(script_id, finding.key, speakers[:_MAX_OPTIONS])))
    else:
        items.append(ui.TextDisplay("Nobody else speaks in this script. Add a character with `/ebook cast`."))
    items.append(action_row(CheckButton("back", script_id, 0)))
    return card_layout(*items, accent=EMBER)


def _describe(finding: Finding) -> str:
    cue = f"`{finding.cue}` " if finding.cue is not None else ""
    return cue + escape_text(finding.sentence, 300)


async def _show(interaction: discord.Interaction, script_id: str) -> None:
    """The private view and the script's card show what is still open."""
    services = get_services(interaction)
    view = build_check(await services.checks.read(script_id), 0)
    await interaction.edit_original_response(content=None, view=view)
    await refresh_script_card(services, script_id)


class CheckButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"check:(?P<action>open|back|prev|next):{_SCRIPT_ID}:(?P<page>-?\d{{1,4}})",
):
    """Opens the private view at a page, or shows another page of it."""

    LABELS: ClassVar[dict[str, str]] = {"open": "Check…", "back": "‹ Back", "prev": "‹", "next": "›"}

    def __init__(self, action: str, script_id: str, page: int = 0) -> None:
        custom_id = f"check:{action}:{script_id}:{page}"
        super().__init__(ui.Button(label=self.LABELS[action], custom_id=custom_id))
        self.action = action
        self.script_id = script_id
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], int(match["page"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows what is open now."""
        require_team(interaction)
        is_new = self.action == "open"
        await (interaction.response.defer(ephemeral=True, thinking=True) if is_new else interaction.response.defer())
        view = build_check(await get_services(interaction).checks.read(self.script_id), self.page)
        if is_new:
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.edit_original_response(view=view)


class FindingButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"finding:(?P<action>cue|fine|give|whom|clear|end):{_SCRIPT_ID}:{_KEY}",
):
    """Shows the cue of a finding, or resolves the finding."""

    LABELS: ClassVar[dict[str, str]] = {
        "cue": "Show the cue",
        "fine": "It is fine",
        "give": "Give it to the speaker of the tag",
        "whom": "Give it to…",
        "clear": "Remove the direction",
        "end": "Fade it out at the end",
    }

    def __init__(self, action: str, script_id: str, key: str, label: str = "") -> None:
        custom_id = f"finding:{action}:{script_id}:{key}"
        super().__init__(ui.Button(label=label or self.LABELS[action], custom_id=custom_id))
        self.action = action
        self.script_id = script_id
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["action"], match["script_id"], match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the cue in a message of its own, asks who speaks, or resolves the finding."""
        by = require_team(interaction)
        checks = get_services(interaction).checks
        is_new = self.action == "cue"
        await (interaction.response.defer(ephemeral=True, thinking=True) if is_new else interaction.response.defer())
        checked = await checks.read(self.script_id)
        match self.action:
            case "cue":
                finding = checked.get_finding(self.key)
                view = build_reader_at(checked.stored, checked.script, finding.cue or 1)
                await interaction.followup.send(view=view, ephemeral=True)
                return
            case "whom":
                view = _build_choice(checked, checked.get_finding(self.key))
                await interaction.edit_original_response(view=view)
                return
            case "give":
                speaker = checked.get_finding(self.key).suggestion
                if not speaker:
                    raise StateError("Nobody is named beside this line any more.", "Choose with “Give it to…”.")
                await checks.give_line(self.script_id, self.key, speaker, by)
            case "clear":
                await checks.clear_direction(self.script_id, self.key, by)
            case "end":
                await checks.end_sound(self.script_id, self.key, by)
            case _:
                await checks.accept(self.script_id, self.key, by)
        await _show(interaction, self.script_id)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows what is still open."""
        if self.action != "cue":
            await _show(interaction, self.script_id)


class GiveSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template=rf"finding:to:{_SCRIPT_ID}:{_KEY}"):
    """Chooses who speaks a line."""

    def __init__(self, script_id: str, key: str, speakers: Sequence[str] = ()) -> None:
        options = [discord.SelectOption(label=shorten(name, 100), value=name[:100]) for name in speakers]
        select: ui.Select[Any] = ui.Select(
            placeholder="Choose the speaker",
            options=options or [discord.SelectOption(label="–")],
            custom_id=f"finding:to:{script_id}:{key}",
        )
        super().__init__(select)
        self.script_id = script_id
        self.key = key

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["script_id"], match["key"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Gives the line to the speaker."""
        by = require_team(interaction)
        await interaction.response.defer()
        await get_services(interaction).checks.give_line(self.script_id, self.key, self.item.values[0], by)
        await _show(interaction, self.script_id)

    async def show_current_state(self, interaction: discord.Interaction) -> None:
        """Shows what is still open."""
        await _show(interaction, self.script_id)
