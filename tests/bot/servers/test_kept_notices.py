"""Notices that wait for a person, where the processes do not hear of one another."""

import pytest

from bot.notices import add_server_notice
from bot.servers import kept_notices
from bot.servers.kept_notices import KeptNotices
from storage import Database
from storage.states import NoticeState


async def test_a_kept_notice_is_found_although_the_wake_up_was_lost(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute the servers are read again; before that an interaction costs no query."""
    postgres = await Database.open(postgres_url)
    kept = KeptNotices(postgres)
    await kept.start()
    await postgres.write(lambda tx: tx.notices.add(2, "Paused.", NoticeState.KEPT))
    await postgres.write(lambda tx: add_server_notice(tx, 2, "This one still waits for its channel."))
    assert await kept.take(2) is None
    monkeypatch.setattr(kept_notices, "_LOADED_FOR_SECONDS", -1.0)
    assert await kept.take(2) == "Paused."
    assert await kept.take(2) is None
    await postgres.close()
