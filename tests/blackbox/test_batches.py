"""A whole book as one batch, in a real process that is killed again and again."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.states import ChapterOrder
from tests.blackbox.database import database_path, select
from tests.blackbox.process import running_process
from tests.stage import add_team_member
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Message
from tests.standins.gemini import GeminiStandIn
from tests.standins.gemini_script import story_of

pytestmark = pytest.mark.slow
SOAK = bool(os.environ.get("SOAK"))
CHAPTERS, KILLS = (40, 10) if SOAK else (12, 1)  # and one more below
ORDERS = list(ChapterOrder) if SOAK else [ChapterOrder.PARALLEL]
BOOK = "ebook_001"
EFFECT_WITHIN = 2.0
"""Seconds from a press to its effect."""


@pytest.fixture
def book(migrated_sqlite_file: Path, tmp_path: Path) -> Path:
    """The database of the process, with a book. Adding one by command is not what is tested here."""
    path = database_path(tmp_path)
    path.parent.mkdir()
    shutil.copy(migrated_sqlite_file, path)
    moment = "2026-11-22 20:00:00.000000"
    rows = [(BOOK, number, f"Bell {number}", write_chapter(number), moment) for number in range(1, CHAPTERS + 1)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO ebooks (id, title, created_at) VALUES (?, 'The Bells', ?)", (BOOK, moment))
        query = "INSERT INTO chapters (ebook_id, number, title, content, updated_at) VALUES (?, ?, ?, ?, ?)"
        connection.executemany(query, rows)
    return path


def write_chapter(number: int) -> str:
    """A text that names the chapter."""
    return "\n\n".join(f"The bell of chapter {number} rang for the {time}. time." for time in range(1, 9))


async def start_batch(discord: DiscordStandIn, hana: Person, **options: str) -> Message:
    """Starts a batch of the whole book and returns its card."""
    plan = await discord.wait_for_answer(await hana.slash("batch start", options={"ebook": BOOK, **options}))
    await hana.click(plan, f"Write {CHAPTERS} chapters")
    await discord.wait_until(lambda: find_cards(discord))
    return find_cards(discord)[0]


def find_cards(discord: DiscordStandIn) -> list[Message]:
    """The cards of batches in the studio's channel."""
    return [message for message in discord.channel.messages if f"{CHAPTERS} chapters, " in message.text]


def count_scripts(path: Path) -> int:
    """How many scripts there are."""
    ((count,),) = select(path, "SELECT count(*) FROM scripts")
    return int(count)


def list_stories(gemini: GeminiStandIn) -> list[str]:
    """The text of the first paragraph of each request, in the order of their arrival."""
    return [story_of(call.body).split("\n", 1)[0] for call in gemini.calls]


async def wait_quickly(discord: DiscordStandIn, condition: Callable[[], object]) -> None:
    """The condition holds within the time that a press may take."""
    began = time.monotonic()
    await discord.wait_until(condition, 10)
    assert time.monotonic() - began < EFFECT_WITHIN


@pytest.mark.parametrize("order", ORDERS)
async def test_a_book_survives_kills_at_random_moments(tmp_path: Path, book: Path, order: ChapterOrder) -> None:
    """Every chapter has one script, at most the requests under way are sent again, and the one card says so."""
    dice = random.Random(16)
    kills = sorted(dice.sample(range(CHAPTERS - 2), KILLS))
    with GeminiStandIn(chunks=8, delay=0.04) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url, "GENERATION_WORKERS": "4"}
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
    written = select(book, "SELECT chapter_number, writer, error FROM scripts ORDER BY chapter_number")
    assert written == [(number, "gemini", "") for number in range(1, CHAPTERS + 1)]
    assert select(book, "SELECT DISTINCT state FROM runs") == [("done",)]
    ((lost,),) = select(book, "SELECT lost_requests FROM batches")
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
    tmp_path: Path, book: Path, sent: signal.Signals, pressed: str
) -> None:
    """What ``/script`` asks for is written next, and right after a restart Pause, Resume and Cancel take effect at once."""
    with GeminiStandIn(chunks=8, delay=0.1) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url, "GENERATION_WORKERS": "1"}
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
    states = dict(select(book, "SELECT state, count(*) FROM runs WHERE batch_id IS NOT NULL GROUP BY state"))
    done = states["done"]
    assert written - 1 <= done <= written
    assert states == {"done": done, "cancelled": CHAPTERS - done}
    assert len(gemini.calls) == calls
