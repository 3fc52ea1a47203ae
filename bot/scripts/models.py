"""The script as the rest of the program sees it: cues, cast and running time. Values only."""

from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

NARRATOR: Final = "NARRATOR"
"""The speaker of every narration cue."""

UNKNOWN_SPEAKER: Final = "VOICE"
"""The speaker of a dialogue cue where the text does not say who speaks."""

MAX_CUE_CHARS: Final = 2_000
"""The most characters of one cue; a longer line is split between sentences. About two minutes of speech, which is already
long for one take, and half of what one Discord message holds."""

SAMPLE_MODEL: Final = "sample writer"
"""The model of the scripts that the demo's history begins with; no model wrote them."""


class CueKind(StrEnum):
    """What is recorded or played at a cue."""

    NARRATION = "narration"
    DIALOGUE = "dialogue"
    SFX = "sfx"
    MUSIC = "music"

    @property
    def is_spoken(self) -> bool:
        """Whether an actor speaks the cue's text."""
        return self in {CueKind.NARRATION, CueKind.DIALOGUE}


class WriterKind(StrEnum):
    """Who wrote a script."""

    GEMINI = "gemini"
    TEMPLATE = "template"


class ScriptMode(StrEnum):
    """How a chapter becomes a script."""

    FAITHFUL = "faithful"
    """The writer labels the source's words, our code copies them: no word can be lost or changed."""
    ADAPTED = "adapted"
    """The writer dramatises freely; how much of the source is left is measured."""


class FrozenModel(BaseModel):
    """An immutable value that can be stored as JSON. Unknown fields are refused, so that stored JSON is never misread."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CastMember(FrozenModel):
    """One speaker: the name as the cues use it, and one line that describes the voice."""

    name: str
    voice: str = ""


class Cue(FrozenModel):
    """One numbered line of the script.

    ``n`` counts from 1 through the whole chapter. ``speaker`` is ``NARRATOR`` for narration, a name from the cast for
    dialogue and empty otherwise. ``text`` is what is spoken, or the description of the sound. ``direction`` is a note to the
    actor or the engineer ("close, amused"; "establish and under"). ``start`` and ``seconds`` are estimates in seconds from
    the beginning of the script; ``timing.py`` computes them, a model never does. ``spans`` are the first and the last span of
    the chapter (see ``spans.py``) whose words the cue speaks; None where the words are not the source's own. ``id`` names the
    cue for as long as it exists, in every version that was made from the same script; empty only before the script is stored.
    ``scene`` is the number of its scene, 0 where the script has no scenes. ``is_altered`` is whether a person has changed words
    that a faithful script had from the source, or added the line to it. ``fixed_seconds`` is how long the cue lasts where a
    person wants it to last as long as before; None where its text decides.
    """

    n: int
    kind: CueKind
    text: str
    speaker: str = ""
    direction: str = ""
    start: float = 0.0
    seconds: float = 0.0
    spans: tuple[int, int] | None = None
    id: str = ""
    scene: int = 0
    is_altered: bool = False
    fixed_seconds: float | None = None


class Scene(FrozenModel):
    """Cues that play in one place at one time. ``n`` counts from 1 through the script; ``present`` names who is there."""

    n: int
    place: str = ""
    time: str = ""
    present: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Place and time on one line, such as ``THE HALL – NIGHT``; empty where neither is known."""
        return " – ".join(filter(None, (self.place, self.time)))


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
    CutReason.SOUND: "sentence heard as a sound",
    CutReason.HEADING: "heading",
    CutReason.NOTE: "note",
}


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


class RunningTime(FrozenModel):
    """An estimated range in whole seconds: spoken fast (165 words a minute) and slowly (140 words a minute)."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """The middle of the range."""
        return (self.low + self.high) // 2


class Script(FrozenModel):
    """A whole chapter, ready to be recorded.

    ``cuts`` are the spans of a faithful script that nobody speaks, ``repairs`` what our code corrected in the labels.
    ``accepted`` are the keys of the script check's findings that somebody called fine. ``scenes`` are in order; a script that
    was written before scenes were marked has none.
    """

    title: str
    logline: str
    cast: tuple[CastMember, ...]
    cues: tuple[Cue, ...]
    language: str = "en"
    running_time: RunningTime
    mode: ScriptMode = ScriptMode.ADAPTED
    cuts: tuple[Cut, ...] = ()
    repairs: tuple[Repair, ...] = ()
    accepted: tuple[str, ...] = ()
    scenes: tuple[Scene, ...] = ()

    def count_cues(self, kind: CueKind) -> int:
        """How many cues are of ``kind``."""
        return sum(cue.kind is kind for cue in self.cues)

    @property
    def spoken_cue_count(self) -> int:
        """How many cues an actor speaks."""
        return sum(cue.kind.is_spoken for cue in self.cues)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The script that ``model_dump_json`` wrote. Cues from before there were ids get one from their number.

        Raises:
            pydantic.ValidationError: the text is not a script's JSON.
        """
        script = cls.model_validate_json(text)
        if all(cue.id for cue in script.cues):
            return script
        cues = (cue if cue.id else cue.model_copy(update={"id": f"{cue.n:08x}"}) for cue in script.cues)
        return script.model_copy(update={"cues": tuple(cues)})
