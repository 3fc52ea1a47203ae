"""The week that the demo's studio has behind it, written through the real services with a clock that is behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from bot.actor import Actor
from bot.app import MythBot
from bot.demo.clock import DemoClock
from bot.demo.sample_data import EBOOK_ID, EBOOK_THEME, EBOOK_TITLE, SampleData, read_chapter, read_lanterns
from bot.demo.sample_writer import SampleWriter
from bot.demo.simulated_discord import SimulatedDiscord
from bot.ebooks.chapter_text import ChapterText
from bot.generation.request import ScriptRequest
from bot.scripts.text_units import find_units
from storage import Database, WriteTransaction
from storage.states import BroadcastState, RunState

HISTORY: Final = timedelta(days=6)
"""How far back the history goes: at any time of day it all falls into the overview's week, which begins at a midnight."""
LANTERNS_ID: Final = "lanterns"
LANTERNS: Final = "Lanterns for the Drowned"
_LANTERNS_THEME: Final = "ghost story by the water"
_LOOK_SECONDS: Final = 0.05
"""Simulated time between two looks at whether a worker is done; what waits for a timer goes on meanwhile."""
_LINK: Final = "https://example.com/lanterns/{chapter}"
_STEP_SECONDS: Final = 20.0
"""The longest time for one chapter or announcement; they take a fraction of a second."""


@dataclass(slots=True)
class StudioHistory:
    """Writes the history. ``clock`` is the bot's clock; it and the simulated Discord's clock are moved together."""

    bot: MythBot
    world: SimulatedDiscord
    sample_data: SampleData
    clock: DemoClock
    _scripts: dict[int, str] = field(default_factory=dict)

    async def write(self) -> None:
        """The studio has a week behind it, and the clock shows the present."""
        hana, kenji = self.sample_data.team
        ren, noa, fumi = (affiliate for _, affiliate in self.sample_data.subscriptions)
        steps: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (143.5, self._subscribe_affiliates),
            (143, lambda: self._write_chapter(1, hana)),
            (141, lambda: self._approve(1, kenji)),
            (124, lambda: self._write_chapter(2, hana)),
            (122, lambda: self._release(1, hana, (ren, noa))),
            (100, lambda: self._write_chapter(3, kenji)),
            (99, lambda: self._approve(2, kenji)),
            (98, lambda: self._track("Voice recorded", '{"ebook_id": "lanterns", "chapter_number": 1}', kenji)),
            (76, lambda: self._release(2, hana, (ren, noa, fumi))),
            (70, lambda: self._write_chapter(4, hana)),
            (68, lambda: self._approve(3, kenji)),
            (45, lambda: self._write_chapter(5, kenji)),
            (22, lambda: self._release(3, hana, (ren,))),
            (20, lambda: self._approve(4, hana)),
            (3, self._add_open_chapters),
        )
        async with self._sample_writer():
            for hours_ago, step in steps:
                self._move_to(timedelta(hours=hours_ago))
                async with asyncio.timeout(_STEP_SECONDS):
                    await step()
        self._move_to(timedelta())
        self.bot.started_at = self.clock()

    async def skip(self) -> None:
        """The affiliates are subscribed, the open chapters are stored, and nothing else has happened; for tests."""
        self._move_to(timedelta())
        await self._subscribe_affiliates()
        await self._add_open_chapters()

    @asynccontextmanager
    async def _sample_writer(self) -> AsyncIterator[None]:
        """Chapters are written by the sample writer, also where a Gemini key is set."""
        worker = self.bot.services.worker
        pipeline = worker.pipeline
        worker.pipeline = replace(pipeline, writer_factory=lambda _run, _on_wait: SampleWriter())
        try:
            yield
        finally:
            worker.pipeline = pipeline

    def _move_to(self, behind: timedelta) -> None:
        self.clock.behind = behind
        self.world.catch_up()

    async def _subscribe_affiliates(self) -> None:
        for subscription, affiliate in self.sample_data.subscriptions:
            await self.bot.services.affiliates.subscribe_channel(subscription, affiliate)
        await self.bot.services.database.write(_add_lanterns)

    async def _write_chapter(self, number: int, by: Actor) -> None:
        generation = self.bot.services.generation
        title, text = read_lanterns()[number - 1]
        request = ScriptRequest(ebook=LANTERNS_ID, chapter_number=number, title=title)
        room = self.sample_data.views[0].channel
        requested = await generation.request_script(
            request, ChapterText(text), by, channel=(self.sample_data.studio_id, room.id)
        )
        await generation.start_run(requested.run.id)
        while (run := await generation.get_run(requested.run.id)).state is not RunState.DONE:
            await self.world.advance_time(_LOOK_SECONDS)
        self._scripts[number] = run.script_id or ""
        await self.bot.services.run_cards.refresh_card(run.id)

    async def _approve(self, number: int, by: Actor) -> None:
        stored = await self.bot.services.scripts.approve(self._scripts[number], by)
        await self.bot.services.run_cards.refresh_card(stored.run_id or "")

    async def _release(self, number: int, by: Actor, sharers: tuple[Actor, ...]) -> None:
        services = self.bot.services
        link = _LINK.format(chapter=number)
        broadcast = await services.drafts.compose_release(self._scripts[number], link, by)
        await services.drafts.confirm_draft(broadcast.id, by)
        await services.broadcast_cards.open_card(broadcast.id, self.sample_data.views[0].channel.id)
        while (await services.broadcasts.get_status(broadcast.id)).broadcast.state is not BroadcastState.DONE:
            await self.world.advance_time(_LOOK_SECONDS)
        await services.broadcast_cards.refresh_card(broadcast.id)
        stored, _ = await services.scripts.get(self._scripts[number])
        await services.run_cards.refresh_card(stored.run_id or "")
        for delivery_id, sharer in zip(await _list_deliveries(services.database, broadcast.id), sharers, strict=False):
            await services.badges.record_share(delivery_id, sharer)

    async def _track(self, event: str, data: str, by: Actor) -> None:
        await self.bot.services.tracking.add_entry(event, data, by)

    async def _add_open_chapters(self) -> None:
        """The chapters that nobody has written yet."""
        await self.bot.services.database.write(_add_open_chapters)


async def _add_lanterns(tx: WriteTransaction) -> None:
    await tx.ebooks.get_or_add(LANTERNS_ID, LANTERNS, _LANTERNS_THEME)


async def _add_open_chapters(tx: WriteTransaction) -> None:
    title, text = read_chapter()
    await tx.ebooks.get_or_add(EBOOK_ID, EBOOK_TITLE, EBOOK_THEME)
    await tx.chapters.save(EBOOK_ID, 1, title, text, len(find_units(text)))
    title, text = read_lanterns()[-1]
    await tx.chapters.save(LANTERNS_ID, len(read_lanterns()), title, text, len(find_units(text)))


async def _list_deliveries(database: Database, broadcast_id: str) -> list[str]:
    async with database.read() as tx:
        return [delivery.id for delivery in await tx.deliveries.list_by_broadcast(broadcast_id)]
