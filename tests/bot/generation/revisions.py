"""Scripts that are revised in tests, and what must stay of them."""

from typing import Any

from bot.actor import Actor
from bot.generation.revision import Revision
from bot.generation.revision_service import RevisionService
from bot.scripts.models import Script
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript
from tests.bot.generation.pipeline_stage import OWNER, PipelineStage

HANA = Actor(7, "Hana", team=True)
CHANNEL = (11, 22)
LONG_CHAPTER = "\n\n* * *\n\n".join(
    "\n\n".join(f"“Number {scene}{n},” said {name}. Snow fell {scene}{n} times. The bell rang." for n in range(12))
    for scene, name in ((1, "Hana"), (2, "Mateo"))
)
"""A chapter in two scenes that becomes at least forty cues."""


async def request_revision(stage: PipelineStage, script_id: str, cues: str = "10-20", notes: str = "Slower.") -> Run:
    """The run of a revision, leased already."""
    service = RevisionService(stage.database, has_gemini=True)
    run, _ = await service.request(script_id, notes, cues, HANA, channel=CHANNEL)
    await stage.database.write(lambda tx: tx.run_cards.set_card(run.id, None, None))
    return await claim(stage, run)


async def claim(stage: PipelineStage, run: Run) -> Run:
    """The waiting run, leased."""
    claimed = await stage.database.write(lambda tx: tx.runs.claim(OWNER, run_id=run.id))
    assert claimed is not None
    return claimed


def strip_place(script: Script) -> list[dict[str, Any]]:
    """The cues without what follows from their place."""
    return [cue.model_dump(exclude={"n", "start", "scene"}) for cue in script.cues]


def assert_rest_stays(old: Script, new: Script, first: int, last: int) -> None:
    """Only the cues ``first`` to ``last`` of the old script are other ones."""
    before, after = strip_place(old), strip_place(new)
    behind = len(before) - last
    assert after[: first - 1] == before[: first - 1]
    assert after[len(after) - behind :] == before[last:]
    assert after[first - 1 : len(after) - behind] != before[first - 1 : last]
    assert [cue.n for cue in new.cues] == list(range(1, len(after) + 1))
    assert len({cue.id for cue in new.cues}) == len(after)


async def read_script(stage: PipelineStage, script_id: str) -> tuple[StoredScript, Script]:
    """A stored script."""
    async with stage.database.read() as tx:
        stored = await tx.scripts.get(script_id)
    return stored, Script.from_json(stored.body)


def make_revision(script: Script, first: int, last: int) -> Revision:
    """A revision of some cues."""
    return Revision(parent_id="s", parent_version=1, notes="Slower.", first=first, last=last, script=script)
