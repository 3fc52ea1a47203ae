"""How far a run is: the JSON document that a checkpoint saves and a restarted run continues from."""

from typing import Self

from bot.ebooks.series_bible import Proposals, SeriesBible
from bot.generation.draft import Draft, Usage
from bot.scripts.models import CastMember, Cue, Cut, FrozenModel, Repair, Scene
from bot.scripts.speakers import rename_present, rename_speakers


class RunProgress(FrozenModel):
    """Complete cues, and the place in the chapter that the writer had reached.

    ``next_paragraph`` is the index of the first paragraph of an adaptation that is not written yet, ``next_span`` the number of
    the first span of a faithful script. ``model`` and ``usage`` are those of the
    calls so far, ``proposals`` those of the parts that are complete. ``whole_part_cues`` is how many cues the complete
    parts of a revision have.
    """

    title: str = ""
    logline: str = ""
    cast: tuple[CastMember, ...] = ()
    cues: tuple[Cue, ...] = ()
    next_paragraph: int = 0
    model: str = ""
    usage: Usage = Usage()
    proposals: Proposals = Proposals()
    next_span: int = 1
    cuts: tuple[Cut, ...] = ()
    repairs: tuple[Repair, ...] = ()
    scenes: tuple[Scene, ...] = ()
    whole_part_cues: int = 0

    @classmethod
    def from_column(cls, text: str) -> Self:
        """The progress in a run's ``progress`` column; no progress where the column is empty."""
        return cls.model_validate_json(text) if text else cls()

    def to_column(self) -> str:
        """The JSON text for a run's ``progress`` column; empty where there is no cue to continue from."""
        return self.model_dump_json() if self.cues else ""

    def add_draft(self, draft: Draft) -> "RunProgress":
        """This progress with what ``draft`` adds: the first part names the script, every part may add to the cast."""
        known_names = {member.name.casefold() for member in self.cast}
        new_members = tuple(member for member in draft.cast if member.name.casefold() not in known_names)
        return RunProgress(
            title=self.title or draft.title,
            logline=self.logline or draft.logline,
            cast=self.cast + new_members,
            cues=self.cues + draft.cues,  # numbered from the part request's first cue on
            next_paragraph=self.next_paragraph,
            whole_part_cues=self.whole_part_cues,
            model=draft.model or self.model,
            usage=self.usage + draft.usage,
            proposals=self.proposals + draft.proposals,
            next_span=draft.next_span or self.next_span,
            cuts=self.cuts + draft.cuts,
            repairs=self.repairs + draft.repairs,
            scenes=tuple({scene.n: scene for scene in (*self.scenes, *draft.scenes)}.values()),
        )

    def use_names(self, bible: SeriesBible) -> "RunProgress":
        """This progress with every speaker under the name that the bible has for them."""
        known = {*(member.name for member in self.cast), *(name for scene in self.scenes for name in scene.present)}
        characters = {name: bible.find_character(name) for name in known}
        names = {name: character.name for name, character in characters.items() if character is not None}
        cast, cues = rename_speakers(self.cast, self.cues, names)
        return self.model_copy(update={"cast": cast, "cues": cues, "scenes": rename_present(self.scenes, names)})
