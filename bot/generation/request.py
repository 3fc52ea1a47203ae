"""From what somebody asks for to what a writer is asked for.

ScriptRequest   what somebody asked for with /script
RequestedRun    the run that was made from it, waiting for a worker
PartRequest     one part of the chapter, as one request to a writer
"""

import json
from dataclasses import dataclass, field
from typing import Final, Self

from pydantic import Field

from bot.ebooks.series_bible import SeriesBible
from bot.generation.revision import Revision
from bot.scripts.models import CastMember, Cue, FrozenModel, Scene, ScriptMode
from bot.scripts.spans import Span
from storage.stores.ebooks import Ebook
from storage.stores.runs import Run

MAX_TITLE: Final = 300
"""The most characters of a chapter's title. Cards and file names shorten what does not fit."""

# A run has columns of its own for these two, so the JSON of its request does not repeat them.
_OWN_COLUMNS: Final = {"ebook", "chapter_number"}


class ScriptRequest(FrozenModel):
    """What somebody asked for, besides the chapter's text.

    ``ebook`` is a book's id or title as it was typed; an unknown one becomes a new book. ``GenerationService`` fills in an
    empty ``title`` or ``theme`` from what is stored. An empty ``language`` stands for the language of the chapter,
    a missing ``mode`` for the book's. ``revision`` is there where cues of a version are
    to be rewritten instead.
    """

    ebook: str
    chapter_number: int
    title: str = Field(default="", max_length=MAX_TITLE)
    theme: str = ""
    notes: str = ""
    hook: str = ""
    language: str = ""
    mode: ScriptMode | None = None
    revision: Revision | None = None

    @property
    def chosen_mode(self) -> ScriptMode:
        """The mode, which is faithful unless somebody has said otherwise."""
        return self.mode or ScriptMode.FAITHFUL

    @classmethod
    def from_run(cls, run: Run) -> Self:
        """The request that the run was made from; ``ebook`` is the book's id."""
        columns = {"ebook": run.ebook_id, "chapter_number": run.chapter_number}
        return cls.model_validate(columns | json.loads(run.request))

    def to_column(self) -> str:
        """The JSON text for the ``request`` column of a run, which ``from_run`` reads."""
        return self.model_dump_json(exclude=_OWN_COLUMNS)


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """A run that waits for a worker, its book, and whether the book was created with it."""

    run: Run
    ebook: Ebook
    is_new_ebook: bool


@dataclass(frozen=True, slots=True)
class RevisedPart:
    """The cues as they are now, what is to be different, and the cues behind them, which stay.

    ``scenes`` are those that begin with one of the cues, by the cue's number.
    """

    notes: str
    cues: tuple[Cue, ...]
    following: tuple[Cue, ...]
    scenes: dict[int, Scene] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartRequest:
    """One part of one chapter, with everything that a writer may know about it.

    ``paragraphs`` is this part's own text. ``bible`` is what is accepted about the book. ``cast`` and ``previous_cues`` (the
    last cues already written) carry over from earlier parts, so that names stay the same and nothing is repeated.
    ``scenes`` are those that have begun in earlier parts; the last one is under way.
    ``first_cue`` is the number of the first cue to write. ``spans`` are the part's text for a faithful script; without them the
    part is to be adapted. ``revised`` is there where the part of a script is to be written again.
    """

    ebook_title: str
    chapter_number: int
    title: str
    theme: str
    paragraphs: tuple[str, ...]
    notes: str = ""
    hook: str = ""
    language: str = ""
    part: int = 1
    parts: int = 1
    cast: tuple[CastMember, ...] = ()
    previous_cues: tuple[Cue, ...] = ()
    first_cue: int = 1
    spans: tuple[Span, ...] = ()
    scenes: tuple[Scene, ...] = ()
    revised: RevisedPart | None = None
    bible: SeriesBible = field(default_factory=SeriesBible)
