"""What Gemini costs, as people see it: the view of ``/progress``, the warning of the budget, the day's limit of a member."""

import csv
import io
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from bot.actor import Actor
from bot.event_names import BUDGET_WARNED, SPENDING_EXPORTED
from storage import WriteTransaction
from storage.states import RunState
from tests.cogs.test_batch import BOOK, run, start
from tests.cogs.test_ebook import add_book
from tests.cogs.test_progress import choose, open_progress
from tests.stage import Stage, open_stage
from tests.standins.discord_world import Channel, Message
from tests.standins.gemini import GeminiStandIn


@pytest.fixture(scope="module")
def gemini_server() -> Iterator[GeminiStandIn]:
    """One stand-in for the module."""
    with GeminiStandIn(chunks=4) as server:
        yield server


@pytest.fixture
def gemini_url(gemini_server: GeminiStandIn, monkeypatch: pytest.MonkeyPatch) -> str:
    """The stand-in, which the bot asks from now on."""
    gemini_server.reset()
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini_server.url)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return gemini_server.url


@asynccontextmanager
async def open_with_gemini(stage_url: str, **settings: Any) -> AsyncIterator[Stage]:
    """The stage with a Gemini key and a book of three chapters."""
    async with open_stage(stage_url, google_api_key=SecretStr("k" * 30), **settings) as stage:
        await add_book(stage)
        yield stage


async def add_audit_channel(stage: Stage) -> Channel:
    """The studio has an audit channel."""
    audit = stage.discord.world.add_channel(stage.discord.studio, "audit")
    stage.discord.update(audit, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(audit.id))
    await stage.bot.studio_config.set_audit_channel(audit.id, Actor(1, "x"))
    return audit


@pytest.mark.usefixtures("gemini_url")
async def test_the_spending_view_shows_costs_and_gives_the_same_as_a_table(stage_url: str) -> None:
    """By month, book, member and model, with requests, tokens and a described picture; the table adds up to the same."""
    async with open_with_gemini(stage_url, gemini_monthly_budget=5.0) as stage:
        log = await open_progress(stage)
        await choose(stage, log, "view", "spending", "Nothing was asked of Gemini")
        card = await start(stage)
        await stage.discord.wait_until(lambda: "✔ Done" in card.text)
        log = await open_progress(stage)
        await choose(stage, log, "view", "spending", "Spending · this week")
        for text in (
            "for 3 requests",
            "tokens in",
            "of $5.00",
            "**By month**",
            "**By book**\nThe Lantern · $",
            "**By member**\nHana · $",
            "**By model**\ngemini-3.8-flash · $",
        ):
            assert text in log.text
        assert "up to" not in log.text, "the cost of each call is known"
        (picture,) = log.message.attachments
        assert picture.data.startswith(b"\x89PNG")
        assert "description" in json.dumps(log.message.components)
        table = await stage.discord.wait_for_answer(await stage.hana.click(log, "Spending as CSV"))
        assert table.ephemeral
        (file,) = table.message.attachments
        rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
        assert [(row["by"], row["name"], row["requests"]) for row in rows[1:]] == [
            ("book", "The Lantern", "3"),
            ("member", "Hana", "3"),
            ("model", "gemini-3.8-flash", "3"),
        ]
        assert len({row["dollars"] for row in rows}) == 1
        assert float(rows[0]["dollars"]) > 0
        assert SPENDING_EXPORTED in await stage.event_names()


@pytest.mark.usefixtures("gemini_url")
async def test_the_audit_channel_is_told_once_that_most_of_the_budget_is_used(stage_url: str) -> None:
    """The chapter that reaches 80 % of the month's budget warns there, the next one does not again."""
    async with open_with_gemini(stage_url, gemini_monthly_budget=10.0) as stage:
        audit = await add_audit_channel(stage)
        for number in (1, 2, 3):
            await stage.run_script(chapter=number, title=f"Bell {number}")
            await stage.discord.wait_until(lambda: _count(stage.channel, "Runs ") == number)  # noqa: B023 - awaited here
            if number == 1:
                assert _count(audit.messages, "Gemini") == 0, "some cents are no reason"
                await stage.bot.services.database.write(_spend_eight_dollars)
        (warning,) = [each.text for each in audit.messages if "Gemini has used" in each.text]
        assert "Gemini has used $8." in warning
        assert "of this month's $10.00" in warning
        assert "GEMINI_MONTHLY_BUDGET raises it" in warning
        assert (await stage.event_names()).count(BUDGET_WARNED) == 1


def _count(messages: list[Message], text: str) -> int:
    return sum(text in message.text for message in messages)


async def _spend_eight_dollars(tx: WriteTransaction) -> None:
    (run,) = await tx.runs.list_in_states(RunState.DONE)
    charge = await tx.charges.reserve_cost(run.id, "gemini-3.8-flash", 8_000_000)
    await tx.charges.record_cost(charge, 8_000_000, prompt_tokens=1, cached_tokens=0, output_tokens=1)


@pytest.mark.usefixtures("gemini_url")
async def test_a_member_has_so_many_chapters_a_day_whichever_command_asks(stage_url: str) -> None:
    """``/batch start`` and ``/script`` count together; the answer says what is left and when the next day begins."""
    async with open_with_gemini(stage_url, daily_scripts_per_member=2) as stage:
        plan = await run(stage, "start", ebook=BOOK)
        refusal = await stage.hana.click(plan, "Write 3 chapters")
        sentence = "The studio allows 2 chapters a day for each member; you have {} left."
        await stage.discord.wait_until(lambda: any(sentence.format(2) in each.text for each in refusal.followups))
        assert "The next day begins <t:" in refusal.followups[0].text
        assert refusal.followups[0].ephemeral
        card = await start(stage, chapters="1,2")
        await stage.discord.wait_until(lambda: "2 of 2 written" in card.text)
        log = await stage.run_script()
        assert sentence.format(0) in log.text
        assert not [message for message in stage.channel if "ebook_001" in message.text]
