"""What a writer says about the spans of a chapter, without repeating their words. Values only."""

from bot.scripts.models import CueKind, CutReason, FrozenModel


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
