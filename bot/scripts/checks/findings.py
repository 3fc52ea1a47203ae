"""What the script check finds. Values only."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.scripts.models import Cue, Cut, CutReason, Repair, RepairKind


class FindingKind(StrEnum):
    """What was found."""

    SPEAKER = "speaker"
    """The speaker of a line contradicts the speech tag beside it."""
    UNKNOWN_SPEAKER = "unknown_speaker"
    """Neither the book nor its cast mentions the speaker."""
    NARRATED_LINE = "narrated_line"
    """The narrator speaks a line that stands in quotation marks."""
    NO_PAUSE = "no_pause"
    """There is no place to breathe in a long stretch of words."""
    ENDLESS_SOUND = "endless_sound"
    """A sound or music starts and nothing ends it."""
    SPOILER = "spoiler"
    """A direction gives away what the listener is not to know yet."""
    LENGTH = "length"
    """The running time is far from the target length."""
    CUTS = "cuts"
    REPAIRS = "repairs"

    @property
    def is_note(self) -> bool:
        """Whether it is something to know rather than something to decide."""
        return self in {FindingKind.CUTS, FindingKind.REPAIRS}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``sentence`` is for people, without markup.

    ``cue`` is the number of the cue, None where the whole script is meant. ``speaker`` is who speaks the cue now, or the
    speaker in question; ``suggestion`` is who should speak it, empty where that cannot be told. ``key`` stays the same while
    the words that are in question stay the same.
    """

    kind: FindingKind
    sentence: str
    key: str
    cue: int | None = None
    speaker: str = ""
    suggestion: str = ""


def find_at_cue(kind: FindingKind, cue: Cue, sentence: str, *, suggestion: str = "") -> Finding:
    """A finding about one cue."""
    place = "-".join(map(str, cue.spans)) if cue.spans else cue.n
    key = _make_key(kind, place, cue.speaker, cue.text, cue.direction if kind is FindingKind.SPOILER else "")
    return Finding(kind, sentence, key, cue.n, cue.speaker, suggestion)


def find_in_script(kind: FindingKind, sentence: str, *, cue: int | None = None, speaker: str = "") -> Finding:
    """A finding about the whole script; ``cue`` is where it can be seen."""
    return Finding(kind, sentence, _make_key(kind, sentence), cue, speaker)


def find_cuts(cuts: Iterable[Cut]) -> list[Finding]:
    """One note that lists the spans that nobody speaks, by reason."""
    counts: dict[CutReason, int] = {}
    for cut in cuts:
        counts[cut.reason] = counts.get(cut.reason, 0) + cut.last - cut.first + 1
    if not counts:
        return []
    reasons = ", ".join(_count(counts[reason], *_CUT_NAMES[reason]) for reason in CutReason if reason in counts)
    return [find_in_script(FindingKind.CUTS, f"Not spoken: {reasons}.")]


def find_repairs(repairs: Iterable[Repair], cues: Iterable[Cue]) -> list[Finding]:
    """One note for each kind of correction, with the first cue that it concerns."""
    spoken = [cue for cue in cues if cue.spans]
    by_kind: dict[RepairKind, list[Repair]] = {}
    for repair in repairs:
        by_kind.setdefault(repair.kind, []).append(repair)
    findings: list[Finding] = []
    for kind, group in by_kind.items():
        size = sum(abs(repair.last - repair.first) + 1 for repair in group)
        first = group[0].first
        cue = next((cue.n for cue in spoken if cue.spans and cue.spans[0] <= first <= cue.spans[1]), None)
        one, many = _REPAIR_SENTENCES[kind]
        sentence = one if size == 1 else many.format(f"{size:,}")
        findings.append(find_in_script(FindingKind.REPAIRS, sentence, cue=cue))
    return findings


_CUT_NAMES = {
    CutReason.TAG: ("speech tag", "speech tags"),
    CutReason.SOUND: ("span heard as a sound", "spans heard as sounds"),
    CutReason.HEADING: ("heading", "headings"),
    CutReason.NOTE: ("note", "notes"),
}
_REPAIR_SENTENCES = {
    RepairKind.UNLABELLED: (
        "1 span that nobody was given is read by the narrator.",
        "{} spans that nobody was given are read by the narrator.",
    ),
    RepairKind.REPEATED: (
        "1 span was given twice; the first time counts.",
        "{} spans were given twice; the first time counts.",
    ),
    RepairKind.OUT_OF_ORDER: (
        "1 span was given out of order; it stands where the book has it.",
        "{} spans were given out of order; they stand where the book has them.",
    ),
    RepairKind.UNKNOWN_SPANS: (
        "1 span that does not exist was given to somebody; that was ignored.",
        "{} spans that do not exist were given to somebody; that was ignored.",
    ),
    RepairKind.REFUSED_CUT: (
        "1 span that was to be cut for no good reason is read by the narrator.",
        "{} spans that were to be cut for no good reason are read by the narrator.",
    ),
    RepairKind.NOT_SPEECH: (
        "1 span between quotations that was given to a speaker is read by the narrator.",
        "{} spans between quotations that were given to a speaker are read by the narrator.",
    ),
}


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _make_key(*parts: object) -> str:
    """Twelve hex characters, as custom ids hold them."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:12]
