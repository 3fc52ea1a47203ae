"""What the picture of the progress is drawn from: books with their chapters, and what happened by day."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Day:
    """One step of the time axis, oldest first: a day, a week or a month; ``label`` is such as ``Nov 16``.

    ``drafted``, ``approved`` and ``released`` count the chapters that came so far in this step, ``events`` everything.
    """

    label: str
    events: int
    drafted: int
    approved: int
    released: int

    @property
    def chapters(self) -> int:
        """All chapters that moved on in this step."""
        return self.drafted + self.approved + self.released


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter and how far it is: ``none``, ``drafted``, ``approved`` or ``released``."""

    number: int
    state: str


@dataclass(frozen=True, slots=True)
class Book:
    """A book with the chapters that are known of it, in order."""

    title: str
    chapters: tuple[Chapter, ...]

    @property
    def released(self) -> int:
        """How many chapters are out."""
        return self._in("released")

    @property
    def approved(self) -> int:
        """How many chapters are approved or further."""
        return self._in("approved", "released")

    @property
    def drafted(self) -> int:
        """How many chapters are drafted or further."""
        return self._in("drafted", "approved", "released")

    def _in(self, *states: str) -> int:
        return sum(chapter.state in states for chapter in self.chapters)


@dataclass(frozen=True, slots=True)
class PictureData:
    """All that the picture tells. ``heading`` is such as ``Progress · this week``."""

    heading: str
    books: tuple[Book, ...]
    days: tuple[Day, ...]

    @property
    def happened(self) -> bool:
        """Whether anything happened in these days."""
        return any(day.events or day.chapters for day in self.days)
