"""How long a book of 60 chapters takes as a batch, in both orders, beside one ``/script`` after the other.

Each has a loopback Gemini of its own that takes 2 seconds for a chapter, refuses more than 20 requests in any 60 seconds, and
answers 3 % of them with an error that costs a retry. Nothing is scaled: the clock and the limit are real, so each way takes
three minutes.
"""

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.actor import Actor
from bot.batches.plan import BatchOptions
from bot.ebooks.chapter_text import ChapterText
from bot.generation.request import ScriptRequest
from storage import WriteTransaction
from storage.states import BatchState, ChapterOrder, RunState
from tests.stage import Stage, open_stage
from tests.standins.gemini_limit import StrictGemini
from tests.standins.gemini_scenarios import Play

BOOK = "ebook_001"
CHAPTERS = 60
LIMIT, WINDOW = 20, 60.0
CHUNKS, DELAY = 21, 0.1
SECONDS = (CHUNKS - 1) * DELAY
FAULTS = 0.03
SLACK = 1.05
HANA = Actor(1, "Hana")


class FaultyGemini(StrictGemini):
    """Some of the accepted requests fail. The first never does, so that every seed has requests to count."""

    def __init__(self) -> None:
        super().__init__(LIMIT, WINDOW, chunks=CHUNKS, delay=DELAY)
        self.faults = 0
        self._fails = [False, *([True] * round(CHAPTERS * FAULTS)), *([False] * (CHAPTERS - 3))]
        random.Random(16).shuffle(self._fails)

    def _next(self, model: str) -> Play:
        play = super()._next(model)
        if play.scenario == "ok" and self._fails and self._fails.pop():
            self.faults += 1
            return Play("overloaded")
        return play


@dataclass(frozen=True, slots=True)
class Measured:
    """How long it took, how many requests it needed, and what the limit allows for so many."""

    seconds: float
    requests: int
    faults: int
    refused: int
    fullest: int
    is_parallel: bool

    @property
    def ideal(self) -> float:
        """A whole window for each full set of requests, then the rest: at once, or one answer after the other."""
        full, rest = divmod(self.requests - 1, LIMIT)
        return full * WINDOW + SECONDS * (1 if self.is_parallel else rest + 1)


@pytest.mark.parametrize("name", ["batch, side by side", "batch, in the story's order", "one /script after the other"])
async def test_a_book_of_sixty_chapters(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch takes at most 1.05 times the ideal for the limit, which is never exceeded, and every chapter is done."""
    ways: dict[str, Callable[[Stage], Awaitable[None]]] = {
        "batch, side by side": lambda stage: _write_batch(stage, ChapterOrder.PARALLEL),
        "batch, in the story's order": lambda stage: _write_batch(stage, ChapterOrder.STORY),
        "one /script after the other": _write_one_by_one,
    }
    for variable in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with FaultyGemini() as gemini:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
        url = f"sqlite:///{tmp_path / 'bench.db'}"
        key = SecretStr("k" * 30)
        async with open_stage(url, google_api_key=key, gemini_requests_per_minute=LIMIT) as stage:
            await _add_book(stage)
            way = await _measure(gemini, ways[name](stage), is_parallel="side by side" in name)
    print(
        f"\n{CHAPTERS} chapters, {SECONDS:.0f} s each, {LIMIT} requests in {WINDOW:.0f} s\n"
        f"  {name:28} {way.seconds:6.1f} s   {way.seconds / way.ideal:.3f} of the ideal {way.ideal:.0f} s"
        f"   {way.requests} requests, {way.faults} faults, at most {way.fullest} in a window, {way.refused} times 429"
    )
    assert (way.refused, way.requests) == (0, CHAPTERS + way.faults)
    assert way.faults == round(CHAPTERS * FAULTS)
    assert way.fullest <= LIMIT
    if name.startswith("batch"):
        assert way.seconds <= SLACK * way.ideal


async def _measure(gemini: FaultyGemini, work: Awaitable[None], *, is_parallel: bool) -> Measured:
    began = time.perf_counter()
    await work
    seconds = time.perf_counter() - began
    return Measured(seconds, len(gemini.calls), gemini.faults, len(gemini.refused), gemini.fullest_window, is_parallel)


async def _add_book(stage: Stage) -> None:
    async def add(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add(BOOK, "The Bells", "foxes")
        for number in range(1, CHAPTERS + 1):
            await tx.chapters.save(BOOK, number, f"Bell {number}", _write_chapter(number), 300)

    await stage.bot.services.database.write(add)


def _write_chapter(number: int) -> str:
    return "\n\n".join(
        f"The bell of chapter {number} rang for the {hour}. time in the valley." for hour in range(1, 31)
    )


async def _write_batch(stage: Stage, order: ChapterOrder) -> None:
    """From the confirmation to the card that says that it is done."""
    batches = stage.bot.services.batches
    batch = await batches.start(BatchOptions(BOOK, order=order), HANA, channel=_channel_of(stage))
    await stage.bot.services.batch_cards.post(batch.id)
    while (await batches.get_view(batch.id)).batch.state is not BatchState.DONE:
        await asyncio.sleep(0.25)
    assert len((await batches.get_view(batch.id)).done) == CHAPTERS


async def _write_one_by_one(stage: Stage) -> None:
    """As somebody does it who asks for the next chapter in the moment in which the last one is done."""
    generation = stage.bot.services.generation
    for number in range(1, CHAPTERS + 1):
        request = ScriptRequest(ebook=BOOK, chapter_number=number)
        text = ChapterText(_write_chapter(number))
        run = (await generation.request_script(request, text, HANA, channel=_channel_of(stage))).run
        await generation.start_run(run.id)
        while (await generation.get_run(run.id)).state is not RunState.DONE:
            await asyncio.sleep(0.05)


def _channel_of(stage: Stage) -> tuple[int, int]:
    channel = stage.discord.channel
    assert channel.guild is not None
    return channel.guild.id, channel.id
