"""The stage, on SQLite and without a Gemini key: the template writes at once."""

from collections.abc import AsyncIterator

import pytest

from tests.stage import Stage, staged


@pytest.fixture
async def stage(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The bot on its stage."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with staged(sqlite_url) as found:
        yield found
