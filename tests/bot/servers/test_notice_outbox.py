"""How notices are posted: in the channel that takes them, once, and else kept for whoever manages the server."""

from dataclasses import dataclass, field

import pytest

from bot.clock import wait_plainly
from bot.jobs.nonce_window import NONCE_WINDOW
from bot.notices import add_audit_notice, add_server_notice
from bot.ports import NoticeResult
from bot.servers.directory import ServerDirectory
from bot.servers.kept_notices import KeptNotices
from bot.servers.notice_outbox import MAX_ATTEMPTS, NoticeOutbox
from bot.studio_config import StudioConfig, save_config
from storage import Database
from storage.stores.known_servers import KnownServer
from storage.stores.notices import Notice
from tests.bot.servers.fake_cache import FakeCache, channel
from tests.bot.servers.stored_notices import list_notices
from tests.conftest import FakeClock

STUDIO, LANTERN, SYSTEM, LORE, AUDIT = 1, 2, 20, 21, 10
POSTED, REFUSED, UNCERTAIN = NoticeResult.POSTED, NoticeResult.REFUSED, NoticeResult.UNCERTAIN


@dataclass(slots=True)
class ScriptedMessages:
    """Answers every request with the next of the results, the last one for ever."""

    results: list[NoticeResult] = field(default_factory=lambda: [POSTED])
    posts: list[tuple[int, str, str]] = field(default_factory=list)

    async def post(self, channel_id: int, text: str, nonce: str) -> NoticeResult:
        """The next result."""
        self.posts.append((channel_id, text, nonce))
        return self.results.pop(0) if len(self.results) > 1 else self.results[0]

    @property
    def channel_ids(self) -> list[int]:
        """Where it was tried, in order."""
        return [channel_id for channel_id, _, _ in self.posts]


def make_outbox(database: Database, *results: NoticeResult) -> tuple[NoticeOutbox, ScriptedMessages]:
    """The outbox of a process that sees one server with two channels, and what it has posted."""
    cache = FakeCache()
    server = KnownServer(LANTERN, "Red Lantern", system_channel_id=SYSTEM)
    cache.add(server, channel(LORE, LANTERN), channel(SYSTEM, LANTERN, position=9))
    messages = ScriptedMessages(list(results) or [POSTED])
    directory = ServerDirectory(database, cache, wait_plainly, STUDIO, is_shared=True)
    return NoticeOutbox(database, messages, directory, wait_plainly), messages


async def claim(outbox: NoticeOutbox) -> Notice:
    """The one notice that is due."""
    (notice,) = await outbox.claim(outbox.jobs.owner, 5)
    return notice


async def test_a_notice_is_posted_once_in_the_system_channel(database: Database) -> None:
    """Afterwards nothing of it is stored."""
    outbox, messages = make_outbox(database)
    await database.write(lambda tx: add_server_notice(tx, LANTERN, "Paused."))
    notice = await claim(outbox)
    await outbox.run(notice, recovered=False)
    assert messages.posts == [(SYSTEM, "Paused.", notice.id)]
    assert await list_notices(database) == []
    assert await outbox.get_seconds_until_due() is None


async def test_a_fact_that_is_not_stored_is_not_told(sqlite: Database) -> None:
    """The notice is part of the transaction."""

    async def fail(tx: object) -> None:
        await add_server_notice(tx, LANTERN, "Paused.")  # type: ignore[arg-type]
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        await sqlite.write(fail)
    assert await list_notices(sqlite) == []


async def test_a_notice_that_no_channel_takes_is_kept_for_whoever_manages_the_server(database: Database) -> None:
    """Each channel is tried once; then the first person who manages the server gets it, and nobody else."""
    outbox, messages = make_outbox(database, REFUSED)
    here, there = KeptNotices(database), KeptNotices(database)
    await here.start()
    await there.start()
    for text in ("Paused.", "Ended."):
        await database.write(lambda tx, text=text: add_server_notice(tx, LANTERN, text))  # type: ignore[misc]
        await outbox.run(await claim(outbox), recovered=False)
    assert messages.channel_ids == [SYSTEM, LORE] * 2
    assert await here.take(STUDIO) is None
    assert await here.take(LANTERN) in {"Paused.\n\nEnded.", "Ended.\n\nPaused."}
    assert await there.take(LANTERN) is None
    await there.keep(LANTERN, "Ended.")
    restarted = KeptNotices(database)
    await restarted.start()
    assert await restarted.take(LANTERN) == "Ended."
    assert await list_notices(database) == []


async def test_an_uncertain_attempt_is_repeated_with_the_same_nonce_in_the_same_channel(
    sqlite: Database, clock: FakeClock
) -> None:
    """After growing waits, five times at most; another channel might make a second message of it."""
    outbox, messages = make_outbox(sqlite, UNCERTAIN)
    await sqlite.write(lambda tx: add_server_notice(tx, LANTERN, "Paused."))
    for seconds in (2, 8, 30, 60):
        await outbox.run(await claim(outbox), recovered=False)
        assert await outbox.get_seconds_until_due() == seconds
        assert await outbox.claim("another", 5) == []
        clock.advance(seconds=seconds)
    await outbox.run(await claim(outbox), recovered=False)
    assert messages.channel_ids == [SYSTEM] * MAX_ATTEMPTS
    assert len({nonce for _, _, nonce in messages.posts}) == 1
    async with sqlite.read() as tx:
        assert await tx.notices.list_servers_with_kept() == {LANTERN}


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_killed_process_leaves_no_second_message(
    database: Database, clock: FakeClock, *, is_late: bool
) -> None:
    """While Discord remembers the nonce another process repeats the attempt; later it keeps the notice instead."""
    (killed, _), (outbox, messages) = make_outbox(database), make_outbox(database)
    await database.write(lambda tx: save_config(tx, StudioConfig(audit_channel_id=AUDIT)))
    await database.write(lambda tx: add_server_notice(tx, LANTERN, "Paused."))
    notice = await claim(killed)
    await database.write(lambda tx: add_audit_notice(tx, "A board is gone."))
    audit = await claim(killed)
    clock.advance(seconds=NONCE_WINDOW.total_seconds() if is_late else 15)
    again = await outbox.recover(outbox.jobs.owner, all_owners=False)
    assert {each.id for each in again} == ({audit.id} if is_late else {notice.id, audit.id})
    await killed.run(notice, recovered=False)  # it was only halted, and goes on: it changes nothing any more
    for each in again:
        await outbox.run(each, recovered=True)
    assert {nonce for _, _, nonce in messages.posts} == {each.id for each in again}
    assert await list_notices(database) == ([(LANTERN, "Paused.")] if is_late else [])


@pytest.mark.parametrize(("audit_channel", "result"), [(AUDIT, POSTED), (AUDIT, REFUSED), (None, POSTED)])
async def test_the_audit_channel_gets_its_notices_or_nobody_does(
    sqlite: Database, audit_channel: int | None, result: NoticeResult
) -> None:
    """Nobody would come for them: one that the channel refuses is dropped, and so are all where there is no channel."""
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(audit_channel_id=audit_channel)))
    outbox, messages = make_outbox(sqlite, result)
    await sqlite.write(lambda tx: add_audit_notice(tx, "A board is gone."))
    await outbox.run(await claim(outbox), recovered=False)
    assert messages.channel_ids == ([AUDIT] if audit_channel else [])
    assert await list_notices(sqlite) == []


async def test_a_lease_is_renewed_until_another_process_has_it(sqlite: Database, clock: FakeClock) -> None:
    (first, _), (second, _) = make_outbox(sqlite), make_outbox(sqlite)
    await sqlite.write(lambda tx: add_server_notice(tx, LANTERN, "Paused."))
    notice = await claim(first)
    clock.advance(seconds=9)
    assert await first.renew(notice)
    clock.advance(seconds=9)
    assert await second.recover(second.jobs.owner, all_owners=False) == []
    clock.advance(seconds=2)
    assert await second.recover(second.jobs.owner, all_owners=False)
    assert not await first.renew(notice)
