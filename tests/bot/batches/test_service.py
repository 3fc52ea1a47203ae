"""What people do with batches, and what becomes of their chapters."""

import asyncio
from datetime import timedelta

import pytest

from bot.batches.batch_view import list_failed
from bot.batches.plan import BatchOptions
from bot.ebooks.chapter_text import ChapterText
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import BATCH_CANCELLED, BATCH_FINISHED, BATCH_PAUSED, BATCH_RESUMED, BATCH_STARTED, BATCH_WAITS
from bot.generation.batch_errors import MAX_ATTEMPTS
from bot.generation.request import ScriptRequest
from bot.generation.writer import GenerationErrorKind
from storage import Database
from storage.states import BatchState, ChapterOrder, ProposalState, RunState
from tests.bot.batches.batch_stage import BOOK, CHAPTERS, BatchStage
from tests.bot.generation.run_stage import CHANNEL, HANA
from tests.conftest import FakeClock


async def test_a_whole_book_is_written_in_the_storys_order(stage: BatchStage) -> None:
    """Every chapter is written once, one after the other, and the batch is done."""
    batch = await stage.start()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert stage.writer.begun == list(range(1, CHAPTERS + 1))
    assert [chapter.chapter_number for chapter in view.done] == list(range(1, CHAPTERS + 1))
    events = await stage.list_events()
    assert (events.count(BATCH_STARTED), events.count(BATCH_FINISHED)) == (1, 1)
    assert stage.cards.shown[-1].batch.state is BatchState.DONE


async def test_chapters_side_by_side_leave_a_place_for_script(stage: BatchStage) -> None:
    """With three places two chapters of the batch are written at once, and a script that somebody asks for comes next."""
    stage.writer.held = {number: asyncio.Event() for number in range(1, CHAPTERS + 1)}
    await stage.start(order=ChapterOrder.PARALLEL)
    await stage.wait_until_begun(2)
    request = ScriptRequest(ebook="other", chapter_number=9)
    requested = await stage.generation.request_script(request, ChapterText("It rang."), HANA, channel=CHANNEL)
    await stage.generation.start_run(requested.run.id)
    await stage.wait_until_begun(9)
    assert stage.writer.begun == [1, 2, 9]


async def test_a_script_that_somebody_waits_for_comes_next(sqlite: Database) -> None:
    """With one place only, it is written as soon as the chapter under way is done, before all others of the batch."""
    stage = BatchStage(sqlite, workers=1)
    await stage.add_book()
    stage.writer.held = {1: asyncio.Event()}
    batch = await stage.start()
    await stage.worker.start()
    await stage.wait_until_begun(1)
    request = ScriptRequest(ebook="other", chapter_number=9)
    requested = await stage.generation.request_script(request, ChapterText("It rang."), HANA, channel=CHANNEL)
    await stage.generation.start_run(requested.run.id)
    stage.writer.held[1].set()
    await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    await stage.worker.stop()
    assert stage.writer.begun == [1, 9, 2, 3, 4, 5]


async def test_chapters_with_a_script_are_skipped_unless_asked_for(stage: BatchStage) -> None:
    """The plan names them; with ``rewrite`` they are written as a second version."""
    await stage.wait_for(await stage.start("1-2"), lambda view: view.batch.state is BatchState.DONE)
    plan = await stage.service.plan(BatchOptions(ebook=BOOK, chapters="1-3"))
    assert ([chapter.number for chapter in plan.chapters], plan.skipped, plan.words) == ([3], (1, 2), 6)
    plan = await stage.service.plan(BatchOptions(ebook=BOOK, chapters="1-3", rewrite=True))
    assert ([chapter.number for chapter in plan.chapters], plan.skipped) == ([1, 2, 3], ())
    with pytest.raises(StateError, match="nothing to write"):
        await stage.start("1,2")


@pytest.mark.parametrize(
    ("ebook", "chapters", "error"), [("nobody", "", NotFoundError), (BOOK, "99", InputError), (BOOK, "x", InputError)]
)
async def test_a_plan_that_cannot_be_is_refused(
    stage: BatchStage, ebook: str, chapters: str, error: type[Exception]
) -> None:
    """An unknown book, an unknown chapter and nonsense are refused before anything is stored."""
    with pytest.raises(error):
        await stage.service.plan(BatchOptions(ebook=ebook, chapters=chapters))


async def test_a_batch_needs_gemini(sqlite: Database) -> None:
    """Without a key there is no batch of templates."""
    stage = BatchStage(sqlite, has_gemini=False)
    await stage.add_book()
    with pytest.raises(StateError, match="No Gemini key"):
        await stage.service.plan(BatchOptions(ebook=BOOK))


async def test_a_batch_whose_key_is_removed_is_paused(sqlite: Database) -> None:
    """A process without the key writes no templates: the batch waits for the operator, and its card says why."""
    stage = BatchStage(sqlite)
    await stage.add_book()
    batch = await stage.start()
    later = BatchStage(sqlite, has_gemini=False)
    await later.worker.start()
    view = await later.wait_for(batch, lambda view: view.batch.state is BatchState.PAUSED)
    await later.worker.stop()
    assert [chapter.state for chapter in view.chapters] == [RunState.READY] * CHAPTERS
    assert "GOOGLE_API_KEY" in view.batch.note


async def test_in_the_demo_the_template_writes_a_batch(sqlite: Database) -> None:
    """The plan and the card say so; the chapters count as written, are not offered for a retry, and are skipped next time."""
    stage = BatchStage(sqlite, has_gemini=False, has_template_batches=True)
    await stage.add_book()
    await stage.worker.start()
    plan = await stage.service.plan(BatchOptions(ebook=BOOK))
    batch = await stage.start()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    await stage.worker.stop()
    assert (plan.is_by_template, view.is_by_template) == (True, True)
    assert (len(view.done), view.failed, view.cost_micros) == (CHAPTERS, (), 0)
    assert not (await stage.service.plan(BatchOptions(ebook=BOOK))).chapters


async def test_a_paused_batch_writes_nothing_until_it_is_resumed(stage: BatchStage) -> None:
    """Pause ends what is being written at once; Resume writes that chapter again and all others."""
    stage.writer.held = {2: asyncio.Event()}
    batch = await stage.start()
    await stage.wait_until_begun(2)
    await stage.service.pause(batch.id, HANA)
    view = await stage.service.get_view(batch.id)
    assert [chapter.state for chapter in view.chapters] == [RunState.DONE, *[RunState.READY] * 4]
    with pytest.raises(StateError, match="not running"):
        await stage.service.pause(batch.id, HANA)
    stage.worker.wake()
    await asyncio.sleep(0.05)
    assert stage.writer.begun == [1, 2]
    del stage.writer.held[2]
    await stage.service.resume(batch.id, HANA)
    with pytest.raises(StateError, match="not paused"):
        await stage.service.resume(batch.id, HANA)
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert len(view.done) == CHAPTERS
    assert stage.writer.begun == [1, 2, 2, 3, 4, 5]
    events = await stage.list_events()
    assert (events.count(BATCH_PAUSED), events.count(BATCH_RESUMED)) == (1, 1)


async def test_a_cancelled_batch_keeps_what_is_written(stage: BatchStage) -> None:
    """Cancel ends what is being written; no other chapter begins, and it cannot be cancelled twice."""
    stage.writer.held = {2: asyncio.Event()}
    batch = await stage.start()
    await stage.wait_until_begun(2)
    await stage.service.cancel(batch.id, HANA)
    view = await stage.service.get_view(batch.id)
    assert [chapter.state for chapter in view.chapters] == [RunState.DONE, *[RunState.CANCELLED] * 4]
    with pytest.raises(StateError, match="already ended"):
        await stage.service.cancel(batch.id, HANA)
    assert stage.writer.begun == [1, 2]
    assert (await stage.list_events()).count(BATCH_CANCELLED) == 1


async def test_a_refused_chapter_fails_alone_and_can_be_retried(stage: BatchStage) -> None:
    """The others are written; the reason is named, and a retry writes only what failed."""
    stage.writer.errors = {2: [GenerationErrorKind.PROMPT_BLOCKED], 4: [GenerationErrorKind.TRUNCATED]}
    batch = await stage.start()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert [number for number, _ in list_failed(view.chapters)] == [2, 4]
    assert "refused this chapter" in list_failed(view.chapters)[0][1]
    stage.writer.begun.clear()
    assert await stage.service.retry_failed(batch.id, HANA) == 2
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert (stage.writer.begun, len(view.done)) == ([2, 4], CHAPTERS)
    with pytest.raises(StateError, match="No chapter has failed"):
        await stage.service.retry_failed(batch.id, HANA)


@pytest.mark.parametrize("kind", [GenerationErrorKind.BUDGET, GenerationErrorKind.BAD_KEY])
async def test_what_needs_a_person_pauses_the_batch(stage: BatchStage, kind: GenerationErrorKind) -> None:
    """No template is written: the chapter waits, and the card says why."""
    stage.writer.errors = {2: [kind]}
    batch = await stage.start()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.PAUSED)
    assert [chapter.state for chapter in view.chapters] == [RunState.DONE, *[RunState.READY] * 4]
    assert view.batch.note
    await stage.service.resume(batch.id, HANA)
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert len(view.done) == CHAPTERS


async def test_a_used_up_quota_makes_the_batch_wait(stage: BatchStage, clock: FakeClock) -> None:
    """Until the quota is renewed nothing is asked; then the batch goes on by itself."""
    stage.writer.errors = {2: [GenerationErrorKind.QUOTA_DAY]}
    batch = await stage.start()
    view = await stage.wait_for(batch, lambda view: view.batch.waits_until is not None)
    assert view.batch.state is BatchState.RUNNING
    assert "quota" in view.batch.note
    stage.worker.wake()
    await asyncio.sleep(0.05)
    assert stage.writer.begun == [1, 2]
    clock.advance(hours=25)
    stage.worker.wake()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert len(view.done) == CHAPTERS
    assert (await stage.list_events()).count(BATCH_WAITS) == 1


async def test_pauses_and_restarts_are_no_failures(sqlite: Database, clock: FakeClock) -> None:
    """However often a chapter was begun, an overload makes its batch wait; only the fifth gives it to the template."""
    stage = BatchStage(sqlite)
    await stage.add_book()
    batch = await stage.start("1")
    for time in range(1, 7):
        assert await sqlite.write(lambda tx: tx.runs.claim("dead")) is not None
        if time % 2:
            await stage.service.pause(batch.id, HANA)
            await stage.service.resume(batch.id, HANA)
        else:
            await stage.worker.recover("another", all_owners=True)
    stage.writer.errors = {1: [GenerationErrorKind.OVERLOADED] * 5}
    await stage.worker.start()
    for minutes in range(1, 5):
        until = clock.now + timedelta(minutes=minutes)
        await stage.wait_for(batch, lambda view, until=until: view.batch.waits_until == until)  # type: ignore[misc]
        clock.advance(minutes=minutes)
        stage.worker.wake()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    await stage.worker.stop()
    assert [number for number, _ in list_failed(view.chapters)] == [1]
    assert len(stage.writer.begun) == MAX_ATTEMPTS


async def test_a_dead_process_loses_no_chapter(sqlite: Database) -> None:
    """The next process writes what the dead one had begun, and the card says that a request was lost."""
    stage = BatchStage(sqlite)
    await stage.add_book()
    batch = await stage.start()
    claimed = await sqlite.write(lambda tx: tx.runs.claim("dead"))
    assert claimed is not None
    assert await sqlite.write(lambda tx: tx.runs.claim("dead")) is None  # in the story's order the second has to wait
    await stage.worker.start()
    view = await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    await stage.worker.stop()
    assert (len(view.done), view.batch.lost_requests) == (CHAPTERS, 1)
    assert stage.writer.begun == [1, 2, 3, 4, 5]


async def test_a_process_that_ends_leaves_its_chapter_to_the_next(stage: BatchStage) -> None:
    """A chapter that was being written does not fail: it waits, and the card says that its request was lost."""
    stage.writer.held = {2: asyncio.Event()}
    batch = await stage.start()
    await stage.wait_until_begun(2)
    await stage.worker.stop()
    view = await stage.service.get_view(batch.id)
    assert [chapter.state for chapter in view.chapters] == [RunState.DONE, *[RunState.READY] * 4]
    assert view.batch.lost_requests == 1


async def test_a_second_batch_of_the_book_hears_of_the_first(stage: BatchStage) -> None:
    """Its plan names the first one, and leaves out what that is writing."""
    stage.writer.held = {1: asyncio.Event()}
    batch = await stage.start("1-2")
    plan = await stage.service.plan(BatchOptions(ebook=BOOK))
    assert plan.other is not None
    assert (plan.other.id, plan.busy) == (batch.id, (1, 2))
    assert [chapter.number for chapter in plan.chapters] == [3, 4, 5]
    stage.writer.held[1].set()
    await stage.wait_for(batch, lambda view: view.batch.state is BatchState.DONE)
    assert (await stage.service.plan(BatchOptions(ebook=BOOK))).other is None


async def test_later_chapters_know_what_earlier_ones_propose(stage: BatchStage) -> None:
    """In the story's order a synopsis that nobody has accepted yet is told to the next chapter; side by side it is not."""

    async def propose(number: int) -> None:
        await stage.database.write(
            lambda tx: tx.bible.add_synopsis(BOOK, number, f"Bell {number} rings.", ProposalState.PROPOSED, None)
        )

    await propose(1)
    await stage.wait_for(await stage.start("2"), lambda view: view.batch.state is BatchState.DONE)
    assert [each.text for each in stage.writer.requests[-1].bible.story] == ["Bell 1 rings."]
    parallel = await stage.start("3", ChapterOrder.PARALLEL)
    await stage.wait_for(parallel, lambda view: view.batch.state is BatchState.DONE)
    assert stage.writer.requests[-1].bible.story == ()
