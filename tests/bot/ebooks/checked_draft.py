"""A stored draft script with faults that a test chooses."""

from dataclasses import dataclass
from typing import Any

from bot.ebooks.script_check import ScriptCheckService
from bot.scripts.models import Script
from bot.scripts.spans import Span, split_spans
from storage import Database
from tests.bot.generation.run_stage import RunStage

CHAPTER = (
    "Anna heard the rain.\n\n“I came back,” said Nita. She closed the door.\n\n"
    "He said nothing. “Open the door,” said Anna. Nobody did."
)
SPANS: tuple[Span, ...] = split_spans(CHAPTER)
# 1 prose · 2 speech 3 tag 4 prose · 5 prose 6 speech 7 tag 8 prose


@dataclass(slots=True)
class CheckedDraft:
    """The script and the service."""

    database: Database
    service: ScriptCheckService
    script_id: str

    async def list_open(self) -> list[tuple[str, str, int | None]]:
        """Kind, key and cue of each open finding."""
        return [(each.kind.value, each.key, each.cue) for each in (await self.service.read(self.script_id)).findings]

    async def list_lines(self) -> list[tuple[str, str]]:
        """Speaker and text of each spoken cue."""
        script = (await self.service.read(self.script_id)).script
        return [(cue.speaker, cue.text) for cue in script.cues if cue.kind.is_spoken]


async def store_draft(database: Database, script: Script) -> CheckedDraft:
    """The chapter is written, and its draft is this script."""
    stage = RunStage(database, has_gemini=False)
    stage.text = CHAPTER
    run = await stage.claim(await stage.request(1))
    script_id = await stage.worker.pipeline.write(await stage.service.get_run(run.id))
    body: Any = script.model_dump_json()
    await database.write(lambda tx: tx.drafts.change(script_id, body, seconds=0, spoken_cues=0))
    return CheckedDraft(database, ScriptCheckService(database), script_id)
