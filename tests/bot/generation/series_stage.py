"""Chapters of one book, written one after the other by a writer whose answers a test sets."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.response import CueParser
from bot.generation.prompt import compose_prompt
from bot.generation.request import PartRequest
from bot.generation.run_progress import RunProgress
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import Script, WriterKind
from storage import Database
from storage.stores.bible import StoredMember
from storage.stores.scripts import StoredScript
from tests.bot.generation.run_stage import HANA, RunStage
from tests.conftest import FakeClock


def answer(*speakers: str, synopsis: str = "", characters: Any = (), words: Any = ()) -> dict[str, Any]:
    """A response in which each of the speakers says one line."""
    return {
        "title": "T",
        "logline": "L",
        "cast": [{"name": name, "voice": ""} for name in speakers],
        "cues": [{"type": "dialogue", "speaker": name, "text": f"I am {name}."} for name in speakers],
        "synopsis": synopsis,
        "new_characters": list(characters),
        "new_words": list(words),
    }


@dataclass(slots=True)
class AnsweringWriter:
    """Gives the next of ``answers`` to each request, through the real prompt and the real parser."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def kind(self) -> WriterKind:
        """Gemini: it stands in for it."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """The whole part in one draft."""
        self.prompts.append(compose_prompt(request, "token").user_texts)
        parser = CueParser(request)
        parser.feed(json.dumps(self.answers.pop(0)))
        parser.finish()
        yield parser.build_draft("gemini-x", Usage())


@dataclass(slots=True)
class Series:
    """One book and its chapters."""

    database: Database
    clock: FakeClock
    writer: AnsweringWriter = field(default_factory=AnsweringWriter)

    async def write(self, chapter: int, response: dict[str, Any], progress: RunProgress | None = None) -> str:
        """Writes the chapter an hour after the one before; returns the id of its script."""
        self.clock.advance(hours=1)
        self.writer.answers = [response]
        runs = RunStage(self.database)
        runs.text = f"Chapter {chapter} has a text."
        runs.writer = self.writer  # type: ignore[assignment]
        claimed = await runs.claim(await runs.request(chapter), progress.to_column() if progress else "")
        return await runs.worker.pipeline.write(await runs.service.get_run(claimed.id))

    async def approve(self, script_id: str) -> None:
        """Hana approves the script."""
        await ScriptLibrary(self.database).approve(script_id, HANA)

    async def read(self, script_id: str) -> tuple[StoredScript, Script]:
        """The script as it is stored."""
        return await ScriptLibrary(self.database).get(script_id)

    async def list_members(self) -> dict[str, StoredMember]:
        """The book's characters in every state, by name."""
        async with self.database.read() as tx:
            return {member.name: member for member in await tx.bible.list_members("ebook_001")}
