"""Fixtures."""

from collections.abc import AsyncIterator

import pytest

from storage import Database
from tests.bot.batches.batch_stage import BatchStage


@pytest.fixture
async def stage(sqlite: Database) -> AsyncIterator[BatchStage]:
    """A book, and a worker that runs."""
    stage = BatchStage(sqlite)
    await stage.add_book()
    await stage.worker.start()
    yield stage
    await stage.worker.stop()
