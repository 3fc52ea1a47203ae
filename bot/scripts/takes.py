"""What the take log says about the cues of a script. Values only.

A take counts for a cue if it is of the same cue (by its id, in any version of the chapter) and of what the cue says now, by the
same speaker. Of these, the one that was logged last decides: a good take after a pick-up means that the line is recorded, and
a pick-up after a good take that it has to be recorded once more. Only spoken cues have takes: sounds and music are chosen
and mixed after the recording, where the list for the sound designer has them.
"""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.scripts.models import Cue, Script
from storage.states import TakeVerdict
from storage.stores.takes import Take

_DIGEST_CHARS = 16


class CueStatus(StrEnum):
    """How far the recording of one spoken cue is."""

    NOT_RECORDED = "not recorded"
    """There is no take of the cue."""
    RECORDED = "recorded"
    """The newest take of these words is good."""
    PICKUP = "pick-up"
    """The newest take of these words says that the line has to be recorded once more."""
    CHANGED = "changed since"
    """There are takes, but of other words or by another speaker."""


@dataclass(frozen=True, slots=True)
class CueRecording:
    """What is known about the recording of one cue.

    ``take`` decides the status; where the words were changed since, it is the newest take of the old ones. ``takes`` are all
    takes of the cue, oldest first, those of other words included.
    """

    cue: Cue
    status: CueStatus
    take: Take | None = None
    takes: tuple[Take, ...] = ()

    @property
    def number(self) -> int | None:
        """The number of the take to use; None where none can be used."""
        return self.take.number if self.take and self.status is CueStatus.RECORDED else None

    @property
    def note(self) -> str:
        """The note of the take that decides the status."""
        return self.take.note if self.take else ""


def digest_spoken(cue: Cue) -> str:
    """16 hex characters that stand for the speaker and the words of the cue, however they are spaced."""
    spoken = "\0".join(" ".join(unicodedata.normalize("NFC", each).split()) for each in (cue.speaker, cue.text))
    return hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARS]


def find_recording(cue: Cue, takes: Iterable[Take]) -> CueRecording:
    """What the takes of all versions of the chapter, oldest first, say about the cue."""
    return _judge(cue, tuple(take for take in takes if take.cue_id == cue.id))


def list_recordings(script: Script, takes: Iterable[Take]) -> list[CueRecording]:
    """What the takes of all versions of the chapter, oldest first, say about each spoken cue, in the script's order."""
    by_cue: Mapping[str, list[Take]] = _group_by_cue(takes)
    return [_judge(cue, by_cue.get(cue.id, ())) for cue in script.cues if cue.kind.is_spoken]


def count_recorded(script: Script, takes: Iterable[Take]) -> int:
    """How many of the script's spoken cues are recorded."""
    return sum(recording.status is CueStatus.RECORDED for recording in list_recordings(script, takes))


def find_next_line(script: Script, cue: Cue, speaker: str = "") -> Cue | None:
    """The next spoken cue after this one, of the speaker if one is named; None after the last one."""
    later = (each for each in script.cues if each.n > cue.n and each.kind.is_spoken)
    return next((each for each in later if not speaker or each.speaker == speaker), None)


def _group_by_cue(takes: Iterable[Take]) -> dict[str, list[Take]]:
    groups: defaultdict[str, list[Take]] = defaultdict(list)
    for take in takes:
        groups[take.cue_id].append(take)
    return groups


def _judge(cue: Cue, takes: Sequence[Take]) -> CueRecording:
    if not takes:
        return CueRecording(cue, CueStatus.NOT_RECORDED)
    spoken = digest_spoken(cue)
    newest = next((take for take in reversed(takes) if take.spoken_digest == spoken), None)
    if newest is None:
        return CueRecording(cue, CueStatus.CHANGED, takes[-1], tuple(takes))
    status = CueStatus.RECORDED if newest.verdict is TakeVerdict.GOOD else CueStatus.PICKUP
    return CueRecording(cue, status, newest, tuple(takes))
