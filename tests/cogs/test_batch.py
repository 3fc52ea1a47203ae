"""``/batch``, with Gemini's stand-in on loopback."""

import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.batches.estimate import GeminiTerms
from bot.batches.plan import BatchOptions
from bot.event_names import EBOOK_DOWNLOADED
from bot.runtime import Runtime
from cogs.views.batch_plan import plan_layout
from storage.states import ChapterOrder
from tests.bot.exports.pack.packs import read_archive
from tests.cogs.test_ebook import add_book
from tests.cogs.views.components import read_text
from tests.stage import Stage, open_stage
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message
from tests.standins.gemini import GeminiStandIn

BOOK = "the-lantern"


@pytest.fixture(scope="module")
def gemini_server() -> Iterator[GeminiStandIn]:
    """One stand-in for the module."""
    with GeminiStandIn(chunks=4) as server:
        yield server


@pytest.fixture
async def stage(stage_url: str, gemini_server: GeminiStandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The bot with a Gemini key, and a book of three chapters."""
    gemini_server.reset()
    gemini_server.delay = 0.0
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini_server.url)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    async with open_stage(stage_url, google_api_key=SecretStr("k" * 30), gemini_batch_budget=5.0) as found:
        await add_book(found)
        yield found


async def run(stage: Stage, subcommand: str, **options: str) -> InteractionLog:
    """Runs a subcommand; its answer is private."""
    log = await stage.discord.wait_for_answer(await stage.hana.slash(f"batch {subcommand}", options=options))
    assert log.ephemeral
    return log


async def start(stage: Stage, **options: str) -> Message:
    """Starts a batch and returns its card."""
    plan = await run(stage, "start", ebook=BOOK, **options)
    (label,) = [label for label in plan.message.buttons if label.startswith("Write ")]
    await stage.hana.click(plan, label)
    await stage.discord.wait_until(lambda: "The batch has started." in plan.text)
    return await stage.wait_for_card("chapters, ")


async def test_a_book_is_planned_confirmed_and_written(stage: Stage) -> None:
    """The plan names chapters, words, tokens, money and time; the card follows the writing to its end."""
    plan = await run(stage, "start", ebook=BOOK)
    for part in ("Writes 3 chapters (1-3), 300 words", "3 requests", "tokens", "$", "$5.00", "One after the other"):
        assert part in plan.text
    await stage.hana.click(plan, "Write 3 chapters")
    card = await stage.wait_for_card("3 of 3 written")
    await stage.discord.wait_until(lambda: "✔ Done · The Lantern" in card.text)
    assert "✔ Written: 1-3" in card.text
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Findings of the check"))
    assert log.ephemeral
    assert "Check · The Lantern" in log.text
    assert "in 3 scripts." in log.text
    await _check_download(stage, card)
    assert "The batch has started." in plan.text
    assert "3 of 3 written" in (await run(stage, "list")).text
    assert "No batch is running" in (await run(stage, "status")).text
    again = await run(stage, "start", ebook=BOOK)
    assert "There is nothing to write." in again.text
    await stage.hana.click(again, "Also the 3 that have a script")
    await stage.discord.wait_until(lambda: "Write 3 chapters" in again.message.buttons)
    await stage.hana.click(again, "Discard")
    await stage.discord.wait_until(lambda: "Nothing was started." in again.text)


async def test_a_plan_names_models_that_no_budget_limits(stage: Stage) -> None:
    """Their price is not known, so what they cost is not either."""
    service = replace(stage.bot.services.batches, terms=GeminiTerms("gemini-3.8-flash", fallbacks=("gemini-9-new",)))
    plan = await service.plan(BatchOptions(BOOK, cap_micros=5_000_000))
    assert "The price of gemini-9-new is not known, so no budget limits its cost." in read_text(
        plan_layout(plan, "0" * 16)
    )


@pytest.mark.parametrize(
    ("chapters", "sentence"), [("3-1", "backwards"), ("zzz", "not a chapter"), ("9", "no chapter 9")]
)
async def test_wrong_chapters_are_explained(stage: Stage, chapters: str, sentence: str) -> None:
    """Whoever mistypes reads what was wrong, and nothing is stored."""
    assert sentence in (await run(stage, "start", ebook=BOOK, chapters=chapters)).text


async def test_a_batch_is_paused_resumed_and_cancelled_on_its_card(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """Each press shows at once, and a press on what is past says so."""
    gemini_server.delay = 5.0
    card = await start(stage, order=ChapterOrder.STORY.value)
    await stage.discord.wait_until(lambda: gemini_server.open_streams > 0)
    await stage.hana.click(card, "Pause")
    await stage.discord.wait_until(lambda: "◍ Paused" in card.text and "Resume" in card.buttons)
    await stage.discord.wait_until(lambda: gemini_server.open_streams == 0)
    assert "· Waiting: 1-3" in card.text
    assert "Paused" in (await run(stage, "status")).text
    await stage.hana.click(card, "Resume")
    await stage.discord.wait_until(lambda: "✎ Writing" in card.text)
    log = await run(stage, "cancel", batch=_batch_of(card))
    assert "✕ Cancelled" in log.text
    await stage.discord.wait_until(lambda: "✕ Cancelled" in card.text and card.buttons == [])
    assert "▱▱▱▱▱▱▱▱▱▱  0 of 3 written" in card.text


async def test_failed_chapters_are_named_and_retried(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """The card says why a chapter failed; a press writes it again."""
    gemini_server.answer_with("prohibited", times=2, after=0)
    card = await start(stage)
    await stage.discord.wait_until(lambda: "2 of 3 written · 1 failed" in card.text)
    await stage.discord.wait_until(lambda: "Retry failed chapters" in card.buttons)
    assert "✘ Chapter 1: Gemini" in card.text
    gemini_server.reset()
    await stage.hana.click(card, "Retry failed chapters")
    await stage.discord.wait_until(lambda: "✔ Done" in card.text and "3 of 3 written" in card.text)


async def _check_download(stage: Stage, card: Message) -> None:
    """The card's button gives the scripts of the batch as one file, only to whoever pressed it."""
    log = await stage.hana.click(card, "Download the scripts")
    await stage.discord.wait_until(lambda: "The scripts of the batch. A README in it" in log.text)
    assert log.message.ephemeral
    (file,) = log.message.attachments
    files = read_archive(file.data)
    assert "The Lantern, chapters 1-3: all scripts" in files["README.txt"].decode("utf-8-sig")
    assert {name.partition("/")[0] for name in files} == {"README.txt", "CH01", "CH02", "CH03"}
    assert EBOOK_DOWNLOADED in await stage.event_names()
    assert "3 of 3 written" in card.text, "the card stays"


async def test_plan_and_card_name_the_template(stage_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the template takes Gemini's place, as in the demo, nobody takes its scripts for Gemini's."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with open_stage(stage_url, Runtime(has_template_batches=True)) as stage:
        await add_book(stage)
        plan = await run(stage, "start", ebook=BOOK)
        assert "No Gemini key is set: the template writes these chapters, which costs nothing." in plan.text
        await stage.hana.click(plan, "Write 3 chapters")
        card = await stage.wait_for_card("✔ Done")
    assert "3 of 3 written" in card.text
    assert "No Gemini key is set: the template writes these chapters." in card.text
    assert "Retry failed chapters" not in card.buttons


async def test_a_book_is_written_overnight_at_half_price(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """The plan says what that means; the card says that Gemini has the chapters, and in the end has them all."""
    gemini_server.jobs.is_offered = False
    refused = await run(stage, "start", ebook=BOOK, pace="overnight")
    assert "cannot be asked overnight" in refused.text
    assert "Choose the pace Now." in refused.text
    gemini_server.jobs.is_offered = True
    plan = await run(stage, "start", ebook=BOOK, pace="overnight")
    assert (
        "half the price, Gemini answers within a day, written by gemini-3.8-flash; each chapter without the story so far"
        in plan.text
    )
    card = await start(stage, pace="overnight")
    await stage.discord.wait_until(lambda: "Gemini has the chapters and answers within a day" in card.text)
    assert gemini_server.calls == []
    gemini_server.jobs.jobs[0].state = "SUCCEEDED"
    overnight = stage.bot.services.overnight
    assert overnight is not None
    overnight.wake()
    await stage.discord.wait_until(lambda: "✔ Done" in card.text and "3 of 3 written" in card.text)
    assert len(gemini_server.jobs.jobs) == 1


async def test_cancelling_a_batch_cancels_its_overnight_job(stage: Stage, gemini_server: GeminiStandIn) -> None:
    """At once, with the press on the card."""
    card = await start(stage, pace="overnight")
    await stage.discord.wait_until(lambda: "Gemini has the chapters" in card.text)
    await stage.hana.click(card, "Cancel")
    await stage.discord.wait_until(lambda: "✕ Cancelled" in card.text)
    await stage.discord.wait_until(lambda: gemini_server.jobs.jobs[0].state == "CANCELLED")


def _batch_of(card: Message) -> str:
    ids = [str(control["custom_id"]) for control in card.controls]
    (custom_id,) = [each for each in ids if each.startswith("batch:cancel:")]
    return custom_id.removeprefix("batch:cancel:")
