"""The text that a stored script was written from."""

from collections.abc import Sequence

from bot.scripts.assembly import join_spans
from bot.scripts.models import Cue, CueKind
from bot.scripts.spans import Span
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
