"""What a batch has written, as one download."""

import json

import pytest

from bot.batches.batch_view import BatchView
from bot.batches.plan import BatchOptions
from bot.errors import NotFoundError, StateError
from bot.event_names import EBOOK_DOWNLOADED
from bot.exports.book.service import BookExportService
from bot.generation.writer import GenerationErrorKind
from bot.scripts.models import ScriptMode
from storage.states import BatchState, ScriptState
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from tests.bot.batches.batch_stage import BOOK, BatchStage
from tests.bot.exports.pack.packs import read_archive
from tests.bot.generation.run_stage import CHANNEL, HANA


def is_done(view: BatchView) -> bool:
    """Whether the batch has ended by itself."""
    return view.batch.state is BatchState.DONE


async def export(stage: BatchStage, batch_id: str) -> dict[str, bytes]:
    """The files of the only archive."""
    exports = BookExportService(stage.database)
    async with exports.export_batch(batch_id, 10_000_000, HANA, list[str]().append) as archives:
        (file,) = archives.files
        return read_archive(file.content.read())


async def test_a_download_has_what_gemini_wrote_in_the_batch_and_nothing_else(stage: BatchStage) -> None:
    """Neither failed chapters nor an older approved version of the same chapter; the event names batch and scripts."""
    old = NewScript(
        ebook_id=BOOK,
        chapter_number=1,
        version=1,
        title="Old",
        theme="",
        writer="gemini",
        body="{}",
        state=ScriptState.APPROVED,
    )
    await stage.database.write(lambda tx: tx.scripts.add(old))
    stage.writer.errors[2] = [GenerationErrorKind.PROMPT_BLOCKED]
    options = BatchOptions(ebook=BOOK, chapters="1-3", mode=ScriptMode.ADAPTED, rewrite=True)
    batch = await stage.service.start(options, HANA, channel=CHANNEL)
    view = await stage.wait_for(batch, is_done)
    files = await export(stage, batch.id)
    assert {name.partition("/")[0] for name in files} == {"README.txt", "CH01", "CH03"}
    listing = files["README.txt"].decode("utf-8-sig")
    assert "The Fox, chapters 1, 3: all scripts" in listing
    assert "  1. Bell 1: version 2, draft" in listing
    async with stage.database.read() as tx:
        (event,) = [event async for event in tx.events.stream(EventFilter(event=EBOOK_DOWNLOADED))]
    data = json.loads(event.data)
    assert (data["batch_id"], data["script_ids"]) == (batch.id, [each.script_id for each in view.done])


async def test_a_batch_without_a_script_is_refused_with_a_sentence(stage: BatchStage) -> None:
    """Nothing written, or no such batch."""
    stage.writer.errors[2] = [GenerationErrorKind.PROMPT_BLOCKED]
    batch = await stage.start("2")
    await stage.wait_for(batch, is_done)
    with pytest.raises(StateError, match="no script"):
        await export(stage, batch.id)
    with pytest.raises(NotFoundError, match="no longer known"):
        await export(stage, "batches_0123456789abcdef")
