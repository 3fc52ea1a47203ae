"""What a run leaves in the database: its script, its grant log and its events, written by Gemini or by the template."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.clock import wait_plainly
from bot.event_names import (
    GENERATION_COMPLETED,
    GENERATION_FAILED,
    GENERATION_FELL_BACK,
    GENERATION_STARTED,
    GRANT_LOG_ADDED,
    SCRIPT_ADDED,
)
from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error
from bot.generation.finished_run import NO_KEY
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import PartRequest
from bot.generation.run_progress import RunProgress
from bot.generation.template import TemplateWriter
from bot.generation.writer import GenerationErrorKind
from bot.ports import NoRunCards
from bot.scripts.models import CastMember, Cue, CueKind, Script, WriterKind
from storage import Database, StaleStateError
from storage.leases import LEASE_DURATION
from storage.states import RunState
from storage.tables import grant_logs
from tests.bot.generation.run_stage import HANA, KEPT, RunStage

LONG = "\n\n".join(f"Bell {number} rang. " + "The lantern went out on the stair. " * 30 for number in range(20))


@dataclass(slots=True)
class CopyingWriter:
    """A writer that copies each paragraph into a cue and names a new speaker in each part; it fails from a part on."""

    fails_from_part: int = 99
    asked: list[PartRequest] = field(default_factory=list)

    @property
    def kind(self) -> WriterKind:
        """Gemini: it stands in for it."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """The part in one draft."""
        self.asked.append(request)
        if len(self.asked) >= self.fails_from_part:
            raise create_error(GenerationErrorKind.OVERLOADED, model="gemini-x")
        number = len(self.asked)
        yield Draft(
            title=f"Title {number}",
            logline=f"Logline {number}",
            cast=(CastMember(name="HANA", voice=f"voice {number}"), CastMember(name=f"FOX {number}")),
            cues=tuple(
                Cue(n=n, kind=CueKind.NARRATION, speaker="NARRATOR", text=text)
                for n, text in enumerate(request.paragraphs, request.first_cue)
            ),
            model="gemini-x",
            usage=Usage(prompt=10, output=5),
        )


@pytest.fixture
def writer() -> CopyingWriter:
    """The writer that stands in for Gemini."""
    return CopyingWriter()


async def write(database: Database, writer: CopyingWriter | None, text: str = LONG, progress: str = "") -> str:
    """Writes the text as a claimed run; returns the run's id."""
    runs = RunStage(database)
    runs.text = text
    claimed = await runs.claim(await runs.request(title="Bells", theme="fog", hook="Count."), progress)
    pipeline = GenerationPipeline(
        database,
        TemplateWriter(),
        NoRunCards(),
        wait_plainly,
        LEASE_DURATION,
        None if writer is None else lambda _run, _on_wait: writer,
    )
    await pipeline.write(await runs.service.get_run(claimed.id))
    return claimed.id


async def read_counts(database: Database) -> list[bool]:
    async with database.engines.writer.begin() as connection:
        return [bool(counts) for counts in (await connection.execute(select(grant_logs.c.counts))).scalars()]


@pytest.mark.parametrize(
    ("fails_from", "has_key", "counts"), [(99, True, True), (1, True, False), (2, True, False), (99, False, False)]
)
async def test_only_a_script_by_gemini_is_a_deliverable(
    sqlite: Database, fails_from: int, has_key: bool, counts: bool
) -> None:
    """The ``counts`` column of the grant log is set where Gemini wrote the whole chapter, and nowhere else."""
    run_id = await write(sqlite, CopyingWriter(fails_from) if has_key else None)
    assert await read_counts(sqlite) == [counts]
    run = await RunStage(sqlite).service.get_run(run_id)
    assert run.state is RunState.DONE
    assert run.script_id is not None
    async with sqlite.read() as tx:
        stored = await tx.scripts.get(run.script_id)
        ((_, document),) = [entry async for entry in tx.grant_logs.stream()]
    assert stored.writer == ("gemini" if counts else "template")
    assert ('"writer": "template"' in document) is not counts
    assert (stored.error == NO_KEY) is not has_key
    assert (stored.error == "") is counts


async def test_the_next_part_knows_the_cast_and_the_last_cues(sqlite: Database, writer: CopyingWriter) -> None:
    """Each request carries the cast so far, with the first voice of each name, and the last six cues."""
    await write(sqlite, writer)
    first, second, *_ = writer.asked
    assert (first.cast, first.previous_cues, first.part, first.parts) == ((), (), 1, second.parts)
    assert second.cast == (CastMember(name="HANA", voice="voice 1"), CastMember(name="FOX 1"))
    assert [cue.text for cue in second.previous_cues] == list(first.paragraphs[-6:])
    assert (second.part, second.first_cue) == (2, len(first.paragraphs) + 1)
    assert [text for request in writer.asked for text in request.paragraphs] == [
        " ".join(paragraph.split()) for paragraph in LONG.split("\n\n")
    ]


async def test_the_script_has_the_cast_of_all_parts(sqlite: Database, writer: CopyingWriter) -> None:
    """The first part names the script; cast, tokens and cues add up; nothing of the chapter is missing."""
    run = await RunStage(sqlite).service.get_run(await write(sqlite, writer))
    assert run.script_id is not None
    async with sqlite.read() as tx:
        stored = await tx.scripts.get(run.script_id)
    script = Script.from_json(stored.body)
    parts = len(writer.asked)
    assert parts >= 2
    assert (script.title, script.logline) == ("Title 1", "Logline 1")
    assert [member.name for member in script.cast] == ["HANA", *(f"FOX {number}" for number in range(1, parts + 1))]
    assert stored.tokens == 15 * parts
    assert [cue.n for cue in script.cues] == list(range(1, 21))
    assert '"missing":[]' in stored.coverage
    assert (stored.title, stored.theme, stored.hook, stored.version) == ("Bells", "fog", "Count.", 1)
    assert stored.seconds == (script.running_time.low + script.running_time.high) // 2


async def test_a_resumed_run_keeps_its_cues_and_its_cast(sqlite: Database, writer: CopyingWriter) -> None:
    """What is kept stands at the beginning of the script, and is shown to the writer with its cast."""
    run = await RunStage(sqlite).service.get_run(
        await write(sqlite, writer, "The lantern guttered.\n\nThe bell rang thirteen times.", KEPT.to_column())
    )
    (asked,) = writer.asked
    assert asked.cast == KEPT.cast
    assert asked.previous_cues == KEPT.cues
    assert asked.paragraphs == ("The bell rang thirteen times.",)
    texts = [cue.text for cue in RunProgress.from_column(run.progress).cues]
    assert texts == ["The lantern guttered.", "The bell rang thirteen times."]


async def test_a_failure_keeps_only_what_gemini_finished(sqlite: Database) -> None:
    """The template completes the script; the progress for a retry ends with Gemini's last cue, and the events say why."""
    runs = RunStage(sqlite)
    writer = CopyingWriter(2)
    run = await runs.service.get_run(await write(sqlite, writer))
    assert [cue.text for cue in RunProgress.from_column(run.progress).cues] == list(writer.asked[0].paragraphs)
    assert await runs.list_event_names() == [
        GENERATION_STARTED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        GENERATION_COMPLETED,
    ]
    assert {event[1:] for event in await runs.list_events()} == {(run.member_id, run.ebook_id)}


async def test_a_run_that_was_cancelled_stores_nothing(sqlite: Database) -> None:
    """Neither a script nor a grant log nor an event is stored for a run that has been cancelled meanwhile."""
    runs = RunStage(sqlite)
    claimed = await runs.claim(await runs.request())
    await runs.service.cancel_run(claimed.id, HANA)
    with pytest.raises(StaleStateError):
        await runs.store(claimed, "gemini", "")
    assert await read_counts(sqlite) == []
    assert len(await runs.list_event_names()) == 2
