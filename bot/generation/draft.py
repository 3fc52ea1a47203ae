"""What a writer has finished so far, and the tokens it used."""

from pydantic import Field

from bot.ebooks.series_bible import Proposals
from bot.scripts.models import CastMember, Cue, Cut, FrozenModel, Repair, Scene


class Usage(FrozenModel):
    """Tokens as the API counted them. ``prompt`` includes ``cached``; ``thoughts`` are billed as output."""

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


class Draft(FrozenModel):
    """A script in the making: only complete cues, numbered from ``PartRequest.first_cue``.

    ``proposals`` for the series bible are there once the part is complete. In a faithful script ``next_span`` is the first span
    that is in no cue and in no cut yet; 0 in an adaptation. ``scenes`` are those that begin in the part, and
    the one before them where the part has told more of it.
    """

    title: str = ""
    logline: str = ""
    cast: tuple[CastMember, ...] = ()
    cues: tuple[Cue, ...] = ()
    model: str = Field(default="", description="the model that answered; empty for the template writer")
    usage: Usage = Usage()
    proposals: Proposals = Proposals()
    cuts: tuple[Cut, ...] = ()
    repairs: tuple[Repair, ...] = ()
    next_span: int = 0
    scenes: tuple[Scene, ...] = ()
