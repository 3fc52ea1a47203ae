"""The card of a finished script with its buttons, whether a run has written it, it is a copy, or it was imported."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

import discord
from discord import ui

from bot.ebooks.script_view import ScriptView
from bot.generation.run_view import RunView
from bot.scripts.coverage import Coverage
from bot.scripts.models import CueKind, Script, WriterKind
from cogs.views.base import action_row, card_layout
from cogs.views.cast_warnings import CastWarningsButton, format_warnings
from cogs.views.formatting import EMBER, GREY, escape_text, format_cost, format_count, format_duration_range
from cogs.views.pressed_cards import build_card
from cogs.views.script_buttons import RunButton, ScriptButton
from cogs.views.script_check import CheckButton, format_findings
from storage.states import RunState, ScriptState
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript

_ROW: Final = 5
"""Discord's documentation: a row has at most five buttons."""


@build_card.register
def build_finished_card(view: ScriptView, run: RunView | None = None) -> ui.LayoutView:
    """The card of a finished script; ``run`` is the run that has written it, None where no run has."""
    stored, script = view.stored, view.script
    is_template = stored.writer == WriterKind.TEMPLATE
    mark = "▢ Template script ·" if is_template else "✔"
    heading = f"### {mark} {escape_text(stored.title)}"
    theme = f"{escape_text(stored.theme, 60)} · " if stored.theme else ""
    where = (
        f"{escape_text(view.ebook_title, 100)} · chapter {stored.chapter_number} · {theme}"
        f"version {stored.version} · **{stored.state.value}**"
    )
    if stored.state is not ScriptState.DRAFT and view.approver_id:
        where += (
            f" by <@{view.approver_id}>"
            if stored.state is ScriptState.APPROVED
            else f" · approved by <@{view.approver_id}>"
        )
    lines = []
    if is_template:
        # Once somebody has approved the template, why it is one calls for nothing any more.
        reason = f" {stored.error}" if stored.error and stored.state is ScriptState.DRAFT else ""
        lines.append(f"This is a skeleton made from your chapter's own text.{reason}")
        if run and _can_retry(run, stored) and run.run.progress:
            lines.append("“Write it with Gemini” continues from what Gemini had finished.")
        if run and run.newer:
            lines.append(format_newer(run.newer))
    elif script.logline:
        lines.append(f"*{escape_text(script.logline, 300)}*")
    if view.has_changed_source:
        lines.append("⚠ The chapter's text has changed since this script was written.")
    lines += _format_restored(stored, run)
    lines.append(
        f"Runs {format_duration_range(script.running_time.low, script.running_time.high)} (estimate) · "
        f"{_format_cue_counts(script)} · cast of {len(script.cast)}"
    )
    covered = Coverage.model_validate_json(stored.coverage) if stored.coverage else None
    if covered is not None and (covered.is_counted or not is_template):
        lines += _format_coverage(covered, script)
    lines += format_warnings(view.cast_warnings)
    lines += format_findings(view.findings)
    foot = [stored.model] if stored.model else []
    if stored.tokens:
        foot.append(f"{stored.tokens:,} tokens")
    if stored.tokens and stored.cost_micros is not None:
        foot.append(
            format_cost(stored.cost_micros, run.unknown_micros if run else 0) if stored.cost_micros else "price unknown"
        )
    foot += [_format_writing_time(run.run) if run else "", f"id `{stored.id}`"]
    return card_with_buttons(
        GREY if is_template else EMBER,
        heading,
        where,
        "\n".join(lines),
        "-# " + " · ".join(part for part in foot if part),
        buttons=_build_buttons(view, run),
    )


def _format_coverage(covered: Coverage, script: Script) -> list[str]:
    """How much of the source is in the script; nothing where an adaptation has all of it."""
    if covered.is_counted:
        changed = _format_altered(covered.altered_cues)
        if covered.share < 1:
            return [f"⚠ Only {covered.share:.2%} of the source's words are in it.", *changed]
        if changed:
            return changed
        cuts = Counter(cut.reason.label for cut in script.cuts for _ in range(cut.first, cut.last + 1))
        if not cuts:
            return ["Faithful: every word of the source is spoken."]
        reasons = ", ".join(format_count(number, reason) for reason, number in cuts.items())
        return [f"Faithful: every word of the source is spoken, but {covered.cut_share:.1%} cut ({reasons})."]
    if not covered.missing:
        return []
    cut_out = format_count(len(covered.missing), "paragraph was", "paragraphs were")
    return [f"Covers {covered.share:.0%} of the source; {cut_out} cut or rewritten."]


def _format_restored(stored: StoredScript, run: RunView | None) -> list[str]:
    """What a revision has brought back although somebody had deleted it; nothing once the script is approved."""
    if run is None or not run.restored_cues or stored.state is not ScriptState.DRAFT:
        return []
    speak = format_count(run.restored_cues, "cue speaks", "cues speak")
    return [f"⚠ {speak} words again that had been deleted by hand."]


def _format_altered(count: int) -> list[str]:
    if not count:
        return []
    return [f"{format_count(count, 'line differs', 'lines differ')} from the source, changed or added by hand."]


def _can_retry(run: RunView, stored: StoredScript) -> bool:
    """Whether Gemini can take the place of the template: without a key it would be the same template again."""
    is_template_draft = stored.writer == WriterKind.TEMPLATE and stored.state is ScriptState.DRAFT
    return is_template_draft and run.has_gemini and run.newer is None


def _build_buttons(view: ScriptView, run: RunView | None) -> list[ui.Item[Any]]:
    stored = view.stored
    buttons = [ScriptButton("read", stored.id), ScriptButton("download", stored.id)]
    if stored.state is ScriptState.DRAFT:
        buttons += [ScriptButton("approve", stored.id), ScriptButton("release_now", stored.id)]
    elif stored.state is ScriptState.APPROVED:
        buttons += [ScriptButton("release", stored.id), ScriptButton("withdraw", stored.id)]
    items: list[ui.Item[Any]] = [*buttons]
    if run and _can_retry(run, stored):
        items.append(RunButton("retry", run.run.id, "Write it with Gemini"))
    if view.cast_warnings:
        items.append(CastWarningsButton("open", stored.id))
    if view.findings:
        items.append(CheckButton("open", stored.id))
    return items


def format_newer(newer: Run) -> str:
    """Which later run has taken the place of this one, with a link to its card."""
    done = newer.state is RunState.DONE
    text = f"It was written again: version {newer.version}." if done else "It is being written again."
    if newer.channel_id is None or newer.card_id is None:
        return text
    return f"{text} https://discord.com/channels/{newer.guild_id}/{newer.channel_id}/{newer.card_id}"


def _format_cue_counts(script: Script) -> str:
    names = {CueKind.NARRATION: "narration", CueKind.DIALOGUE: "dialogue", CueKind.SFX: "SFX", CueKind.MUSIC: "music"}
    kinds = ", ".join(f"{script.count_cues(kind)} {name}" for kind, name in names.items())
    return f"{format_count(len(script.cues), 'cue')}: {kinds}"


def _format_writing_time(run: Run) -> str:
    started, finished = run.started_at, run.finished_at
    if not isinstance(started, datetime) or not isinstance(finished, datetime):
        return ""
    whole, seconds = divmod(round((finished - started).total_seconds()), 60)
    return f"{whole} min {seconds} s" if whole else f"{seconds} s"


def card_with_buttons(accent: discord.Colour, *texts: str, buttons: list[Any]) -> ui.LayoutView:
    """A card with the texts one below the other, and the buttons in as many rows as they need."""
    rows = [action_row(*buttons[at : at + _ROW]) for at in range(0, len(buttons), _ROW)]
    return card_layout(*(ui.TextDisplay(text) for text in texts), *rows, accent=accent)
