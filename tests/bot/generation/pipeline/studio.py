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
from bot.generation.budget import RunBudget
from bot.generation.gemini.availability import GeminiAvailability
from bot.generation.gemini.client import GeminiModel
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.pipeline import GenerationPipeline, OnWait
from bot.generation.request import Progress, ScriptRequest
from bot.generation.service import NewChapter, create_run
from bot.generation.template import TemplateWriter
from bot.generation.writer import GenerationErrorKind, Writer
from bot.jobs.rate_limiter import RateLimiter
from bot.ports import NoRunCards
from bot.scripts import text_splitting
from bot.scripts.coverage import Coverage
from bot.scripts.models import Script
from storage import Database, ReadTransaction
from storage.leases import LEASE
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
    """Also answers what only an HTTP status tells elsewhere, in the middle of a stream: ``then gone``, ``then quota_day``."""

    answer = ""  # what ``custom`` answers, to the letter

    async def _events(self, play: Play, model: str, body: dict[str, Any]) -> AsyncIterator[bytes | None]:
        if play.scenario == "custom":
            told = _Told(model, 1_000)
            for piece in sliced(self.answer, self.chunks):
                yield told.event(piece)
            yield told.event("", finish="STOP")
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
class Row:
    """A way to fail: ``paid`` is the failed call's money (free, paid for, or lost: its reserve stays).

    ``always`` is how many calls are made where it goes on; ``once`` how many where the next goes well, 0 where none is made.
    """

    scenario: str
    kind: GenerationErrorKind
    says: str
    paid: str
    always: int = 1
    once: int = 0
    after: int | None = None
    delay: float | None = None
    idle: float = 1.0
    total: float = 8.0

    def __str__(self) -> str:
        return self.scenario if self.after is None else f"{self.scenario} after {self.after}"


K = GenerationErrorKind


BEFORE = [
    Row("bad_key", K.BAD_KEY, "Gemini does not accept the studio's API key.", "free"),
    Row("bad_key_401", K.BAD_KEY, "Gemini does not accept the studio's API key.", "free"),
    Row("forbidden", K.NO_PERMISSION, f"The studio's Gemini key is not allowed to use {FLASH}.", "free"),
    Row("gone", K.MODEL_GONE, f"Gemini no longer offers {FLASH} to this account.", "free", 2, 2),
    Row("quota_minute", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "free", 6, 2),
    Row("quota_bare", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "free", 6, 2),
    Row("quota_day", K.QUOTA_DAY, f"Gemini's daily quota for {FLASH} is used up. It is back at <t:", "free", 2, 2),
    Row("quota_none", K.QUOTA_NONE, f"This Gemini account has no quota at all for {FLASH}.", "free", 2, 2),
    Row("bad_request", K.BAD_REQUEST, "Gemini would not take the request as it was put.", "free", 2, 2),
    Row("location", K.BAD_REQUEST, "Gemini would not take the request as it was put.", "free", 2, 2),
    Row("overloaded", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    Row("internal", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    Row("deadline", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    Row("html", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2),
    Row("error_in_stream", K.OVERLOADED, "Gemini is overloaded at the moment.", "free", 6, 2, after=0),
    Row("broken_error", K.MALFORMED, "Gemini's answer could not be read.", "lost", 4, 2),
    Row("broken_event", K.MALFORMED, "Gemini's answer could not be read.", "lost", 4, 2, after=0),
    Row("not_json", K.MALFORMED, "Gemini's answer could not be read.", "paid", 4, 2),
    Row("wrong_shape", K.WRONG_SHAPE, "Gemini answered, but not with a script.", "paid", 4, 2),
    Row("prompt_blocked", K.PROMPT_BLOCKED, "Gemini refused this chapter (prohibited content).", "paid", 2, 2),
    Row("safety", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (dangerous content).", "paid", 2, 2, after=0),
    Row("recitation", K.RECITATION, "its answer came too close to a published text.", "paid", 2, 2, after=0),
    Row("max_tokens", K.TRUNCATED, "Gemini ran out of room before this part was finished.", "paid", 2, 2, after=1),
    Row("thought_out", K.THOUGHT_OUT, "Gemini spent all its room on thinking and wrote nothing.", "paid", 2, 2),
    Row("blank", K.EMPTY, "Gemini answered with nothing.", "paid", 4, 2),
    Row("no_candidates", K.EMPTY, "Gemini answered with nothing.", "lost", 4, 2),
    Row("empty_body", K.EMPTY, "Gemini answered with nothing.", "lost", 4, 2),
    Row("no_finish", K.CUT_OFF, "Gemini's answer ended before the script did.", "lost", 4, 2, after=1),
    Row("unknown_finish", K.UNKNOWN_END, "a reason this version does not know (moonrise).", "paid", 4, 2, after=0),
    Row("stall_first", K.STALLED, "Gemini stopped answering.", "lost", 6, 2, idle=0.25),
    Row("stall", K.STALLED, "Gemini stopped answering.", "lost", 6, 2, after=1, idle=0.25),
    Row("drop_first", K.DISCONNECTED, "The connection to Gemini was lost.", "lost", 6, 2),
    Row("cut", K.DISCONNECTED, "The connection to Gemini was lost.", "lost", 6, 2, after=1),
    Row("stall_first", K.TIMED_OUT, "Gemini took longer than the studio waits.", "lost", idle=9, total=0.3),
]


MIDDLE = [
    Row("then bad_key", K.BAD_KEY, "Gemini does not accept the studio's API key.", "lost"),
    Row("then forbidden", K.NO_PERMISSION, f"The studio's Gemini key is not allowed to use {FLASH}.", "lost"),
    Row("then gone", K.MODEL_GONE, f"Gemini no longer offers {FLASH} to this account.", "lost"),
    Row("then quota_minute", K.QUOTA_MINUTE, "Gemini allows no more requests in this minute.", "lost"),
    Row("then quota_day", K.QUOTA_DAY, f"Gemini's daily quota for {FLASH} is used up. It is back at <t:", "lost"),
    Row("then quota_none", K.QUOTA_NONE, f"This Gemini account has no quota at all for {FLASH}.", "lost"),
    Row("then bad_request", K.BAD_REQUEST, "Gemini would not take the request as it was put.", "lost"),
    Row("then internal", K.OVERLOADED, "Gemini is overloaded at the moment.", "lost"),
    Row("error_in_stream", K.OVERLOADED, "Gemini is overloaded at the moment.", "lost"),
    Row("then prompt_blocked", K.PROMPT_BLOCKED, "Gemini refused this chapter (no reason given).", "paid"),
    Row("safety", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (dangerous content).", "paid"),
    Row("prohibited", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (prohibited content).", "paid"),
    Row("blocklist", K.OUTPUT_BLOCKED, "Gemini stopped writing this chapter (a word on Google's list).", "paid"),
    Row("recitation", K.RECITATION, "its answer came too close to a published text.", "paid"),
    Row("max_tokens", K.TRUNCATED, "Gemini ran out of room before this part was finished.", "paid"),
    Row("unknown_finish", K.UNKNOWN_END, "Gemini stopped for a reason this version does not know (moonrise).", "paid"),
    Row("no_end", K.MALFORMED, "Gemini's answer could not be read.", "paid"),
    Row("broken_event", K.MALFORMED, "Gemini's answer could not be read.", "lost"),
    Row("no_finish", K.CUT_OFF, "Gemini's answer ended before the script did.", "lost"),
    Row("stall", K.STALLED, "Gemini stopped answering.", "lost", idle=0.25),
    Row("cut", K.DISCONNECTED, "The connection to Gemini was lost.", "lost"),
    Row("ok", K.TIMED_OUT, "Gemini took longer than the studio waits.", "lost", delay=0.15, idle=9, total=1.2),
]


@dataclass(slots=True)
class Outcome:
    """All that is left of a run."""

    run: Run
    stored: StoredScript
    script: Script
    events: list[tuple[str, dict[str, Any]]]
    charges: list[tuple[str, int, int | None]]

    @property
    def names(self) -> list[str]:
        """The events' names, oldest first."""
        return [name for name, _ in self.events]

    @property
    def kept(self) -> Progress:
        """What a later try goes on from."""
        return Progress.model_validate_json(self.run.progress) if self.run.progress else Progress()

    @property
    def failure(self) -> dict[str, Any]:
        """What the one event of a failure says."""
        (data,) = [data for name, data in self.events if name == GENERATION_FAILED]
        return data


@dataclass(slots=True)
class Studio:
    """A database and an engine, in a hurry."""

    database: Database
    path: str
    availability: GeminiAvailability
    budget: int | None = None
    gate: RateLimiter = field(default_factory=RateLimiter)
    waits: list[tuple[str, float]] = field(default_factory=list)

    def engine(
        self, model: GeminiModel, total: float = 8.0, models: tuple[str, ...] = (FLASH, LITE)
    ) -> GenerationPipeline:
        """Writes with ``models`` and falls back to the template."""

        def writer_factory(run: Run, on_wait: OnWait) -> Writer:
            async def told(reason: str, seconds: float) -> None:
                self.waits.append((reason, seconds))
                await on_wait(reason, seconds)

            return GeminiWriter(
                model,
                models,
                total_seconds=total,
                budget=RunBudget(self.database, run.id, self.budget),
                on_wait=told,
                backoff=0.002,
                jitter=lambda: 0.5,
                rate_limiter=self.gate,
                availability=self.availability,
                clock=self.availability.clock,
            )

        return GenerationPipeline(self.database, TemplateWriter(), NoRunCards(), wait_plainly, LEASE, writer_factory)

    async def order(self, text: str = CHAPTER, progress: str = "", **changes: Any) -> Run:
        """A run that is leased already."""
        chapter = NewChapter("ebook_001", 1, text)
        order = ScriptRequest(title="The Midnight Summoning", **changes)
        ordered = await create_run(self.database, chapter, order, None, progress=progress, owner=OWNER)
        return ordered.run

    async def outcome(self, run: Run) -> Outcome:
        """Read from the database alone."""

        async def work(tx: ReadTransaction) -> Outcome:
            ended = await tx.runs.get(run.id)
            assert ended.script_id is not None
            stored = await tx.scripts.get(ended.script_id)
            events = [(event.event, dict(event.to_entry()["data"])) async for event in tx.events.stream(EventFilter())]
            return Outcome(ended, stored, Script.from_json(stored.body), events, [])

        found = await self.database.read_shielded(work)
        query = "SELECT model, reserved_micros, settled_micros FROM charges WHERE run_id = ? ORDER BY created_at, rowid"
        with closing(sqlite3.connect(self.path)) as connection:
            found.charges = connection.execute(query, (run.id,)).fetchall()
        return found

    def everything(self) -> str:
        """All text in all tables."""
        with closing(sqlite3.connect(self.path)) as connection:
            return "\n".join(connection.iterdump())


@asynccontextmanager
async def connected(key: str = KEY, idle: float = 1.0) -> AsyncIterator[GeminiModel]:
    model = GeminiModel(key, idle_seconds=idle)
    try:
        yield model
    finally:
        await model.aclose()


async def write(studio: Studio, row: Row | None = None, run: Run | None = None) -> Outcome:
    run = run or await studio.order()
    async with connected(idle=row.idle if row else 1.0) as model:
        await studio.engine(model, row.total if row else 8.0).write(run)
    return await studio.outcome(run)


def assert_nothing_is_lost(outcome: Outcome) -> None:
    """Every paragraph of the chapter is in the script, whoever wrote it, and the cues are numbered through."""
    assert Coverage.model_validate_json(outcome.stored.coverage).missing == ()
    told = " ".join(cue.text for cue in outcome.script.cues)
    for paragraph in text_splitting.paragraphs(CHAPTER):
        assert paragraph.split(". ")[0] in told
    assert [cue.n for cue in outcome.script.cues] == list(range(1, len(outcome.script.cues) + 1))


def assert_money(outcome: Outcome, kind: str, failed: int) -> None:
    """The first ``failed`` calls cost what ``kind`` says, the others what they used; the sums agree."""
    for number, (_, reserved, settled) in enumerate(outcome.charges):
        match kind if number < failed else "paid":
            case "free":
                assert settled == 0
            case "lost":
                assert settled is None
                assert reserved > 0
            case _:
                assert settled is not None
                assert 0 < settled < reserved
    total = sum(reserved if settled is None else settled for _, reserved, settled in outcome.charges)
    assert outcome.run.cost_micros == outcome.stored.cost_micros == total


def assert_nothing_technical(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key nor anything that only a programmer reads is in the database or in the log."""
    logged = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert [record.getMessage() for record in logged if record.exc_info] == []
    for text in (studio.everything(), "\n".join(record.getMessage() for record in logged)):
        assert KEY not in text
        assert TECHNICAL.findall(text) == []


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "name", "cues", "x"]), inner),
    max_leaves=8,
)
