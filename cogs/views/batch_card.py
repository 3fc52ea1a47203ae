"""The card of a batch: how far it is, chapter by chapter, and what it has cost."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.batches.batch_view import BatchView, is_failed, is_written
from bot.batches.chapter_ranges import format_chapters
from bot.batches.findings import BatchFindings
from bot.scripts.checks.findings import Finding
from cogs.views.base import action_row, card_layout
from cogs.views.batch_buttons import BatchButton
from cogs.views.formatting import (
    EMBER,
    GREY,
    RED,
    escape_text,
    fit_lines,
    format_cost,
    format_count,
    format_relative_time,
    progress_bar,
    shorten,
)
from cogs.views.pressed_cards import build_card
from storage.states import BatchPace, BatchState, ChapterOrder, RunState
from storage.stores.batches import BatchChapter

_LIST_CHARS: Final = 2_400
"""Characters of the list of chapters. Discord accepts 4,000 in one message; the rest is for the other lines."""
_FINDINGS_CHARS: Final = 3_600
"""Characters of the list of findings, which has a heading and nothing else beside it."""


@build_card.register
def batch_card(view: BatchView) -> ui.LayoutView:
    """The card for the state that the batch is in."""
    batch = view.batch
    match batch.state:
        case BatchState.RUNNING:
            name, accent = ("Waiting" if batch.waits_until else "Writing"), EMBER
        case BatchState.PAUSED:
            name, accent = "Paused", RED
        case BatchState.CANCELLED:
            name, accent = "Cancelled", GREY
        case BatchState.DONE:
            name, accent = "Done", RED if view.failed else EMBER
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### {_choose_mark(view)} {name} · {escape_text(view.ebook_title, 120)}"),
        ui.TextDisplay("\n".join(_describe(view))),
    ]
    chapters = _list_chapters(view)
    if chapters:
        items += [ui.Separator(), ui.TextDisplay("\n".join(fit_lines(chapters, _LIST_CHARS)))]
    buttons = _choose_buttons(view)
    if buttons:
        items.append(action_row(*buttons))
    return card_layout(*items, accent=accent)


@build_card.register
def findings_card(found: BatchFindings) -> ui.LayoutView:
    """All open findings of the script check in the scripts of a batch, chapter by chapter."""
    view = found.view
    lines = [
        f"**Chapter {chapter.chapter_number}**{_name_cue(finding)}: {escape_text(finding.sentence, 220)}"
        for chapter in found.chapters
        for finding in chapter.findings
    ]
    heading = f"### Check · {escape_text(view.ebook_title, 120)}"
    summary = f"{format_count(len(lines), 'finding')} in {format_count(len(view.done), 'script')}."
    return card_layout(
        ui.TextDisplay(heading), ui.TextDisplay("\n".join([summary, *fit_lines(lines, _FINDINGS_CHARS)])), accent=EMBER
    )


def _name_cue(finding: Finding) -> str:
    return "" if finding.cue is None else f", cue {finding.cue}"


def batch_list(views: Sequence[BatchView]) -> ui.LayoutView:
    """The batches, one line each."""
    lines = [_format_batch(view) for view in views] or ["There is no batch yet. `/batch start` begins one."]
    return card_layout(
        ui.TextDisplay("### Batches"), ui.TextDisplay("\n".join(fit_lines(lines, _LIST_CHARS))), accent=EMBER
    )


def _format_batch(view: BatchView) -> str:
    batch = view.batch
    card = ""
    if batch.card_id is not None:
        card = f" · https://discord.com/channels/{batch.guild_id}/{batch.channel_id}/{batch.card_id}"
    failed = f", {len(view.failed)} failed" if view.failed else ""
    return (
        f"{_choose_mark(view)} **{escape_text(view.ebook_title, 60)}** · {batch.state.value} · "
        f"{len(view.done)} of {len(view.chapters)} written{failed} · "
        f"{format_cost(view.cost_micros, view.unknown_micros)} · {format_relative_time(batch.created_at)}{card}"
    )


def _choose_mark(view: BatchView) -> str:
    match view.batch.state:
        case BatchState.RUNNING:
            return "✎"
        case BatchState.PAUSED:
            return "◍"
        case BatchState.CANCELLED:
            return "✕"
        case BatchState.DONE:
            return "⚠" if view.failed else "✔"


def _describe(view: BatchView) -> list[str]:
    batch, total = view.batch, len(view.chapters)
    order = "in the story's order" if batch.chapter_order is ChapterOrder.STORY else "side by side"
    by = f" · for <@{view.starter_id}>" if view.starter_id else ""
    ended = len(view.done) + len(view.failed)
    failed = f" · {len(view.failed)} failed" if view.failed else ""
    lines = [
        f"{format_count(total, 'chapter')}, {order}{by} · started {format_relative_time(batch.created_at)}",
        f"{progress_bar(ended, total)}  {len(view.done)} of {total} written{failed} · "
        + format_cost(view.cost_micros, view.unknown_micros),
    ]
    if batch.pace is BatchPace.OVERNIGHT and batch.state is BatchState.RUNNING and view.live:
        lines.append(
            "Overnight, at half the price: Gemini has the chapters and answers within a day."
            if batch.overnight_job
            else "Overnight, at half the price: the chapters are being handed over."
        )
    if batch.waits_until is not None:
        lines.append(f"⏸ {batch.note} Goes on {discord.utils.format_dt(batch.waits_until, 'R')}.")
    elif batch.note:
        lines.append(f"⏸ {batch.note}")
    if view.seconds_left is not None:
        lines.append(f"About {_format_time_left(view.seconds_left)} left at this pace.")
    if view.is_by_template:
        lines.append("No Gemini key is set: the template writes these chapters.")
    if batch.lost_requests:
        lost = format_count(batch.lost_requests, "request was", "requests were")
        lines.append(f"-# The bot was restarted: {lost} under way and may be paid for twice. No chapter was lost.")
    return lines


def _list_chapters(view: BatchView) -> list[str]:
    """What needs somebody first, then what is being written, then the rest as ranges."""
    failed = [_format_failure(each) for each in view.chapters if is_failed(each)]
    writing = [
        f"✎ Chapter {each.chapter_number} is being written." for each in view.chapters if each.state is RunState.WRITING
    ]
    groups = (
        ("✔ Written: ", [each for each in view.chapters if is_written(each)]),
        ("· Waiting: ", [each for each in view.chapters if each.state is RunState.READY]),
        ("✕ Not written: ", [each for each in view.chapters if each.state is RunState.CANCELLED]),
    )
    ranges = [
        f"{label}{format_chapters(chapter.chapter_number for chapter in members)}"
        for label, members in groups
        if members
    ]
    return [*failed, *writing, *ranges]


def _format_failure(chapter: BatchChapter) -> str:
    reason = chapter.error or chapter.note
    return f"✘ Chapter {chapter.chapter_number}: {shorten(reason, 200)}"


def _choose_buttons(view: BatchView) -> list[BatchButton]:
    batch_id = view.batch.id
    match view.batch.state:
        case BatchState.RUNNING:
            return [BatchButton("pause", batch_id), BatchButton("cancel", batch_id)]
        case BatchState.PAUSED:
            return [BatchButton("resume", batch_id), BatchButton("cancel", batch_id)]
        case BatchState.DONE if view.failed:
            return [BatchButton("retry", batch_id), *_choose_result_buttons(view)]
        case _:
            return _choose_result_buttons(view)


def _choose_result_buttons(view: BatchView) -> list[BatchButton]:
    """Only where a chapter is written."""
    return [BatchButton(action, view.batch.id) for action in ("findings", "export")] if view.done else []


def _format_time_left(seconds: float) -> str:
    """``40 s``, ``6 min``, ``2 h 10 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
