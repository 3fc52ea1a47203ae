"""What a run is made from and how far it is: the two JSON documents kept with it."""

from pydantic import Field

from bot.scripts.models import CastMember, Cue, Usage, Value

MAX_TITLE = 300


class ScriptRequest(Value):
    """What somebody asked for, beside the chapter's text."""

    title: str = Field(max_length=MAX_TITLE)
    theme: str = "horror"
    notes: str = ""
    hook: str = ""
    language: str = ""


class Progress(Value):
    """What is safe: complete cues, and where in the chapter the writer stood.

    ``next_paragraph`` is the index of the first paragraph of the chapter that is not written yet; ``model`` and ``usage``
    are of the calls so far.
    """

    title: str = ""
    logline: str = ""
    cast: tuple[CastMember, ...] = ()
    cues: tuple[Cue, ...] = ()
    next_paragraph: int = 0
    model: str = ""
    usage: Usage = Usage()
