"""``README.txt`` in the archives of a whole book: what is where, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.readme import describe_files
from storage.states import ScriptState

_ABOUT: Final = """\
Each chapter has a folder, CH01, CH02 …, with its script: PDF to print, Word (docx) to edit, Markdown (md) to read anywhere,
Fountain for screenwriting programs, JSON for other programs. The folder production has one schedule, one cast list and so on
for all chapters that are approved or released; drafts are not in it.
"""


@dataclass(frozen=True, slots=True)
class BookChapter:
    """A chapter of the book; ``version`` is 0 where it has no script."""

    number: int
    title: str
    version: int = 0
    state: ScriptState = ScriptState.DRAFT


def build_listing(
    *,
    title: str,
    chapters: Sequence[BookChapter],
    here: Sequence[str],
    parts: Sequence[Sequence[str]],
    left_out: Sequence[str],
    notes: Sequence[str],
) -> Download:
    """The file for the archive that holds the files ``here``, one of ``parts``."""
    lines = [f"{title}: all scripts", ""]
    if len(parts) > 1:
        number = next((number for number, part in enumerate(parts, 1) if list(part) == list(here)), 0)
        lines += [f"This is part {number} of {len(parts)}. Unpack all parts into the same folder.", ""]
    lines += ["CHAPTERS", *(_describe_chapter(chapter) for chapter in chapters), ""]
    lines += ["WHAT THE FILES ARE FOR", *_ABOUT.splitlines(), ""]
    lines += describe_files({name.partition("/")[2] for part in parts for name in part})
    for number, part in enumerate(parts, 1):
        lines += [f"FILES OF PART {number}" if len(parts) > 1 else "FILES", *(f"  {name}" for name in part), ""]
    if left_out:
        lines += ["LEFT OUT, BECAUSE TOO LARGE", *(f"  {name}" for name in left_out), ""]
    for note in notes:
        lines += [note, ""]
    return Download("README.txt", "\r\n".join(lines).encode("utf-8-sig"))


def _describe_chapter(chapter: BookChapter) -> str:
    script = f"version {chapter.version}, {chapter.state.value}" if chapter.version else "no script yet"
    if chapter.version and chapter.state is ScriptState.DRAFT:
        script += " (not part of the production)"
    return f"  {chapter.number}. {chapter.title}: {script}"
