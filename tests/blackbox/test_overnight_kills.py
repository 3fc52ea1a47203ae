"""A batch that is written overnight, in a real process that is killed at each moment that matters."""

import os
import signal
from pathlib import Path

import pytest

from tests.blackbox.batch_book import CHAPTERS, count_scripts, find_cards, start_batch
from tests.blackbox.database import query_url
from tests.blackbox.process import running_process
from tests.stage import add_team_member
from tests.standins.discord_server import DiscordStandIn
from tests.standins.gemini import GeminiStandIn

pytestmark = pytest.mark.slow


# Where the API does not list jobs, nobody can say whether it has the one that was being handed over.
@pytest.mark.parametrize("is_listed", [True, False] if os.environ.get("SOAK") else [True])
async def test_kills_lose_no_chapter_and_pay_for_none_twice(tmp_path: Path, book: str, *, is_listed: bool) -> None:
    """While the job is handed over, while Gemini has it, and when its answers have arrived but are not stored."""
    with GeminiStandIn() as gemini:
        jobs = gemini.jobs
        jobs.is_listed = is_listed
        jobs.holds_answer = True
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"DATABASE_URL": book, "GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with running_process(discord, tmp_path, **keys) as bot:
                await start_batch(discord, hana, pace="overnight")
                await discord.wait_until(lambda: jobs.jobs, 10)
                await bot.stop(signal.SIGKILL)
            jobs.holds_answer = False
            async with running_process(discord, tmp_path, **keys) as bot:
                await discord.wait_until(lambda: read_job(book)[1], 60)
                await bot.stop(signal.SIGKILL)
            assert count_scripts(book) == 0
            jobs.jobs[-1].state = "SUCCEEDED"
            asked = len(gemini.requests)
            async with running_process(discord, tmp_path, **keys) as bot:
                name = jobs.jobs[-1].name
                await discord.wait_until(lambda: any(name in each.path for each in gemini.requests[asked:]), 60)
                await bot.stop(signal.SIGKILL)
            assert count_scripts(book) < CHAPTERS
            async with running_process(discord, tmp_path, **keys) as bot:
                await discord.wait_until(lambda: "✔ Done" in find_cards(discord)[0].text, 60)
                await bot.stop(signal.SIGKILL)
            (card,) = find_cards(discord)
    lost = 0 if is_listed else CHAPTERS
    assert len(jobs.jobs) == (1 if is_listed else 2)
    assert read_job(book) == (lost, False)
    assert (f"{lost} requests" in card.text) == (not is_listed)
    written = query_url(book, "SELECT chapter_number, version, writer FROM scripts ORDER BY chapter_number")
    assert written == [(number, 1, "gemini") for number in range(1, CHAPTERS + 1)]
    paid = query_url(book, "SELECT count(*) FROM charges WHERE settled_micros > 0")
    in_doubt = query_url(book, "SELECT count(*) FROM charges WHERE settled_micros IS NULL")
    assert (paid, in_doubt) == ([(CHAPTERS,)], [(lost,)])


def read_job(url: str) -> tuple[int, bool]:
    """How many requests were lost, and whether a job's name is stored."""
    ((lost, job),) = query_url(url, "SELECT lost_requests, overnight_job FROM batches")
    return lost, '"name":"batches/' in job
