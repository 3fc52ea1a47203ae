"""What a writer says about the spans of a chapter, without repeating their words. Values only."""

from enum import StrEnum

from bot.scripts.models import CueKind, FrozenModel


class CutReason(StrEnum):
    """Why a span is not spoken. Nothing else may be cut."""

    TAG = "tag"
    SOUND = "sound"
    HEADING = "heading"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The reason for people, as it follows a number ("12 speech tags")."""
        return _REASON_LABELS[self]


_REASON_LABELS = {
    CutReason.TAG: "speech tag",
    CutReason.SOUND: "heard as a sound",
    CutReason.HEADING: "heading",
    CutReason.NOTE: "note",
}


class SpanLabel(FrozenModel):
    """Spans ``first`` to ``last`` are spoken by ``speaker`` (empty: the narrator), or cut for a reason."""

    first: int
    last: int
    speaker: str = ""
    direction: str = ""
    cut: CutReason | None = None
    has_unknown_reason: bool = False
    """Whether the writer wanted to cut the spans for a reason that is none of ours."""


class SoundLabel(FrozenModel):
    """A sound or music between the spans around it; ``kind`` is SFX or MUSIC."""

    kind: CueKind
    text: str
    direction: str = ""


class RepairKind(StrEnum):
    """What our code corrected in a writer's labels."""

    UNLABELLED = "unlabelled"
    """Nothing referred to the spans; the narrator speaks them."""
    REPEATED = "repeated"
    """Something referred to the spans twice; the first time counts."""
    OUT_OF_ORDER = "out_of_order"
    """The spans came after later ones; they stand in the source's order."""
    UNKNOWN_SPANS = "unknown_spans"
    """There are no spans with these numbers in the part."""
    REFUSED_CUT = "refused_cut"
    """There was no valid reason to cut the spans; the narrator speaks them."""
    NOT_SPEECH = "not_speech"
    """The spans stand between quotations and are not spoken by the speaker; the narrator speaks them."""


class Repair(FrozenModel):
    """One correction; ``first`` and ``last`` are the spans, as the writer named them."""

    kind: RepairKind
    first: int
    last: int


class Cut(FrozenModel):
    """Spans that the script leaves out."""

    first: int
    last: int
    reason: CutReason
