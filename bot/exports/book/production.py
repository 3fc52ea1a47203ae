"""One production pack across the approved chapters of a book."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.ebooks.series_bible import LexiconWord
from bot.exports.files import Download
from bot.exports.pack.cast import CastTally
from bot.exports.pack.lexicon import build_lexicon, list_words
from bot.exports.pack.lines import build_lines, build_pickups, list_line_rows, list_pickup_rows
from bot.exports.pack.role_names import name_roles
from bot.exports.pack.scenes import RecordedScene, list_recorded_scenes
from bot.exports.pack.schedule import build_schedule, plan_schedule
from bot.exports.pack.spotting import build_spotting, list_spotting_rows
from bot.exports.pack.tables import Cell
from bot.exports.sheet import ScriptSheet

_MAX_SIDE_WORDS: Final = 15_000
"""Words of one side, about 100 pages: what an actor can carry, and what is printed within little memory."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A role in one chapter."""

    script_id: str
    chapter: int
    words: int


@dataclass(frozen=True, slots=True)
class PlannedSide:
    """The side of a role, or one volume of it: its name in files and the ids of the scripts that it prints."""

    role: str
    file_name: str
    script_ids: tuple[str, ...]


@dataclass(slots=True)
class BookProduction:
    """Collects what the tables need, chapter by chapter in order; sheets themselves are not kept."""

    _speakers: list[str] = field(default_factory=list)
    _parts: dict[str, list[_Part]] = field(default_factory=dict)
    _language: str = "en"
    _tally: CastTally = field(default_factory=CastTally)
    _scenes: list[RecordedScene] = field(default_factory=list)
    _lines: list[tuple[Cell, ...]] = field(default_factory=list)
    _pickups: list[tuple[Cell, ...]] = field(default_factory=list)
    _sounds: list[tuple[Cell, ...]] = field(default_factory=list)
    _words: list[LexiconWord] = field(default_factory=list)
    schedule_summary: str = ""

    @property
    def role_names(self) -> dict[str, str]:
        """The names in files of all speakers so far; they do not change when chapters are added."""
        return name_roles(self._speakers)

    def add(self, sheet: ScriptSheet) -> None:
        """The chapter is in all tables."""
        self._language = self._language if self._speakers else sheet.language
        for role in sheet.roles:
            if role.lines:
                self._speakers.append(role.name)
                part = _Part(sheet.stored.id, sheet.stored.chapter_number, role.words)
                self._parts.setdefault(role.name, []).append(part)
        self._tally.add(sheet)
        self._scenes += list_recorded_scenes(sheet)
        self._lines += list_line_rows(sheet, self.role_names)
        self._pickups += list_pickup_rows(sheet, self.role_names)
        self._sounds += list_spotting_rows(sheet)
        self._words += list_words(sheet)

    def plan_sides(self) -> Iterator[PlannedSide]:
        """One side for each role across all chapters; a very long one in volumes of whole chapters."""
        names = self.role_names
        for role, parts in self._parts.items():
            volumes: list[list[_Part]] = []
            for part in parts:
                if not volumes or sum(each.words for each in volumes[-1]) + part.words > _MAX_SIDE_WORDS:
                    volumes.append([])
                volumes[-1].append(part)
            for volume in volumes:
                chapters = f"_CH{volume[0].chapter:02}-CH{volume[-1].chapter:02}" if len(volumes) > 1 else ""
                yield PlannedSide(role, names[role] + chapters, tuple(part.script_id for part in volume))

    def build_files(self) -> Iterator[Download]:
        """The tables of all chapters; none where there is no approved chapter."""
        if not self._speakers:
            return
        schedule = plan_schedule(self._scenes)
        self.schedule_summary = schedule.summary
        yield build_schedule(schedule)
        yield self._tally.build_table(self.role_names)
        yield build_lines(iter(self._lines))
        yield build_pickups(iter(self._pickups))
        yield build_spotting(iter(self._sounds))
        yield build_lexicon(self._words, self._language)
