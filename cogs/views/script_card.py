"""The card of a run: what is being written, later the finished script with its buttons."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

import discord
from discord import ui

from bot.generation.run_view import RunView
from bot.scripts.coverage import Coverage
from bot.scripts.models import Cue, CueKind, Script, WriterKind
from cogs.views.base import action_row, card_layout
from cogs.views.cast_warnings import CastWarningsButton, format_warnings
from cogs.views.formatting import (
    EMBER,
    GREY,
    RED,
    escape_text,
    format_cost,
    format_count,
    format_duration_range,
    format_relative_time,
    progress_bar,
    shorten,
)
from cogs.views.pressed_cards import build_card
from cogs.views.script_buttons import RunButton, ScriptButton
from cogs.views.script_check import CheckButton, format_findings
from storage.states import RunState, ScriptState
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript

_ROW: Final = 5
"""Discord's documentation: a row has at most five buttons."""


@build_card.register
def script_card(view: RunView) -> ui.LayoutView:
    """The card for the state that the run is in.

    Raises:
        ValueError: the run is done and the view has no script.
    """
    match view.run.state:
        case RunState.READY:
            return _build_waiting_card(view)
        case RunState.WRITING:
            return _build_writing_card(view)
        case RunState.INTERRUPTED:
            return _build_interrupted_card(view)
        case RunState.CANCELLED:
            return _build_cancelled_card(view)
    if view.stored is None or view.script is None:
        raise ValueError("the view of a run that is done needs its script")
    return _build_done_card(view, view.stored, view.script)


def _build_waiting_card(view: RunView) -> ui.LayoutView:
    ahead = f"{format_count(view.runs_ahead, 'chapter')} before it" if view.runs_ahead else "its turn is next"
    return _card(
        EMBER,
        f"### ✎ Waiting · {escape_text(view.title)}",
        _describe_run(view),
        f"In the queue, {ahead}.",
        buttons=[_run_button(view, "cancel")],
    )


def _build_writing_card(view: RunView) -> ui.LayoutView:
    started = f" · started {format_relative_time(view.run.started_at)}" if view.run.started_at else ""
    part = f"part {view.part} of {view.parts} · " if view.parts > 1 else ""
    so_far = f" · about {_format_length(view.seconds)} so far" if view.cue_count else ""
    lines = [f"{progress_bar(view.share, 1)}  {part}{format_count(view.cue_count, 'cue')}{so_far}"]
    lines += [_format_cue(cue) for cue in view.last_cues]
    if view.waiting:
        lines.append(f"*{view.waiting}*")
    elif not view.cue_count:
        lines.append("*Waiting for the first lines.*")
    return _card(
        EMBER,
        f"### ✎ Writing · {escape_text(view.title)}",
        _describe_run(view) + started,
        "\n".join(lines),
        buttons=[_run_button(view, "cancel")],
    )


def _build_interrupted_card(view: RunView) -> ui.LayoutView:
    note = view.run.note or "Writing was interrupted."
    safe = f"{format_count(view.cue_count, 'cue is', 'cues are')} safe." if view.cue_count else "Its text is safe."
    return _card(
        RED,
        f"### ◍ Interrupted · {escape_text(view.title)}",
        _describe_run(view),
        f"{note} {safe}",
        buttons=[
            _run_button(view, "continue", "Continue" if view.cue_count else "Retry"),
            _run_button(view, "discard"),
        ],
    )


def _build_cancelled_card(view: RunView) -> ui.LayoutView:
    kept = "What was written until then is kept; Retry continues from it."
    return _card(
        GREY,
        f"### ✕ Cancelled · {escape_text(view.title)}",
        _describe_run(view),
        _format_newer(view.newer) if view.newer else kept,
        buttons=[] if view.newer else [_run_button(view, "retry")],
    )


def _format_newer(newer: Run) -> str:
    """Which later run has taken the place of this one, with a link to its card."""
    done = newer.state is RunState.DONE
    text = f"It was written again: version {newer.version}." if done else "It is being written again."
    if newer.channel_id is None or newer.card_id is None:
        return text
    return f"{text} https://discord.com/channels/{newer.guild_id}/{newer.channel_id}/{newer.card_id}"


def _build_done_card(view: RunView, stored: StoredScript, script: Script) -> ui.LayoutView:
    is_template = stored.writer == WriterKind.TEMPLATE
    mark = "▢ Template script ·" if is_template else "✔"
    heading = f"### {mark} {escape_text(stored.title)}"
    where = (
        f"{escape_text(view.ebook_title, 100)} · chapter {stored.chapter_number} · {escape_text(stored.theme, 60)} · "
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
        if _can_retry(view, stored) and view.run.progress:
            lines.append("“Write it with Gemini” continues from what Gemini had finished.")
        if view.newer:
            lines.append(_format_newer(view.newer))
    elif script.logline:
        lines.append(f"*{escape_text(script.logline, 300)}*")
    if view.has_changed_source:
        lines.append("⚠ The chapter's text has changed since this script was written.")
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
        foot.append(format_cost(stored.cost_micros, view.unknown_micros) if stored.cost_micros else "price unknown")
    foot += [_format_writing_time(view), f"id `{stored.id}`"]
    return _card(
        GREY if is_template else EMBER,
        heading,
        where,
        "\n".join(lines),
        "-# " + " · ".join(part for part in foot if part),
        buttons=_script_buttons(view, stored),
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


def _format_altered(count: int) -> list[str]:
    if not count:
        return []
    return [f"{format_count(count, 'line differs', 'lines differ')} from the source, changed by hand."]


def _can_retry(view: RunView, stored: StoredScript) -> bool:
    """Whether Gemini can take the place of the template: without a key it would be the same template again."""
    is_template_draft = stored.writer == WriterKind.TEMPLATE and stored.state is ScriptState.DRAFT
    return is_template_draft and view.has_gemini and view.newer is None


def _script_buttons(view: RunView, stored: StoredScript) -> list[ui.Item[Any]]:
    buttons = [ScriptButton("read", stored.id), ScriptButton("download", stored.id)]
    if stored.state is ScriptState.DRAFT:
        buttons += [ScriptButton("approve", stored.id), ScriptButton("release_now", stored.id)]
    elif stored.state is ScriptState.APPROVED:
        buttons += [ScriptButton("release", stored.id), ScriptButton("withdraw", stored.id)]
    items: list[ui.Item[Any]] = [*buttons]
    if _can_retry(view, stored):
        items.append(_run_button(view, "retry", "Write it with Gemini"))
    if view.cast_warnings:
        items.append(CastWarningsButton("open", stored.id))
    if view.findings:
        items.append(CheckButton("open", stored.id))
    return items


def _describe_run(view: RunView) -> str:
    number = f"chapter {view.run.chapter_number}"
    version = f" · version {view.run.version}" if view.run.version > 1 else ""
    by = f" · for <@{view.requester_id}>" if view.requester_id else ""
    revision = f" · {view.revision}" if view.revision else ""
    return f"{escape_text(view.ebook_title, 100)} · {number}{version}{revision} · {escape_text(view.theme, 60)}{by}"


def _format_cue_counts(script: Script) -> str:
    names = {CueKind.NARRATION: "narration", CueKind.DIALOGUE: "dialogue", CueKind.SFX: "SFX", CueKind.MUSIC: "music"}
    kinds = ", ".join(f"{script.count_cues(kind)} {name}" for kind, name in names.items())
    return f"{format_count(len(script.cues), 'cue')}: {kinds}"


def _format_cue(cue: Cue) -> str:
    """A cue on one line, as in ``40 NARRATOR The lantern guttered``."""
    if cue.kind.is_spoken:
        direction = f"({escape_text(cue.direction, 40)}) " if cue.direction else ""
        return f"`{cue.n:>3}` **{escape_text(cue.speaker, 30)}** {direction}{escape_text(cue.text, 90)}"
    return f"`{cue.n:>3}` {cue.kind.value.upper()} {escape_text(shorten(cue.text, 90).upper(), 90)}"


def _format_length(seconds: float) -> str:
    """``40 s``, ``6 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _format_writing_time(view: RunView) -> str:
    started, finished = view.run.started_at, view.run.finished_at
    if not isinstance(started, datetime) or not isinstance(finished, datetime):
        return ""
    whole, seconds = divmod(round((finished - started).total_seconds()), 60)
    return f"{whole} min {seconds} s" if whole else f"{seconds} s"


def _run_button(view: RunView, action: str, label: str = "") -> RunButton:
    return RunButton(action, view.run.id, label)


def _card(accent: discord.Colour, *texts: str, buttons: list[Any]) -> ui.LayoutView:
    rows = [action_row(*buttons[at : at + _ROW]) for at in range(0, len(buttons), _ROW)]
    return card_layout(*(ui.TextDisplay(text) for text in texts), *rows, accent=accent)
