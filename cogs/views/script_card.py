"""The card of a run: what is being written, later the finished script with its buttons."""

from discord import ui

from bot.generation.run_view import RunView
from bot.scripts.models import Cue
from cogs.views.finished_card import build_finished_card, card_with_buttons, format_newer
from cogs.views.formatting import (
    EMBER,
    GREY,
    RED,
    escape_text,
    format_count,
    format_relative_time,
    progress_bar,
    shorten,
)
from cogs.views.pressed_cards import build_card
from cogs.views.script_buttons import RunButton
from storage.states import RunState


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
    if view.finished is None:
        raise ValueError("the view of a run that is done needs its script")
    return build_finished_card(view.finished, view)


def _build_waiting_card(view: RunView) -> ui.LayoutView:
    ahead = f"{format_count(view.runs_ahead, 'chapter')} before it" if view.runs_ahead else "its turn is next"
    return card_with_buttons(
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
    if view.scene:
        lines.append(f"-# {escape_text(view.scene, 100)}")
    lines += [_format_cue(cue) for cue in view.last_cues]
    if view.waiting:
        lines.append(f"*{view.waiting}*")
    elif not view.cue_count:
        lines.append("*Waiting for the first lines.*")
    return card_with_buttons(
        EMBER,
        f"### ✎ Writing · {escape_text(view.title)}",
        _describe_run(view) + started,
        "\n".join(lines),
        buttons=[_run_button(view, "cancel")],
    )


def _build_interrupted_card(view: RunView) -> ui.LayoutView:
    note = view.run.note or "Writing was interrupted."
    safe = f"{format_count(view.cue_count, 'cue is', 'cues are')} safe." if view.cue_count else "Its text is safe."
    return card_with_buttons(
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
    return card_with_buttons(
        GREY,
        f"### ✕ Cancelled · {escape_text(view.title)}",
        _describe_run(view),
        format_newer(view.newer) if view.newer else kept,
        buttons=[] if view.newer else [_run_button(view, "retry")],
    )


def _describe_run(view: RunView) -> str:
    number = f"chapter {view.run.chapter_number}"
    version = f" · version {view.run.version}" if view.run.version > 1 else ""
    by = f" · for <@{view.requester_id}>" if view.requester_id else ""
    revision = f" · {view.revision}" if view.revision else ""
    return f"{escape_text(view.ebook_title, 100)} · {number}{version}{revision} · {escape_text(view.theme, 60)}{by}"


def _format_cue(cue: Cue) -> str:
    """A cue on one line, as in ``40 NARRATOR The lantern guttered``."""
    if cue.kind.is_spoken:
        direction = f"({escape_text(cue.direction, 40)}) " if cue.direction else ""
        return f"`{cue.n:>3}` **{escape_text(cue.speaker, 30)}** {direction}{escape_text(cue.text, 90)}"
    return f"`{cue.n:>3}` {cue.kind.value.upper()} {escape_text(shorten(cue.text, 90).upper(), 90)}"


def _format_length(seconds: float) -> str:
    """``40 s``, ``6 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _run_button(view: RunView, action: str, label: str = "") -> RunButton:
    return RunButton(action, view.run.id, label)
