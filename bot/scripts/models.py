"""The script as everything downstream sees it: cues, cast, running time. Values only."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class CueKind(StrEnum):
    """What is to be recorded or played at a cue."""

    NARRATION = "narration"
    DIALOGUE = "dialogue"
    SFX = "sfx"
    MUSIC = "music"

    @property
    def spoken(self) -> bool:
        """Whether somebody says the cue's text aloud."""
        return self in {CueKind.NARRATION, CueKind.DIALOGUE}


class WriterKind(StrEnum):
    """Who wrote a script."""

    GEMINI = "gemini"
    TEMPLATE = "template"


class Value(BaseModel):
    """Immutable; unknown fields are refused, so that a stored script is never read wrongly."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CastMember(Value):
    """One voice: the name as it stands at the cues, and a line on how it sounds."""

    name: str
    voice: str = ""


class Cue(Value):
    """One numbered line of the script.

    ``n`` counts from 1 through the whole chapter. ``speaker`` is ``NARRATOR`` for narration, a cast name for dialogue,
    empty otherwise. ``text`` is what is spoken, or the description of the sound. ``direction`` is the actor's or the
    engineer's note ("close, amused"; "establish and under"). ``start`` and ``seconds`` are estimates in seconds from the
    script's beginning, computed by ``timing.py`` and never taken from a model.
    """

    n: int
    kind: CueKind
    text: str
    speaker: str = ""
    direction: str = ""
    start: float = 0.0
    seconds: float = 0.0


class RunningTime(Value):
    """An estimate as a range, in seconds: spoken fast (165 words a minute) and slowly (140)."""

    low: int
    high: int


class Script(Value):
    """A whole chapter, ready to be recorded."""

    title: str
    logline: str
    cast: tuple[CastMember, ...]
    cues: tuple[Cue, ...]
    language: str = "en"
    running_time: RunningTime

    def count(self, kind: CueKind) -> int:
        """How many cues are of ``kind``."""
        return sum(cue.kind is kind for cue in self.cues)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The script that ``model_dump_json`` wrote."""
        return cls.model_validate_json(text)


class Usage(Value):
    """Tokens as the API counted them; ``prompt`` includes ``cached``, ``thoughts`` are billed as output."""

    prompt: int = 0
    cached: int = 0
    output: int = 0
    thoughts: int = 0

    @property
    def total(self) -> int:
        """All tokens of the call."""
        return self.prompt + self.output + self.thoughts

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            output=self.output + other.output,
            thoughts=self.thoughts + other.thoughts,
        )


class Draft(Value):
    """What a writer has finished so far: only complete cues, numbered from ``PartRequest.first_cue``."""

    title: str = ""
    logline: str = ""
    cast: tuple[CastMember, ...] = ()
    cues: tuple[Cue, ...] = ()
    model: str = Field(default="", description="the model that really answered; empty for the template writer")
    usage: Usage = Usage()
