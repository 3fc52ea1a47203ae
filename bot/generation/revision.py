"""Revisions: which cues of a version are to be rewritten, and the script in which they are."""

import re
from collections.abc import Hashable, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from bot.errors import InputError
from bot.generation.run_progress import RunProgress
from bot.scripts.cue_lists import arrange
from bot.scripts.models import NARRATOR, CastMember, Cue, CueKind, FrozenModel, Scene, Script, ScriptMode
from bot.scripts.scenes import mark_beginning
from bot.scripts.spans import SpanKind, split_spans

SCENE_STEP: Final = 100_000
"""Between the numbers of two scenes while a revision is written, so that new scenes find room between the old ones."""

_WHOLE: Final = {"", "all", "everything", "script", "whole script", "the whole script"}
_SCENE: Final = re.compile(r"scene\s*#?\s*(\d{1,6})")
_RANGE: Final = re.compile(r"(?:cues?\s*)?#?(\d{1,6})(?:\s*(?:-|–|—|\.\.+|to)\s*#?(\d{1,6}))?")
_FORMS: Final = "Type a number, a range such as 10-20 or a scene such as scene 2; leave it out for the whole script."


class Revision(FrozenModel):
    """What of a version is to be rewritten, and how.

    ``script`` is the version's text when the revision was asked for; ``first`` and ``last`` are the numbers of its cues.
    """

    parent_id: str
    parent_version: int
    notes: str
    first: int
    last: int
    script: Script

    @property
    def cues(self) -> tuple[Cue, ...]:
        """The cues that are to be rewritten."""
        return self.script.cues[self.first - 1 : self.last]

    @property
    def following(self) -> tuple[Cue, ...]:
        """The cues behind them."""
        return self.script.cues[self.last :]

    @property
    def is_whole(self) -> bool:
        """Whether no cue stays."""
        return self.first == 1 and self.last == len(self.script.cues)

    @property
    def subject(self) -> str:
        """Which cues, for people: ``cues 10 to 20``."""
        if self.is_whole:
            return "the whole script"
        return f"cue {self.first}" if self.first == self.last else f"cues {self.first} to {self.last}"

    @property
    def span_range(self) -> tuple[int, int]:
        """The first and the last span that the cues speak; (0, 0) where they speak none."""
        spans = [cue.spans for cue in self.cues if cue.spans is not None]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else (0, 0)

    @property
    def dropped_spans(self) -> frozenset[int]:
        """The numbers of the spans between those of the cues that are neither spoken nor cut: scene breaks, and what somebody
        has deleted by hand; empty for an adaptation."""
        first, last = self.span_range
        known = {cue.spans for cue in self.cues if cue.spans} | {(cut.first, cut.last) for cut in self.script.cuts}
        numbers = {number for begin, end in known for number in range(begin, end + 1)}
        return frozenset(range(first, last + 1)) - numbers if last else frozenset()

    def count_restored(self, cues: Iterable[Cue]) -> int:
        """How many of the new version's cues speak words again that somebody has deleted by hand."""
        dropped = self.dropped_spans
        return sum(
            cue.spans is not None and not dropped.isdisjoint(range(cue.spans[0], cue.spans[1] + 1)) for cue in cues
        )

    def begin(self) -> RunProgress:
        """The progress before anything is rewritten."""
        script, at = self.script, self.script.cues[self.first - 1].scene
        scenes = tuple(_widen(scene) for scene in script.scenes if scene.n <= at)
        return RunProgress(
            title=script.title,
            logline=script.logline,
            cast=script.cast,
            scenes=scenes,
            next_span=self.span_range[0] or 1,
        )

    def apply(self, progress: RunProgress) -> Script:
        """The script with the rewritten cues; the others differ in what follows from their place alone."""
        script = self.script
        before = [_widen_cue(cue) for cue in script.cues[: self.first - 1]]
        after = [_widen_cue(cue) for cue in self.following]
        written = keep_ids(self.cues, progress.cues)
        scenes = {scene.n: scene for scene in map(_widen, script.scenes)} | {
            scene.n: scene for scene in progress.scenes
        }
        if self.is_whole:
            scenes = {scene.n: scene for scene in mark_beginning(sorted(scenes.values(), key=_get_number), written)}
        if not any(scene.heading for scene in progress.scenes if scene.n % SCENE_STEP):  # the writer has marked none
            written = _keep_scenes(self.cues, written)
        if not script.scenes and not self.is_whole:  # what stands around the cues is of unknown place, and stays so
            written, scenes = [cue.model_copy(update={"scene": 0}) for cue in written], {}
        if after and self.following[0].scene == self.cues[-1].scene:
            after = _join_scene(written, after, scenes)
        first, last = self.span_range
        unarranged = script.model_copy(
            update={
                "cast": self._merge_cast(progress.cast, [*before, *written, *after]),
                "scenes": tuple(sorted(scenes.values(), key=_get_number)),
                "cuts": tuple(
                    sorted(
                        [*(cut for cut in script.cuts if not first <= cut.first <= last), *progress.cuts],
                        key=lambda cut: cut.first,
                    )
                ),
                "repairs": (
                    *(repair for repair in script.repairs if not first <= repair.first <= last),
                    *progress.repairs,
                ),
            }
        )
        return arrange(unarranged, [*before, *written, *after])

    def _merge_cast(self, cast: Iterable[CastMember], cues: Iterable[Cue]) -> tuple[CastMember, ...]:
        """The cast with those who speak now and did not, and without those who spoke in the old cues alone."""
        speaking = {cue.speaker for cue in cues}
        known = {member.name for member in self.script.cast}
        left = {cue.speaker for cue in self.cues} - speaking - {NARRATOR}
        added = [member for member in cast if member.name in speaking and member.name not in known]
        return tuple(member for member in (*self.script.cast, *added) if member.name not in left)


def choose_cues(text: str, script: Script) -> tuple[int, int]:
    """The numbers of the first and the last cue that somebody means: ``10-20``, ``12``, ``scene 2``, or nothing for all.

    Raises:
        InputError: the text names no cues, or cues that the script has not.
    """
    count = len(script.cues)
    if not count:
        raise InputError("This script has no cues.", "There is nothing to revise.")
    wanted = " ".join(text.casefold().split())
    if wanted in _WHOLE:
        return 1, count
    scene = _SCENE.fullmatch(wanted)
    if scene is not None:
        return _choose_scene(int(scene[1]), script)
    found = _RANGE.fullmatch(wanted)
    if found is None:
        raise InputError("I cannot tell which cues you mean.", _FORMS)
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        raise InputError(f"The range {first}-{last} runs backwards.", f"Type {last}-{first}.")
    for number in (first, last):
        if not 1 <= number <= count:
            raise InputError(f"There is no cue {number}.", f"The script has the cues 1 to {count}.")
    return first, last


def check_spans(revision: Revision) -> None:
    """Checks that the words of the cues can be labelled again; those of an adaptation need no labels.

    Raises:
        InputError: the cues speak no words of the chapter, or others between them were moved elsewhere.
    """
    if revision.script.mode is not ScriptMode.FAITHFUL:
        return
    first, last = revision.span_range
    if not last:
        raise InputError(
            "These cues hold no words of the chapter.", "Choose a range with spoken cues, or edit them in the reader."
        )
    others = (*revision.script.cues[: revision.first - 1], *revision.following)
    if any(cue.spans is not None and cue.spans[0] <= last and cue.spans[1] >= first for cue in others):
        raise InputError(
            "Cues were moved between these and the others, so they cannot be rewritten on their own.",
            "Choose a range with all of them, or leave cues out to revise the whole script.",
        )


def describe_losses(revision: Revision, content: str) -> str:
    """Which work done by hand a faithful revision will not keep, in sentences; empty where there is none.

    The writer sees it, but only the words of the chapter can be labelled, and all of them are. ``content`` is the chapter's
    text, which is split into its spans again where anything was deleted.
    """
    if revision.script.mode is not ScriptMode.FAITHFUL:
        return ""
    altered = sum(cue.is_altered and cue.spans is not None for cue in revision.cues)
    inserted = sum(cue.kind.is_spoken and cue.spans is None for cue in revision.cues)
    deleted = _count_deleted_passages(revision, content)
    parts = [
        f"{altered} altered by hand will have the author's words again" if altered else "",
        f"{inserted} added by hand will be left out" if inserted else "",
    ]
    places = "one place" if deleted == 1 else f"{deleted} places"
    sentences = [
        f"Of these cues, {' and '.join(filter(None, parts))}." if any(parts) else "",
        f"Words of the author's that were deleted by hand in {places} will be spoken again." if deleted else "",
        f"Version {revision.parent_version} stays as it is." if deleted or any(parts) else "",
    ]
    return " ".join(filter(None, sentences))


def _count_deleted_passages(revision: Revision, content: str) -> int:
    """How many stretches of neighbouring spans were deleted."""
    dropped = revision.dropped_spans
    if not dropped:
        return 0
    spans = (span.n for span in split_spans(content) if span.kind is not SpanKind.BREAK)
    return sum(is_deleted for is_deleted, _ in groupby(spans, dropped.__contains__))


def keep_ids(old: Sequence[Cue], new: Sequence[Cue]) -> list[Cue]:
    """The new cues, each with the id of the old cue that it continues: the same words, else the same place and speaker."""
    ids = _match(list(map(_name_words, old)), list(map(_name_words, new)))
    rest_old = [index for index in range(len(old)) if index not in ids.values()]
    rest_new = [index for index in range(len(new)) if index not in ids]
    similar = _match([_name_place(old[at]) for at in rest_old], [_name_place(new[at]) for at in rest_new])
    ids |= {rest_new[at]: rest_old[other] for at, other in similar.items()}
    return [cue.model_copy(update={"id": old[ids[index]].id if index in ids else ""}) for index, cue in enumerate(new)]


def _match(old: Sequence[Hashable], new: Sequence[Hashable]) -> dict[int, int]:
    """For indexes of ``new`` those of ``old`` with the same key, both in order."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.b + at: block.a + at for block in blocks for at in range(block.size)}


def _name_words(cue: Cue) -> tuple[CueKind, str]:
    return cue.kind, cue.text


def _name_place(cue: Cue) -> tuple[CueKind, str, int]:
    return cue.kind, cue.speaker, cue.spans[0] if cue.spans else 0


def _choose_scene(number: int, script: Script) -> tuple[int, int]:
    numbers = [cue.n for cue in script.cues if (cue.scene or 1) == number]
    if not numbers:
        count = max(cue.scene for cue in script.cues) or 1
        has = "1 scene" if count == 1 else f"{count} scenes"
        raise InputError(f"There is no scene {number}.", f"The script has {has}.")
    return numbers[0], numbers[-1]


def _keep_scenes(old: Sequence[Cue], new: Sequence[Cue]) -> list[Cue]:
    """The new cues in the scenes of the old ones that they continue."""
    scenes = {cue.id: cue.scene * SCENE_STEP for cue in old}
    current = old[0].scene * SCENE_STEP
    kept = []
    for cue in new:
        current = max(current, scenes.get(cue.id, current))
        kept.append(cue.model_copy(update={"scene": current}))
    return kept


def _join_scene(written: Sequence[Cue], after: list[Cue], scenes: dict[int, Scene]) -> list[Cue]:
    """The cues behind the rewritten ones; where these end in a scene with the same heading, they go on with it."""
    if not written:
        return after
    last, number = scenes.get(written[-1].scene), after[0].scene
    follows = scenes.get(number)
    if last is None or follows is None or not last.heading or last.heading.casefold() != follows.heading.casefold():
        return after
    return [cue.model_copy(update={"scene": last.n}) if cue.scene == number else cue for cue in after]


def _widen(scene: Scene) -> Scene:
    return scene.model_copy(update={"n": scene.n * SCENE_STEP})


def _widen_cue(cue: Cue) -> Cue:
    return cue.model_copy(update={"scene": cue.scene * SCENE_STEP})


def _get_number(scene: Scene) -> int:
    return scene.n
