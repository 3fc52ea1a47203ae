"""What the custom ids of the picker's controls carry: which import, what is shown of it, and which state the list had."""

import re
import zlib
from dataclasses import dataclass, replace
from typing import Final, Self

from bot.ebooks.book_import import ImportPlan

POSITION_PATTERN: Final = r"(?P<token>[0-9a-f]{16}):(?P<page>\d{1,4})\.(?P<chosen>\d{0,5}):(?P<seen>[0-9a-f]{8})"


@dataclass(frozen=True, slots=True)
class PickerPosition:
    """An import and what its person sees of it.

    ``chosen`` is the index of the chosen chapter. ``seen`` identifies the list that the controls belong to, so that a press on
    an outdated one (such as the second of two quick presses) changes nothing.
    """

    token: str
    page: int = 0
    chosen: int | None = None
    seen: str = "0" * 8

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Reads the part of a custom id that ``POSITION_PATTERN`` matches."""
        return cls(match["token"], int(match["page"]), int(match["chosen"]) if match["chosen"] else None, match["seen"])

    def encode(self) -> str:
        """The text that ``from_match`` reads."""
        return f"{self.token}:{self.page}.{'' if self.chosen is None else self.chosen}:{self.seen}"

    def show(self, plan: ImportPlan) -> "PickerPosition":
        """The position for controls below the list of ``plan``."""
        return replace(self, seen=identify_plan(plan))


def identify_plan(plan: ImportPlan) -> str:
    """Eight hexadecimal digits that differ for plans with other chapters, titles or numbers."""
    parts = [(text.title, len(text.text), text.left_out) for text in plan.texts]
    facts = (plan.title, plan.author, plan.language, plan.first_number, parts)
    return f"{zlib.crc32(repr(facts).encode(errors='replace')):08x}"
