"""The text that a stored script was written from."""

from collections.abc import Sequence

from bot.scripts.assembly import join_spans
from bot.scripts.cue_lists import arrange
from bot.scripts.models import NARRATOR, Cue, CueKind, Script
from bot.scripts.spans import Span
from bot.scripts.text_units import has_units
from storage import ReadTransaction
from storage.stores.scripts import StoredScript

_MAX_PARENTS = 1_000
"""Versions of one chapter that were made from one another. More would be a circle, which cannot be."""


async def read_source(tx: ReadTransaction, stored: StoredScript) -> str:
    """The text from which the script, or the version that it was made from, was written; empty where it is unknown."""
    script = stored
    for _ in range(_MAX_PARENTS):
        try:
            if script.run_id is not None:
                return (await tx.runs.get(script.run_id)).content
            if script.parent_id is None:
                return ""
            script = await tx.scripts.get(script.parent_id)
        except KeyError:
            return ""
    return ""


def find_source_wordings(spans: Sequence[Span], cue: Cue) -> frozenset[str]:
    """How a faithful script may word the cue: as narration, and as dialogue without quotation marks; empty for no spans."""
    if cue.spans is None or not spans:
        return frozenset()
    own = list(spans[cue.spans[0] - 1 : cue.spans[1]])
    return frozenset(join_spans(kind, own) for kind in (CueKind.NARRATION, CueKind.DIALOGUE)) if own else frozenset()


def build_unaltered_script(script: Script, spans: Sequence[Span]) -> Script:
    """The faithful script with the source's words and no others.

    Altered cues have the source's text again, spoken cues that a person has added are gone, and what nobody speaks or cuts is
    narrated.
    """
    cues: list[Cue] = []
    known = {number for cut in script.cuts for number in range(cut.first, cut.last + 1)}
    for cue in script.cues:
        if cue.spans is None:
            if not cue.kind.is_spoken:
                cues.append(cue)
            continue
        known |= set(range(cue.spans[0], cue.spans[1] + 1))
        own = list(spans[cue.spans[0] - 1 : cue.spans[1]]) if cue.is_altered else []
        cues.append(cue.model_copy(update={"text": join_spans(cue.kind, own), "is_altered": False}) if own else cue)
    for span in spans:
        if span.n not in known and has_units(span.text):
            at = next((i for i, cue in enumerate(cues) if cue.spans and cue.spans[0] > span.n), len(cues))
            cues.insert(at, _narrate(span, cues[at - 1].scene if at else 0))
    return arrange(script, cues)


def _narrate(span: Span, scene: int) -> Cue:
    text = join_spans(CueKind.NARRATION, [span])
    numbers = (span.n, span.n)
    return Cue(
        n=0, kind=CueKind.NARRATION, text=text, speaker=NARRATOR, spans=numbers, id=f"span{span.n:x}", scene=scene
    )
