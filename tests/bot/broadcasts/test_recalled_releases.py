"""A chapter whose announcement was recalled: it stays released until somebody takes that back."""

import pytest

from bot.actor import Actor
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.service import BroadcastService
from bot.errors import StateError
from bot.event_names import SCRIPT_RELEASE_CANCELLED
from bot.ports import NoDiscord
from storage import Database
from storage.states import DeliveryState, ScriptState
from storage.stores.events import EventFilter
from tests.bot.broadcasts.test_recipients import subscribe
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock

HANA = Actor(1, "Hana", team=True)


@pytest.fixture
def drafts(sqlite: Database) -> DraftService:
    """Composes and confirms releases."""
    return DraftService(sqlite, NoDiscord(), lambda: None)


@pytest.fixture
def broadcasts(sqlite: Database) -> BroadcastService:
    """Recalls them."""
    return BroadcastService(sqlite, BroadcastCardService(sqlite, NoDiscord(), NoDiscord()), lambda: None)


async def finish_all(database: Database, state: DeliveryState) -> None:
    """What waits is done, as the dispatcher would do it."""
    for row in await database.write(lambda tx: tx.deliveries.claim("sender", 10)):
        await database.write(
            lambda tx, row=row: tx.deliveries.finish(row.id, row.lease, state, message_id=row.message_id or 7)  # type: ignore[misc]
        )
    await database.write(lambda tx: tx.broadcasts.finish_completed())


async def release(database: Database, drafts: DraftService, script_id: str) -> str:
    """The id of the announcement that has released the script and reached its channel."""
    draft = await drafts.compose_release(script_id, "", HANA)
    await drafts.confirm_draft(draft.id, HANA)
    await finish_all(database, DeliveryState.SENT)
    return draft.id


async def recall(database: Database, broadcasts: BroadcastService, broadcast_id: str) -> None:
    """Its posts are gone."""
    await broadcasts.recall_posts(broadcast_id, HANA)
    await finish_all(database, DeliveryState.RECALLED)


async def test_a_release_is_taken_back_after_its_recall(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """Not while a post is left, and once; the script can then be released again, which the first card cannot undo."""
    await subscribe(sqlite, 1, 10)
    await add_script(sqlite, "fox", 1, ScriptState.APPROVED)
    async with sqlite.read() as tx:
        (script_id,) = [stored.id async for stored in tx.scripts.stream()]
    first = await release(sqlite, drafts, script_id)
    assert not (await broadcasts.get_status(first)).holds_release
    with pytest.raises(StateError, match="in a channel"):
        await broadcasts.withdraw_release(first, HANA)
    await recall(sqlite, broadcasts, first)
    assert (await broadcasts.get_status(first)).holds_release

    assert (await broadcasts.withdraw_release(first, HANA)).script_id == script_id
    async with sqlite.read() as tx:
        assert (await tx.scripts.get(script_id)).state is ScriptState.APPROVED
        assert len([event async for event in tx.events.stream(EventFilter(event=SCRIPT_RELEASE_CANCELLED))]) == 1
    with pytest.raises(StateError, match="not released by this"):
        await broadcasts.withdraw_release(first, HANA)

    clock.advance(minutes=1)
    second = await release(sqlite, drafts, script_id)
    await recall(sqlite, broadcasts, second)
    assert not (await broadcasts.get_status(first)).holds_release
    with pytest.raises(StateError, match="not released by this"):
        await broadcasts.withdraw_release(first, HANA)
    async with sqlite.read() as tx:
        assert (await tx.scripts.get(script_id)).state is ScriptState.RELEASED
