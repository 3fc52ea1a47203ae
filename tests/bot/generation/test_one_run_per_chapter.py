"""One run per chapter at a time, however often somebody presses."""

import asyncio

import pytest

from bot.ebooks.chapter_text import ChapterText
from bot.errors import StateError
from bot.event_names import GENERATION_STARTED
from storage import Database
from storage.states import RunState
from tests.bot.generation.run_stage import CHANNEL, HANA, KEPT, RunStage


async def test_three_presses_of_retry_start_one_run(runs: RunStage) -> None:
    """The others are told where the chapter is being written."""
    run = await runs.request()
    await runs.service.cancel_run(run.id, HANA)
    presses = [runs.service.retry_run(run.id, HANA, channel=CHANNEL) for _ in range(3)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    told = [outcome for outcome in outcomes if isinstance(outcome, StateError)]
    assert len(told) == 2
    assert {error.sentence for error in told} == {"Chapter 1 is already being written."}
    assert len(await runs.list_runs(RunState.READY)) == 1
    assert (await runs.list_event_names()).count(GENERATION_STARTED) == 2, "the first request and one retry"


async def test_a_card_is_retried_once(sqlite: Database) -> None:
    """A later press on the old card leads to the newer version, until that one is cancelled."""
    runs = RunStage(sqlite)
    run = await runs.finish(await runs.request(), "template", KEPT.to_column())
    await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    (second,) = await runs.list_runs(RunState.READY)
    await runs.finish(second, "gemini", "")
    with pytest.raises(StateError, match="was written again since: version 2"):
        await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    await runs.service.retry_run(second.id, HANA, channel=CHANNEL)
    (third,) = await runs.list_runs(RunState.READY)
    assert third.version == 3
    await runs.service.cancel_run(third.id, HANA)
    await runs.service.retry_run(second.id, HANA, channel=CHANNEL)


async def test_a_chapter_is_not_requested_while_it_is_written(runs: RunStage) -> None:
    """The second request names the card of the first and stores nothing; another chapter is another matter."""
    run = await runs.request()
    await runs.service.start_run(run.id)
    runs.text = "Another text."
    with pytest.raises(StateError) as caught:
        await runs.request()
    assert caught.value.hint == f"Its card: https://discord.com/channels/{CHANNEL[0]}/{CHANNEL[1]}/99"
    assert await runs.service.find_chapter_text("ebook_001", 1) == ChapterText(run.content, "Chapter 1")
    await runs.request(2)
    assert len(await runs.list_runs(RunState.READY)) == 2


async def test_an_interrupted_run_is_not_continued_beside_another(runs: RunStage) -> None:
    """The chapter that somebody requested anew meanwhile is not paid for twice."""
    run = await runs.request()
    await runs.interrupt(run)
    await runs.request()
    with pytest.raises(StateError, match="already being written"):
        await runs.service.resume_run(run.id, HANA)
    assert (await runs.service.get_run(run.id)).state is RunState.INTERRUPTED


@pytest.mark.parametrize("channel", [CHANNEL[1], None])
async def test_a_card_that_does_not_exist_yet_is_not_linked(runs: RunStage, channel: int | None) -> None:
    """The second request promises no message that cannot be opened."""
    run = await runs.request()
    await runs.database.write(lambda tx: tx.run_cards.set_card(run.id, channel, None))
    with pytest.raises(StateError) as caught:
        await runs.request()
    assert caught.value.hint == "Its card shows how far it is."
