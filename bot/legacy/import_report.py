"""What the import tells: for each file how much came in, and by name what did not."""

from dataclasses import dataclass, field
from typing import Final

from bot.legacy.files import LegacyFile

MOST_LINES: Final = 20
_LONGEST: Final = 60


@dataclass(slots=True)
class FileReport:
    """The outcome for one file, growing while it is read."""

    file: LegacyFile
    imported: int = 0
    known: int = 0
    skipped: int = 0
    remark: str = ""
    notes: list[str] = field(default_factory=list)
    unnamed: int = 0

    def note(self, line: int, what: str, why: str) -> None:
        """Names something; beyond ``MOST_LINES`` it is only counted."""
        if len(self.notes) >= MOST_LINES:
            self.unnamed += 1
            return
        about = f" {what}" if what else ""
        self.notes.append(f"  line {line}:{about} {why}.")

    def sentences(self) -> list[str]:
        """What is printed."""
        name = self.file.name
        if self.remark:
            head = f"{name}: {self.remark}."
        else:
            noun = self.file.noun if self.imported == 1 else f"{self.file.noun}s"
            head = f"{name}: {self.imported} {noun} imported, {self.known} {_were(self.known)} there already"
            head += f", {self.skipped} skipped."
        more = [f"  and {self.unnamed} more."] if self.unnamed else []
        return [head, *self.notes, *more]


def excerpt(raw: str) -> str:
    """The beginning of a stretch in quotation marks, on one line and without signs that a terminal would obey."""
    if not raw:
        return ""
    shown = " ".join(raw[: 2 * _LONGEST].split())
    cut = shown[:_LONGEST] + ("…" if len(shown) > _LONGEST or len(raw) > 2 * _LONGEST else "")
    return f"“{''.join(sign if sign.isprintable() else '�' for sign in cut)}”"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
