"""A whole book as one batch, in a real process that is killed again and again."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.states import ChapterOrder
from tests.blackbox.batch_book import CHAPTERS, count_scripts, find_cards, start_batch
from tests.blackbox.database import query_url
from tests.blackbox.process import running_process
from tests.stage import add_team_member
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn
from tests.standins.gemini_script import story_of

pytestmark = pytest.mark.slow
SOAK = bool(os.environ.get("SOAK"))
KILLS = 10 if SOAK else 1  # and one more below
ORDERS = list(ChapterOrder) if SOAK else [ChapterOrder.PARALLEL]
EFFECT_WITHIN = 2.0
"""Seconds from a press to its effect."""


def list_stories(gemini: GeminiStandIn) -> list[str]:
    """The text of the first paragraph of each request, in the order of their arrival."""
    return [story_of(call.body).split("\n", 1)[0] for call in gemini.calls]


async def wait_quickly(discord: DiscordStandIn, condition: Callable[[], object]) -> None:
    """The condition holds within the time that a press may take."""
    began = time.monotonic()
    await discord.wait_until(condition, 10)
    assert time.monotonic() - began < EFFECT_WITHIN


@pytest.mark.parametrize("order", ORDERS)
async def test_a_book_survives_kills_at_random_moments(tmp_path: Path, book: str, order: ChapterOrder) -> None:
    """Every chapter has one script, at most the requests under way are sent again, and the one card says so."""
    dice = random.Random(16)
    kills = sorted(dice.sample(range(CHAPTERS - 2), KILLS))
    with GeminiStandIn(chunks=8, delay=0.04) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {
                "DATABASE_URL": book,
                "GOOGLE_API_KEY": "k" * 30,
                "GOOGLE_GEMINI_BASE_URL": gemini.url,
                "GENERATION_WORKERS": "4",
            }
            for kill in kills:
                gemini.answer_with("overloaded", times=1)
                async with running_process(discord, tmp_path, **keys) as bot:
                    if not find_cards(discord):
                        await start_batch(discord, hana, order=order.value)
                    await discord.wait_until(lambda kill=kill: count_scripts(book) >= kill, 60)  # type: ignore[misc]
                    await discord.wait_until(lambda: gemini.open_streams, 10)
                    await asyncio.sleep(dice.random() * 0.3)
                    await bot.stop(signal.SIGKILL)
            async with running_process(discord, tmp_path, **keys) as bot:
                await discord.wait_until(lambda: "✔ Done" in find_cards(discord)[0].text, 60)
                await bot.stop(signal.SIGKILL)
            (card,) = find_cards(discord)
            assert len(discord.channel.messages) == 1
    written = query_url(book, "SELECT chapter_number, writer, error FROM scripts ORDER BY chapter_number")
    assert written == [(number, "gemini", "") for number in range(1, CHAPTERS + 1)]
    assert query_url(book, "SELECT DISTINCT state FROM runs") == [("done",)]
    ((lost,),) = query_url(book, "SELECT lost_requests FROM batches")
    assert lost > 0
    assert CHAPTERS < len(gemini.calls) <= CHAPTERS + lost + KILLS
    assert f"{CHAPTERS} of {CHAPTERS} written" in card.text
    assert f"{lost} request" in card.text
    assert "No chapter was lost." in card.text


# The signal that ends the first process, and what is pressed first in the next one.
@pytest.mark.parametrize(
    ("sent", "pressed"),
    [(signal.SIGKILL, "Pause"), *([(signal.SIGTERM, "Pause"), (signal.SIGKILL, "Cancel")] if SOAK else [])],
)
async def test_people_steer_a_batch_across_a_restart(
    tmp_path: Path, book: str, sent: signal.Signals, pressed: str
) -> None:
    """What ``/script`` asks for is written next, and right after a restart Pause, Resume and Cancel take effect at once."""
    with GeminiStandIn(chunks=8, delay=0.1) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {
                "DATABASE_URL": book,
                "GOOGLE_API_KEY": "k" * 30,
                "GOOGLE_GEMINI_BASE_URL": gemini.url,
                "GENERATION_WORKERS": "1",
            }
            async with running_process(discord, tmp_path, **keys) as bot:
                card = await start_batch(discord, hana)
                await discord.wait_until(lambda: gemini.open_streams)
                before = len(gemini.calls)
                given = {"ebook": "other", "chapter": 1, "title": "A fox", "source": ("fox.txt", b"A fox came by.")}
                began = time.monotonic()
                await discord.wait_for_answer(await hana.slash("script", options=given))
                assert time.monotonic() - began < EFFECT_WITHIN
                await discord.wait_until(lambda: len(gemini.calls) > before)
                assert "A fox came by." in list_stories(gemini)[before]
                await discord.wait_until(lambda: len(gemini.calls) > before + 1 and gemini.open_streams)
                await bot.stop(sent)
            written = count_scripts(book)
            async with running_process(discord, tmp_path, **keys) as bot:
                if pressed == "Pause":
                    await hana.click(card, "Pause")
                    await wait_quickly(discord, lambda: "◍ Paused" in card.text and gemini.open_streams == 0)
                    await hana.click(card, "Resume")
                    await wait_quickly(discord, lambda: "✎ Writing" in card.text and gemini.open_streams)
                await hana.click(card, "Cancel")
                await wait_quickly(discord, lambda: "✕ Cancelled" in card.text and gemini.open_streams == 0)
                calls = len(gemini.calls)
                await bot.stop(signal.SIGKILL)
            assert "1 request" in card.text
    states = dict(query_url(book, "SELECT state, count(*) FROM runs WHERE batch_id IS NOT NULL GROUP BY state"))
    done = states["done"]
    assert written - 1 <= done <= written
    assert states == {"done": done, "cancelled": CHAPTERS - done}
    assert len(gemini.calls) == calls
