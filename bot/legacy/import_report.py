"""The report of an import: for each file how much was imported, and a line for each record that was not."""

from dataclasses import dataclass, field
from typing import Final

from bot.legacy.files import LegacyFile

MAX_NOTES: Final = 20
"""Lines for each file; further notes are only counted, so that a badly damaged file does not flood the terminal."""
_MAX_EXCERPT: Final = 60
"""Characters; with the line number and the reason, a note still fits on one or two terminal lines."""


@dataclass(slots=True)
class FileReport:
    """The counts and notes of one file, which grow during the import.

    ``known`` counts what an earlier import or this studio itself has stored. ``remark`` replaces the counts if the file could
    not be read at all.
    """

    file: LegacyFile
    imported: int = 0
    known: int = 0
    skipped: int = 0
    remark: str = ""
    notes: list[str] = field(default_factory=list)
    further_notes: int = 0

    def add_note(self, line: int, subject: str, text: str) -> None:
        """Adds a line about ``subject``, which may be empty; beyond ``MAX_NOTES`` it is only counted."""
        if len(self.notes) >= MAX_NOTES:
            self.further_notes += 1
            return
        self.notes.append(f"  line {line}: {subject} {text}." if subject else f"  line {line}: {text}.")

    def sentences(self) -> list[str]:
        """The lines to print: the counts, then the notes."""
        name = self.file.name
        if self.remark:
            summary = f"{name}: {self.remark}."
        else:
            noun = self.file.noun if self.imported == 1 else f"{self.file.noun}s"
            were = "was" if self.known == 1 else "were"
            summary = f"{name}: {self.imported} {noun} imported, {self.known} {were} there already, "
            summary += f"{self.skipped} skipped."
        more = [f"  and {self.further_notes} more."] if self.further_notes else []
        return [summary, *self.notes, *more]


def make_excerpt(raw_text: str) -> str:
    """The beginning of a text in quotation marks, on one line and without control characters; empty for an empty text."""
    if not raw_text:
        return ""
    one_line = " ".join(raw_text[: 2 * _MAX_EXCERPT].split())
    is_cut = len(one_line) > _MAX_EXCERPT or len(raw_text) > 2 * _MAX_EXCERPT
    excerpt = one_line[:_MAX_EXCERPT] + ("…" if is_cut else "")
    return f"“{''.join(character if character.isprintable() else '�' for character in excerpt)}”"
