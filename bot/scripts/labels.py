"""What a writer says about the spans of a chapter, without repeating their words. Values only."""

from bot.scripts.models import CueKind, CutReason, FrozenModel, Scene


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


class SceneLabel(FrozenModel):
    """A scene begins between the spans around it. Without place and time nothing is known of it but that it begins."""

    place: str = ""
    time: str = ""
    present: tuple[str, ...] = ()

    def to_scene(self, n: int = 0) -> Scene:
        """The scene with this number."""
        return Scene(n=n, place=self.place, time=self.time, present=self.present)
