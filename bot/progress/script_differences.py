"""The differences between two states of a script as a web page: every cue, with what is new and what is gone in colour."""

import html
from typing import Final

from bot.exports.files import Download, build_file_name
from bot.progress.script_versions import Comparison
from bot.scripts.diff import ChangeKind, CueChange, Piece, PieceKind, compare_texts
from bot.scripts.models import Cue

_STYLE: Final = """
body { font: 16px/1.5 Georgia, serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
p { margin: .4rem 0; padding: .1rem .5rem; border-left: 4px solid transparent; white-space: pre-wrap; }
p.same { color: #777; } p.changed { border-color: #d9a300; } p.moved { border-color: #4c6ef5; }
p.added { border-color: #2b8a3e; } p.removed { border-color: #c92a2a; }
ins { background: #d3f9d8; text-decoration: underline; } del { background: #ffe3e3; }
b { font-variant-numeric: tabular-nums; }
""".strip()
_TAGS: Final = {PieceKind.SAME: "{}", PieceKind.ADDED: "<ins>{}</ins>", PieceKind.REMOVED: "<del>{}</del>"}
_WORDS: Final = {
    ChangeKind.CHANGED: "changed",
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
}


def render_differences(comparison: Comparison) -> Download:
    """The web page, which needs nothing but itself."""
    version = comparison.version
    title = f"{version.title}: {comparison.old_label} → {comparison.new_label}"
    lines = [
        "<!doctype html>",
        '<html><head><meta charset="utf-8">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>",
        f'<body><h1 dir="auto">{html.escape(title)}</h1>',
        *map(_render_change, comparison.changes),
        "</body></html>",
    ]
    parts = (version.ebook_id, f"ch{version.chapter_number}", comparison.old_label, comparison.new_label)
    content = "\n".join(lines).encode(errors="replace")
    return Download(build_file_name(*parts, ending="html"), content)


def _render_change(change: CueChange) -> str:
    note = _WORDS.get(change.kind, "")
    if change.kind is ChangeKind.MOVED and change.old is not None:
        note = f"was cue {change.old.n}"
    parts = [f"<b>{change.cue.n}</b>", _mark(_name(change.old), _name(change.new), change)]
    direction = _mark(change.old.direction if change.old else "", change.new.direction if change.new else "", change)
    if direction:
        parts.append(f"<i>({direction})</i>")
    parts.append("".join(map(_render_piece, list_pieces(change))))
    if note:
        parts.append(f"<small>[{note}]</small>")
    return f'<p class="{change.kind.value}" dir="auto">{" ".join(parts)}</p>'


def list_pieces(change: CueChange) -> tuple[Piece, ...]:
    """The pieces of the cue's text, also of one that is new or gone."""
    match change.kind:
        case ChangeKind.ADDED:
            return (Piece(PieceKind.ADDED, change.cue.text),)
        case ChangeKind.REMOVED:
            return (Piece(PieceKind.REMOVED, change.cue.text),)
        case _:
            return change.pieces


def _mark(old: str, new: str, change: CueChange) -> str:
    """A speaker or a direction, marked where it differs."""
    if change.old is None or change.new is None:
        return html.escape(old or new)
    return "".join(map(_render_piece, compare_texts(old, new)))


def _render_piece(piece: Piece) -> str:
    return _TAGS[piece.kind].format(html.escape(piece.text))


def _name(cue: Cue | None) -> str:
    if cue is None:
        return ""
    return cue.speaker if cue.kind.is_spoken else cue.kind.value.upper()
