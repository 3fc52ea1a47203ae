"""What differs between two states of a script: by cue, then by word inside changed cues.

Two levels, because comparing the characters of a whole script takes minutes. Versions that were made from one another share
the ids of their cues; others are matched by their words.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from bot.scripts.models import Cue, Script
from bot.scripts.text_units import split_after_units

_MIN_SIMILARITY: Final = 0.4
"""The least share of words that a rewritten cue has in common with the one it replaces; else one is removed and one added."""
_SIGN: Final = re.compile(r"\s+|[^\w\s]")


class ChangeKind(StrEnum):
    """What became of a cue."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


class PieceKind(StrEnum):
    """What became of a piece of a text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is the same in both states, or only in one of them."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class CueChange:
    """One cue in the order of the new state; removed cues stand where they were. ``pieces`` are those of the text.

    A moved cue may have been changed as well; then its pieces differ.
    """

    kind: ChangeKind
    old: Cue | None
    new: Cue | None
    pieces: tuple[Piece, ...] = ()

    @property
    def cue(self) -> Cue:
        """The new cue, or the old one of a cue that is gone."""
        cue = self.new or self.old
        if cue is None:
            raise ValueError("a change is about a cue")
        return cue


def compare_scripts(old: Script, new: Script) -> list[CueChange]:
    """Every cue of both states, once."""
    pairs = _match_cues(old.cues, new.cues)
    moved = _find_moved([old_index for old_index, _ in pairs])
    partner = {new_index: (old_index, at in moved) for at, (old_index, new_index) in enumerate(pairs)}
    matched_old = {old_index for old_index, _ in pairs}
    changes: list[CueChange] = []
    next_old = 0
    for new_index, cue in enumerate(new.cues):
        found = partner.get(new_index)
        if found is None:
            changes.append(CueChange(ChangeKind.ADDED, None, cue))
            continue
        old_index, is_moved = found
        if not is_moved:
            changes += _list_removed(old.cues, next_old, old_index, matched_old)
            next_old = max(next_old, old_index + 1)
        changes.append(_compare_cues(old.cues[old_index], cue, is_moved=is_moved))
    return [*changes, *_list_removed(old.cues, next_old, len(old.cues), matched_old)]


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts: those of kind SAME and REMOVED joined are the old text, SAME and ADDED the new one."""
    before, after = _tokenize(old), _tokenize(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(PieceKind.SAME, "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece(PieceKind.REMOVED, "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(PieceKind.ADDED, "".join(after[j1:j2])))
    return tuple(pieces)


def _match_cues(old: Sequence[Cue], new: Sequence[Cue]) -> list[tuple[int, int]]:
    """Pairs of indexes, in the order of the new cues."""
    by_id = {cue.id: index for index, cue in enumerate(old) if cue.id}
    shared = [(by_id[cue.id], index) for index, cue in enumerate(new) if cue.id in by_id]
    return shared or _match_by_text(old, new)


def _match_by_text(old: Sequence[Cue], new: Sequence[Cue]) -> list[tuple[int, int]]:
    old_keys, new_keys = ([(cue.kind, cue.speaker, cue.text) for cue in cues] for cues in (old, new))
    pairs: list[tuple[int, int]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(range(i1, i2), range(j1, j2), strict=True)
        elif tag == "replace":
            pairs += _match_rewritten(old, range(i1, i2), new, range(j1, j2))
    return pairs


def _match_rewritten(
    old: Sequence[Cue], old_indexes: range, new: Sequence[Cue], new_indexes: range
) -> list[tuple[int, int]]:
    """Neighbours that are of one kind and have many words in common, in order."""
    pairs: list[tuple[int, int]] = []
    start = old_indexes.start
    for new_index in new_indexes:
        for old_index in range(start, min(start + 3, old_indexes.stop)):
            if old[old_index].kind is new[new_index].kind and _is_similar(old[old_index].text, new[new_index].text):
                pairs.append((old_index, new_index))
                start = old_index + 1
                break
    return pairs


def _is_similar(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, _tokenize(one), _tokenize(other), autojunk=False)
    return matcher.real_quick_ratio() >= _MIN_SIMILARITY and matcher.ratio() >= _MIN_SIMILARITY


def _find_moved(old_indexes: Sequence[int]) -> set[int]:
    """The places in the list that are outside of its longest ascending run: as few cues as possible count as moved."""
    tails: list[int] = []
    tail_places: list[int] = []
    previous: list[int] = []
    for place, value in enumerate(old_indexes):
        at = bisect_left(tails, value)
        previous.append(tail_places[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            tail_places.append(place)
        else:
            tails[at], tail_places[at] = value, place
    kept: set[int] = set()
    place = tail_places[-1] if tail_places else -1
    while place >= 0:
        kept.add(place)
        place = previous[place]
    return set(range(len(old_indexes))) - kept


def _list_removed(cues: Sequence[Cue], start: int, end: int, matched: set[int]) -> list[CueChange]:
    return [CueChange(ChangeKind.REMOVED, cues[at], None) for at in range(start, end) if at not in matched]


def _compare_cues(old: Cue, new: Cue, *, is_moved: bool) -> CueChange:
    pieces = compare_texts(old.text, new.text) if old.text != new.text else (Piece(PieceKind.SAME, new.text),)
    fields = [(cue.kind, cue.speaker, cue.direction, cue.text) for cue in (old, new)]
    if is_moved:
        return CueChange(ChangeKind.MOVED, old, new, pieces)
    return CueChange(ChangeKind.SAME if fields[0] == fields[1] else ChangeKind.CHANGED, old, new, pieces)


def _tokenize(text: str) -> list[str]:
    """Words, single characters of scripts without spaces, signs and spaces; joined they are the text."""
    tokens: list[str] = []
    for piece in split_after_units(text):
        at = 0
        for sign in _SIGN.finditer(piece):
            tokens += [part for part in (piece[at : sign.start()], sign[0]) if part]
            at = sign.end()
        if piece[at:]:
            tokens.append(piece[at:])
    return tokens
