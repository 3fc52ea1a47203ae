"""A studio without Discord, and each fault of Gemini with what is to come of it."""

import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import strategies as st

from bot.clock import wait_plainly
from bot.event_names import GENERATION_FAILED
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.budget import RunBudget
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import ScriptRequest
from bot.generation.run_progress import RunProgress
from bot.generation.service import create_run
from bot.generation.template import TemplateWriter
from bot.generation.writer import GenerationErrorKind, Writer
from bot.jobs.rate_limiter import OnWait, RateLimiter
from bot.ports import NoRunCards
from bot.scripts import text_splitting
from bot.scripts.coverage import Coverage
from bot.scripts.models import Script, ScriptMode
from storage import Database, ReadTransaction
from storage.leases import LEASE_DURATION
from storage.stores.events import EventFilter
from storage.stores.runs import Run
from storage.stores.scripts import StoredScript
from tests.standins.gemini import GeminiStandIn, _Told
from tests.standins.gemini_scenarios import Play, refuse
from tests.standins.gemini_script import sliced
from tests.standins.gemini_strict import Refusal

KEY = "AIzaSyMidnightMyth0Test1Key2For3Nobody4"


FLASH, LITE = "gemini-3.8-flash", "gemini-3.5-flash-lite"


OWNER = "studio_of_the_test"


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


CHAPTER = "\n\n".join(
    f"On the {word} night the bell of the drowned valley rang {word} times. “Count with me,” said Hana, and {word} lanterns "
    f"went out along the {word} stair, one after another, until nobody could see the fox with the {word} shadow."
    for word in (*ORDINALS, "eleventh", "twelfth", "thirteenth")
)


TECHNICAL = re.compile(r"Traceback|\b[A-Z]\w*(?:Error|Exception|Fault)\b")


class FaultyGemini(GeminiStandIn):
    """Also sends, in the middle of a stream, errors that are an HTTP status elsewhere: ``then gone``, ``then quota_day``.."""

    answer = ""  # what ``custom`` answers, to the letter

    async def _events(self, play: Play, model: str, body: dict[str, Any]) -> AsyncIterator[bytes | None]:
        if play.scenario == "custom":
            stream = _Told(model, 1_000)
            for piece in sliced(self.answer, self.chunks):
                yield stream.event(piece)
            yield stream.event("", finish="STOP")
            return
        name = play.scenario.removeprefix("then ")
        broken = "no_finish" if name != play.scenario else play.scenario
        async for event in super()._events(replace(play, scenario=broken), model, body):
            yield event
        if name == "prompt_blocked" and name != play.scenario:
            yield b'data: {"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {"promptTokenCount": 99}}\r\n\r\n'
        elif name != play.scenario:
            try:
                refuse(replace(play, scenario=name), "v1beta")
            except Refusal as error:
                yield f"data: {error.body}\r\n\r\n".encode()


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """A way in which a call fails.

    ``paid`` is what the failed call costs: nothing (``free``), what it used (``paid``) or its reservation (``lost``).
    ``always`` is how many calls are made if all fail, ``once`` how many if only the first fails, 0 if none follows it.
    """

    scenario: str
    kind: GenerationErrorKind
    says: str
    paid: str
    always: int = 1
    once: int = 0
    after: int | None = None
    delay: float | None = None
    idle: float = 30.0
    total: float = 60.0

    def __str__(self) -> str:
        return self.scenario if self.after is None else f"{self.scenario} after {self.after}"


K = GenerationErrorKind


BEFORE_FIRST_CUE = [
    ErrorCase("bad_key", K.BAD_KEY, "Gemini does not accept the studio's API key.", "free"),
    ErrorCase("bad_key_401", K.BAD_KEY, "Gemini does not accept the studio's API key.", "free"),
    ErrorCase("forbidden", K.NO_PERMISSION, f"The studio's Gemini key is not allowed to use {FLASH}.", "free"),
    ErrorCase("gone", K.MODEL_GONE, f"Gemini no longer offers {FLASH} to this account.", "free", 2, 2),
    ErrorCase("quota_minute", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "free", 6, 2),
    ErrorCase("quota_bare", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "free", 6, 2),
    ErrorCase("quota_day", K.QUOTA_DAY, f"Gemini's daily quota for {FLASH} is used up. It resets at <t:", "free", 2, 2),
    ErrorCase("quota_none", K.QUOTA_NONE, f"This Gemini account has no quota at all for {FLASH}.", "free", 2, 2),
    ErrorCase("bad_request", K.BAD_REQUEST, "Gemini did not accept the request.", "free", 2, 2),
    ErrorCase("location", K.BAD_REQUEST, "Gemini did not accept the request.", "free", 2, 2),
    ErrorCase("overloaded", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    ErrorCase("internal", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    ErrorCase("deadline", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    ErrorCase("html", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    ErrorCase("error_in_stream", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2, after=0),
    ErrorCase("broken_error", K.MALFORMED, "Gemini's answer could not be read.", "lost", 4, 2),
    ErrorCase("broken_event", K.MALFORMED, "Gemini's answer could not be read.", "lost", 4, 2, after=0),
    ErrorCase("not_json", K.MALFORMED, "Gemini's answer could not be read.", "paid", 4, 2),
    ErrorCase("wrong_shape", K.WRONG_SHAPE, "Gemini answered, but not with a script.", "paid", 4, 2),
    ErrorCase("prompt_blocked", K.PROMPT_BLOCKED, "Gemini refused this chapter (prohibited content).", "paid", 2, 2),
    ErrorCase(
        "safety", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (dangerous content).", "paid", 2, 2, after=0
    ),
    ErrorCase("recitation", K.RECITATION, "its answer came too close to a published text.", "paid", 2, 2, after=0),
    ErrorCase(
        "max_tokens", K.TRUNCATED, "Gemini ran out of room before this part was finished.", "paid", 2, 2, after=1
    ),
    ErrorCase("thought_out", K.THOUGHT_OUT, "Gemini spent all its room on thinking and wrote nothing.", "paid", 2, 2),
    ErrorCase("blank", K.EMPTY, "Gemini answered with nothing.", "paid", 4, 2),
    ErrorCase("no_candidates", K.EMPTY, "Gemini answered with nothing.", "lost", 4, 2),
    ErrorCase("empty_body", K.EMPTY, "Gemini answered with nothing.", "lost", 4, 2),
    ErrorCase("no_finish", K.CUT_OFF, "Gemini's answer ended before the script did.", "lost", 4, 2, after=1),
    ErrorCase(
        "unknown_finish", K.UNKNOWN_END, "a reason this version does not know (moonrise).", "paid", 4, 2, after=0
    ),
    ErrorCase("stall_first", K.STALLED, "Gemini stopped answering.", "lost", 6, 2, idle=0.25),
    ErrorCase("stall", K.STALLED, "Gemini stopped answering.", "lost", 6, 2, after=1, idle=0.25),
    ErrorCase("drop_first", K.DISCONNECTED, "The connection to Gemini was lost.", "lost", 6, 2),
    ErrorCase("cut", K.DISCONNECTED, "The connection to Gemini was lost.", "lost", 6, 2, after=1),
    ErrorCase("stall_first", K.TIMED_OUT, "Gemini took longer than the studio waits.", "lost", idle=9, total=0.3),
]


IN_MIDDLE = [
    ErrorCase("then bad_key", K.BAD_KEY, "Gemini does not accept the studio's API key.", "lost"),
    ErrorCase("then forbidden", K.NO_PERMISSION, f"The studio's Gemini key is not allowed to use {FLASH}.", "lost"),
    ErrorCase("then gone", K.MODEL_GONE, f"Gemini no longer offers {FLASH} to this account.", "lost"),
    ErrorCase("then quota_minute", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "lost"),
    ErrorCase("then quota_day", K.QUOTA_DAY, f"Gemini's daily quota for {FLASH} is used up. It resets at <t:", "lost"),
    ErrorCase("then quota_none", K.QUOTA_NONE, f"This Gemini account has no quota at all for {FLASH}.", "lost"),
    ErrorCase("then bad_request", K.BAD_REQUEST, "Gemini did not accept the request.", "lost"),
    ErrorCase("then internal", K.OVERLOADED, "Gemini is overloaded at the moment.", "lost"),
    ErrorCase("error_in_stream", K.OVERLOADED, "Gemini is overloaded at the moment.", "lost"),
    ErrorCase("then prompt_blocked", K.PROMPT_BLOCKED, "Gemini refused this chapter (no reason given).", "paid"),
    ErrorCase("safety", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (dangerous content).", "paid"),
    ErrorCase("prohibited", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (prohibited content).", "paid"),
    ErrorCase("blocklist", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (a word on Google's list).", "paid"),
    ErrorCase("recitation", K.RECITATION, "its answer came too close to a published text.", "paid"),
    ErrorCase("max_tokens", K.TRUNCATED, "Gemini ran out of room before this part was finished.", "paid"),
    ErrorCase(
        "unknown_finish", K.UNKNOWN_END, "Gemini stopped for a reason this version does not know (moonrise).", "paid"
    ),
    ErrorCase("no_end", K.MALFORMED, "Gemini's answer could not be read.", "paid"),
    ErrorCase("broken_event", K.MALFORMED, "Gemini's answer could not be read.", "lost"),
    ErrorCase("no_finish", K.CUT_OFF, "Gemini's answer ended before the script did.", "lost"),
    ErrorCase("stall", K.STALLED, "Gemini stopped answering.", "lost", idle=1.0),
    # With pauses, since the client gives up what it has received but not read yet when its connection is lost.
    ErrorCase("cut", K.DISCONNECTED, "The connection to Gemini was lost.", "lost", after=14, delay=0.02),
    ErrorCase("ok", K.TIMED_OUT, "Gemini took longer than the studio waits.", "lost", delay=0.15, idle=9, total=2.2),
]


@dataclass(slots=True)
class Outcome:
    """Everything that a run leaves behind."""

    run: Run
    stored: StoredScript
    script: Script
    events: list[tuple[str, dict[str, Any]]]
    charges: list[tuple[str, int, int | None]]

    @property
    def event_names(self) -> list[str]:
        """The events' event_names, oldest first."""
        return [name for name, _ in self.events]

    @property
    def kept(self) -> RunProgress:
        """What a retry continues from."""
        return RunProgress.from_column(self.run.progress)

    @property
    def failure(self) -> dict[str, Any]:
        """The data of the one event that reports a failure."""
        (data,) = [data for name, data in self.events if name == GENERATION_FAILED]
        return data


@dataclass(slots=True)
class PipelineStage:
    """A pipeline over a database and the faulty stand-in, with short pauses."""

    database: Database
    path: str
    availability: GeminiAvailability
    budget: int | None = None
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    waits: list[tuple[str, float]] = field(default_factory=list)
    mode: ScriptMode = ScriptMode.ADAPTED

    def pipeline(
        self, model: GeminiClient, total: float = 60.0, models: tuple[str, ...] = (FLASH, LITE)
    ) -> GenerationPipeline:
        """A pipeline that writes with ``models`` and falls back to the template."""

        def writer_factory(run: Run, on_wait: OnWait) -> Writer:
            async def record_wait(reason: str, seconds: float) -> None:
                self.waits.append((reason, seconds))
                await on_wait(reason, seconds)

            return GeminiWriter(
                model,
                models,
                total_seconds=total,
                budget=RunBudget(self.database, run.id, self.budget),
                on_wait=record_wait,
                backoff=0.002,
                jitter=lambda: 0.5,
                rate_limiter=self.rate_limiter,
                availability=self.availability,
                clock=self.availability.clock,
            )

        return GenerationPipeline(
            self.database, TemplateWriter(), NoRunCards(), wait_plainly, LEASE_DURATION, writer_factory
        )

    async def create_run(self, text: str = CHAPTER, progress: str = "", **changes: Any) -> Run:
        """A run that is leased already."""
        values = {
            "ebook": "ebook_001",
            "chapter_number": 1,
            "title": "The Midnight Summoning",
            "mode": self.mode,
        } | changes
        request = ScriptRequest.model_validate(values)
        requested = await self.database.write(lambda tx: create_run(tx, request, text, progress=progress, owner=OWNER))
        return requested.run

    async def read_outcome(self, run: Run) -> Outcome:
        """What the run left in the database."""

        async def work(tx: ReadTransaction) -> Outcome:
            ended = await tx.runs.get(run.id)
            assert ended.script_id is not None
            stored = await tx.scripts.get(ended.script_id)
            events = [(event.event, dict(event.to_entry()["data"])) async for event in tx.events.stream(EventFilter())]
            return Outcome(ended, stored, Script.from_json(stored.body), events, [])

        outcome = await self.database.read_shielded(work)
        query = "SELECT model, reserved_micros, settled_micros FROM charges WHERE run_id = ? ORDER BY created_at, rowid"
        with closing(sqlite3.connect(self.path)) as connection:
            outcome.charges = connection.execute(query, (run.id,)).fetchall()
        return outcome

    def dump_database(self) -> str:
        """All text in all tables."""
        with closing(sqlite3.connect(self.path)) as connection:
            return "\n".join(connection.iterdump())


@asynccontextmanager
async def connect(key: str = KEY, idle: float = 30.0) -> AsyncIterator[GeminiClient]:
    model = GeminiClient(key, idle_seconds=idle)
    try:
        yield model
    finally:
        await model.aclose()


async def write(stage: PipelineStage, case: ErrorCase | None = None, run: Run | None = None) -> Outcome:
    run = run or await stage.create_run()
    async with connect(idle=case.idle if case else 30.0) as model:
        await stage.pipeline(model, case.total if case else 60.0).write(run)
    return await stage.read_outcome(run)


def assert_nothing_is_lost(read_outcome: Outcome) -> None:
    """Every paragraph of the chapter is in the script, whoever wrote it, and the cues are numbered without a gap."""
    assert Coverage.model_validate_json(read_outcome.stored.coverage).missing == ()
    written = " ".join(cue.text for cue in read_outcome.script.cues)
    for paragraph in text_splitting.split_paragraphs(CHAPTER):
        assert paragraph.split(". ")[0] in written
    assert [cue.n for cue in read_outcome.script.cues] == list(range(1, len(read_outcome.script.cues) + 1))


def assert_costs(read_outcome: Outcome, kind: str, failed: int) -> None:
    """The first ``failed`` calls cost what ``kind`` says, the others what they used; the sums agree."""
    for number, (_, reserved, settled) in enumerate(read_outcome.charges):
        match kind if number < failed else "paid":
            case "free":
                assert settled == 0
            case "lost":
                assert settled is None
                assert reserved > 0
            case _:
                assert settled is not None
                assert 0 < settled < reserved
    total = sum(reserved if settled is None else settled for _, reserved, settled in read_outcome.charges)
    assert read_outcome.run.cost_micros == read_outcome.stored.cost_micros == total


def assert_nothing_technical(stage: PipelineStage, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key nor anything that only a programmer understands is in the database or the log."""
    logged = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert [record.getMessage() for record in logged if record.exc_info] == []
    for text in (stage.dump_database(), "\n".join(record.getMessage() for record in logged)):
        assert KEY not in text
        assert TECHNICAL.findall(text) == []


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "name", "cues", "x"]), inner),
    max_leaves=8,
)
