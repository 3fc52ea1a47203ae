"""The stage, without a Gemini key: the template writes at once. On SQLite, or with STAGE_POSTGRES=1 on PostgreSQL."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.stage import Stage, open_stage


@pytest.fixture
def stage_url(request: pytest.FixtureRequest) -> str:
    """Where the stage's memory is."""
    return str(request.getfixturevalue("postgres_url" if os.environ.get("STAGE_POSTGRES") else "sqlite_url"))


@pytest.fixture
async def stage(stage_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The bot on its stage."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with open_stage(stage_url) as found:
        yield found
