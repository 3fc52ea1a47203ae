"""What people do with runs, without Discord and without Gemini."""

from datetime import timedelta

import pytest

from bot.ebooks.chapter_text import ChapterText
from bot.errors import DeliveryError, NotFoundError, StateError
from bot.event_names import GENERATION_CANCELLED, GENERATION_RESUMED, GENERATION_STARTED
from bot.generation.draft import Usage
from bot.generation.request import ScriptRequest
from bot.generation.run_progress import RunProgress
from bot.generation.service import create_run
from storage import Database
from storage.states import RunState
from tests.bot.generation.run_stage import CHANNEL, HANA, KEPT, REFUSED, RunStage
from tests.bot.generation.story import CHAPTER
from tests.conftest import FakeClock


async def test_a_request_stores_the_run_the_chapter_and_its_event(runs: RunStage) -> None:
    """The run waits with its text, version, requester and channel, and one event names the member and the book."""
    run = await runs.request(title="Bells", theme="fox-demon horror")
    assert (run.state, run.version, run.content, run.progress) == (RunState.READY, 1, CHAPTER, "")
    assert (run.guild_id, run.channel_id, run.card_id) == (*CHANNEL, None)
    assert run.member_id is not None
    assert await runs.list_events() == [(GENERATION_STARTED, run.member_id, run.ebook_id)]
    assert await runs.service.find_chapter_text("ebook_001", 1) == ChapterText(CHAPTER, "Bells")
    assert await runs.service.find_chapter_text("ebook_001", 2) is None
    assert await runs.service.find_chapter_text("unknown", 1) is None


@pytest.mark.parametrize(("stored", "title"), [("Chapter 1", "The Bell"), ("Bells", "Bells")])
async def test_markdown_that_was_stored_is_taken_out_when_it_is_used_again(
    runs: RunStage, stored: str, title: str
) -> None:
    """Its heading becomes the title, unless the chapter has one of its own."""
    runs.text = "# The Bell\n\n“Go,” said **Oku**."
    await runs.request(title=stored)
    assert await runs.service.find_chapter_text("ebook_001", 1) == ChapterText("“Go,” said Oku.", title)


async def test_an_empty_title_and_theme_are_filled_in_from_the_book(runs: RunStage) -> None:
    """A new chapter is called by its number and is horror; later requests take what is stored, unless they say otherwise."""
    first = ScriptRequest.from_run(await runs.request())
    assert (first.title, first.theme) == ("Chapter 1", "horror")
    second = await runs.request(2, title="Bells", theme="foxes")
    named = ScriptRequest.from_run(second)
    assert (named.title, named.theme) == ("Bells", "foxes")
    await runs.service.cancel_run(second.id, HANA)
    again = ScriptRequest.from_run(await runs.request(2))
    assert again.title == "Bells"


async def test_a_heading_in_the_text_is_the_title_unless_one_was_typed(runs: RunStage) -> None:
    """The title of the text takes the place of "Chapter 1" and of a stored title, and gives way to a typed one."""
    titles = []
    for typed, heading in (("", "The Bell"), ("", ""), ("Typed", "Other"), ("", "The Fox")):
        request = ScriptRequest(ebook="ebook_001", chapter_number=1, title=typed)
        text = ChapterText("It rang.", heading)
        run = (await runs.service.request_script(request, text, HANA, channel=CHANNEL)).run
        titles.append(ScriptRequest.from_run(run).title)
        await runs.service.cancel_run(run.id, HANA)
    assert titles == ["The Bell", "The Bell", "Typed", "The Fox"]


async def test_the_first_theme_of_a_book_is_its_theme(runs: RunStage) -> None:
    """A request without a theme takes the one that the book was created with; a new book is reported as new once."""
    requests = [
        ScriptRequest(ebook="ebook_001", chapter_number=number, theme=theme) for number, theme in ((1, "fog"), (2, ""))
    ]
    requested = [
        await runs.service.request_script(each, ChapterText("Text."), HANA, channel=CHANNEL) for each in requests
    ]
    assert [each.is_new_ebook for each in requested] == [True, False]
    assert ScriptRequest.from_run(requested[1].run).theme == "fog"


async def test_a_started_run_has_its_card(runs: RunStage) -> None:
    """The card's ids are returned and stored."""
    run = await runs.request()
    assert await runs.service.start_run(run.id) == (CHANNEL[1], 99)
    stored = await runs.service.get_run(run.id)
    assert (stored.channel_id, stored.card_id) == (CHANNEL[1], 99)


async def test_a_refused_card_does_not_keep_the_run_from_being_written(runs: RunStage) -> None:
    """The refusal is raised, and the run waits for no card any more."""
    run = await runs.request()
    runs.cards.error = REFUSED
    with pytest.raises(DeliveryError):
        await runs.service.start_run(run.id)
    stored = await runs.service.get_run(run.id)
    assert (stored.channel_id, stored.card_id, stored.state) == (None, None, RunState.READY)


async def test_a_card_in_doubt_is_brought_up_to_date(runs: RunStage) -> None:
    """Where it is unknown whether the card was posted, it is looked for, and no card is promised."""
    run = await runs.request()
    runs.cards.error = TimeoutError()
    assert await runs.service.start_run(run.id) is None
    assert runs.cards.shown == [RunState.READY]
    await runs.database.write(lambda tx: tx.run_cards.set_card(run.id, 22, 98))
    assert await runs.service.start_run(run.id) == (22, 98)


@pytest.mark.parametrize("state", [RunState.READY, RunState.WRITING, RunState.INTERRUPTED])
async def test_a_cancelled_run_reports_who_cancelled_it(runs: RunStage, state: RunState) -> None:
    """The state, one event with the member and the book, and the card agree; the second press changes nothing."""
    run = await runs.request()
    if state is RunState.WRITING:
        await runs.claim(run)
    if state is RunState.INTERRUPTED:
        await runs.interrupt(run)
    await runs.service.cancel_run(run.id, HANA)
    assert (await runs.service.get_run(run.id)).state is RunState.CANCELLED
    assert runs.cards.shown == [RunState.CANCELLED]
    with pytest.raises(StateError):
        await runs.service.cancel_run(run.id, HANA)
    assert (await runs.list_events())[1:] == [(GENERATION_CANCELLED, run.member_id, run.ebook_id)]
    assert runs.cards.shown == [RunState.CANCELLED] * 2, "the card that still offers to cancel is brought up to date"


async def test_only_an_interrupted_run_is_resumed(runs: RunStage) -> None:
    """It waits again with its progress and one event names the member; what is not interrupted stays as it is."""
    run = await runs.request()
    with pytest.raises(StateError):
        await runs.service.resume_run(run.id, HANA)
    await runs.interrupt(run, KEPT.to_column())
    await runs.service.resume_run(run.id, HANA)
    stored = await runs.service.get_run(run.id)
    assert (stored.state, stored.progress) == (RunState.READY, KEPT.to_column())
    assert (await runs.list_events())[1:] == [(GENERATION_RESUMED, run.member_id, run.ebook_id)]
    assert runs.cards.shown == [RunState.READY]


async def test_a_retried_interrupted_run_is_resumed(runs: RunStage) -> None:
    """No second run is made for a run that can go on."""
    run = await runs.request()
    await runs.interrupt(run)
    await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    assert [each.id for each in await runs.list_runs(*RunState)] == [run.id]
    assert await runs.list_event_names() == [GENERATION_STARTED, GENERATION_RESUMED]


@pytest.mark.parametrize("is_claimed", [False, True], ids=["waiting", "being written"])
async def test_a_live_run_is_not_retried(runs: RunStage, is_claimed: bool) -> None:
    """A run that waits or is being written is refused, and no second run is made."""
    run = await runs.request()
    if is_claimed:
        await runs.claim(run)
    with pytest.raises(StateError, match="Chapter 1 is already being written"):
        await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    assert len(await runs.list_runs(*RunState)) == 1


async def test_a_retry_keeps_the_cues_the_cast_and_the_request(runs: RunStage) -> None:
    """The new run continues from the cues and the cast that were kept, and does not pay again for what they cost."""
    run = await runs.request(notes="slower", hook="Count.", language="German")
    kept = KEPT.model_copy(update={"usage": Usage(prompt=10, output=5)})
    await runs.claim(run, kept.to_column())
    await runs.service.cancel_run(run.id, HANA)
    await runs.service.retry_run(run.id, HANA, channel=(33, 44))
    (retried,) = await runs.list_runs(RunState.READY)
    assert RunProgress.from_column(retried.progress) == KEPT
    assert retried.content == CHAPTER
    assert ScriptRequest.from_run(retried) == ScriptRequest.from_run(run)
    assert (retried.guild_id, retried.channel_id, retried.card_id) == (33, 44, 99)


async def test_a_retry_without_kept_cues_begins_anew(runs: RunStage) -> None:
    """Nothing is invented where nothing was kept."""
    run = await runs.request()
    await runs.service.cancel_run(run.id, HANA)
    await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    (retried,) = await runs.list_runs(RunState.READY)
    assert retried.progress == ""


@pytest.mark.parametrize(("writer", "keeps"), [("gemini", False), ("template", True)])
async def test_a_finished_script_by_gemini_is_written_anew(sqlite: Database, writer: str, keeps: bool) -> None:
    """A retry after a script by Gemini begins at the beginning; after a template it continues from what Gemini finished."""
    runs = RunStage(sqlite)
    run = await runs.finish(await runs.request(), writer, KEPT.to_column())
    await runs.service.retry_run(run.id, HANA, channel=CHANNEL)
    (retried,) = await runs.list_runs(RunState.READY)
    assert (retried.progress, retried.version) == (KEPT.to_column() if keeps else "", 2)


async def test_without_a_key_a_finished_template_is_not_retried(sqlite: Database) -> None:
    """It would give the same template; a cancelled run is retried all the same."""
    runs = RunStage(sqlite, has_gemini=False)
    done = await runs.finish(await runs.request(), "template", "")
    with pytest.raises(StateError, match="No Gemini key"):
        await runs.service.retry_run(done.id, HANA, channel=CHANNEL)
    cancelled = await runs.request(2)
    await runs.service.cancel_run(cancelled.id, HANA)
    await runs.service.retry_run(cancelled.id, HANA, channel=CHANNEL)
    assert [run.chapter_number for run in await runs.list_runs(RunState.READY)] == [2]


async def test_an_unknown_run_is_not_found(runs: RunStage) -> None:
    """A button of a run that no longer exists says so."""
    with pytest.raises(NotFoundError):
        await runs.service.retry_run("runs_0000000000000000", HANA, channel=CHANNEL)


@pytest.mark.parametrize(("owner", "state"), [("operator", RunState.WRITING), (None, RunState.READY)])
async def test_a_run_with_an_owner_is_leased_at_once(
    sqlite: Database, clock: FakeClock, owner: str | None, state: RunState
) -> None:
    """Whoever writes a run without the worker leases it, so no worker takes it; a run without an owner waits for one."""
    duration = timedelta(minutes=30)
    request = ScriptRequest(ebook="ebook_001", chapter_number=1, title="T")
    run = (await sqlite.write(lambda tx: create_run(tx, request, CHAPTER, owner=owner, lease_duration=duration))).run
    assert (run.state, run.lease_owner) == (state, owner)
    assert run.lease_until == (clock.now + duration if owner else None)
