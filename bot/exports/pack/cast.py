"""``cast.csv``: how much each role has to say, and what an actor should know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.exports.files import Download
from bot.exports.pack.tables import build_table, format_minutes
from bot.exports.sheet import ScriptSheet

COLUMNS: Final = (
    "character",
    "lines",
    "words",
    "minutes",
    "scene count",
    "scenes",
    "voice",
    "pronunciation",
    "name in files",
)


@dataclass(slots=True)
class _Share:
    """What one role has in all chapters so far. ``scenes`` are chapters with their scenes, in order."""

    lines: int = 0
    words: int = 0
    seconds: float = 0.0
    scenes: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    voice: str = ""
    pronunciation: str = ""


@dataclass(slots=True)
class CastTally:
    """Adds up the roles of chapters; add them in order."""

    _shares: dict[str, _Share] = field(default_factory=dict)

    def add(self, sheet: ScriptSheet) -> None:
        """The roles of this chapter are counted too."""
        for role in sheet.roles:
            if role.lines == 0:
                continue
            share = self._shares.setdefault(role.name, _Share())
            share.lines += role.lines
            share.words += role.words
            share.seconds += role.seconds
            share.scenes.append((sheet.stored.chapter_number, role.scenes))
            share.voice = share.voice or role.voice
            share.pronunciation = share.pronunciation or role.pronunciation

    def build_table(self, role_names: Mapping[str, str]) -> Download:
        """``cast.csv``, the largest role first."""
        chapters = {chapter for share in self._shares.values() for chapter, _ in share.scenes}
        roles = sorted(self._shares.items(), key=lambda item: (-item[1].words, item[0]))
        return build_table(
            "cast.csv",
            COLUMNS,
            [
                (
                    name,
                    share.lines,
                    share.words,
                    format_minutes(share.seconds),
                    sum(len(scenes) for _, scenes in share.scenes),
                    _list_scenes(share, with_chapter=len(chapters) > 1),
                    share.voice,
                    share.pronunciation,
                    role_names[name],
                )
                for name, share in roles
            ],
        )


def _list_scenes(share: _Share, *, with_chapter: bool) -> str:
    """``S01 S02``, or with the chapters before them ``CH01: S01 S02; CH02: S01``, as in file names."""
    spelled = [(chapter, " ".join(f"S{scene:02}" for scene in scenes)) for chapter, scenes in share.scenes]
    return "; ".join(f"CH{chapter:02}: {scenes}" if with_chapter else scenes for chapter, scenes in spelled)
