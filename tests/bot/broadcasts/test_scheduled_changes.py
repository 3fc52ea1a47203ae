"""Another text or another time for an announcement that is scheduled and has not begun."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.actor import Actor
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.drafts import DraftService, TimePassedError
from bot.broadcasts.post import Post
from bot.broadcasts.service import BroadcastService
from bot.errors import ForbiddenError, StateError
from bot.event_names import BROADCAST_CHANGED, SCRIPT_RELEASE_CANCELLED, SCRIPT_RELEASED
from bot.ports import NoDiscord
from bot.studio_config import StudioConfig, save_config
from storage import Database
from storage.states import BroadcastState, DeliveryState, ScriptState
from storage.stores.broadcasts import Broadcast, BroadcastChanges
from storage.stores.delivery_values import Delivery
from storage.stores.events import EventFilter
from tests.bot.broadcasts.scripted_sender import rows
from tests.bot.broadcasts.test_recipients import CLOSED, ClosedChannel, subscribe
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock

HANA, KENJI = Actor(1, "Hana", team=True), Actor(2, "Kenji", team=True)
POST, NEW = Post("Soon", "The well opens."), Post("Sooner", "The well is open.")


@pytest.fixture
def drafts(sqlite: Database) -> DraftService:
    """Composes and confirms; one of the channels may be closed."""
    return DraftService(sqlite, ClosedChannel(), lambda: None)


@pytest.fixture
def broadcasts(sqlite: Database) -> BroadcastService:
    """Applies the changes."""
    return BroadcastService(sqlite, BroadcastCardService(sqlite, NoDiscord(), NoDiscord()), lambda: None)


async def require_two(database: Database) -> None:
    await database.write(lambda tx: save_config(tx, StudioConfig(second_approver=True)))


async def schedule(drafts: DraftService, due_at: datetime, *approvers: Actor, script_id: str | None = None) -> str:
    """The id of an announcement by Hana that is scheduled for this moment, approved by somebody where that is required."""
    release = drafts.compose_release(script_id, "", HANA) if script_id else drafts.compose_draft(POST, HANA)
    draft = await release
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=due_at))
    await drafts.confirm_draft(draft.id, HANA)
    for by in approvers:
        await drafts.approve_broadcast(draft.id, by)
    return draft.id


async def change(
    drafts: DraftService, broadcasts: BroadcastService, broadcast_id: str, post: Post, by: Actor, **at: datetime
) -> tuple[Broadcast, int]:
    """Prepares the change as the dialogue does, and confirms what the preview has shown."""
    draft = await drafts.compose_change(broadcast_id, post, by)
    if at:
        await drafts.change_draft(draft.id, BroadcastChanges(due_at=at["due_at"]))
    shown = await drafts.preview_draft(draft.id)
    return await broadcasts.apply_change(draft.id, by, shown.fingerprint)


async def get(database: Database, broadcast_id: str) -> Broadcast:
    async with database.read() as tx:
        return await tx.broadcasts.get(broadcast_id)


async def list_events(database: Database) -> list[str]:
    async with database.read() as tx:
        return [event.event async for event in tx.events.stream(EventFilter())]


def summarize(deliveries: list[Delivery]) -> list[tuple[DeliveryState, datetime]]:
    return [(each.state, each.due_at) for each in deliveries]


async def test_text_and_time_are_changed_until_it_begins(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """The same announcement goes to the same channels, with the new text and at the new time; an event says so."""
    await subscribe(sqlite, 1, 10)
    soon, later = clock.now + timedelta(hours=1), clock.now + timedelta(hours=5)
    broadcast_id = await schedule(drafts, soon)
    await subscribe(sqlite, 2, 20)  # has not been counted
    shown = await drafts.preview_draft((await drafts.compose_change(broadcast_id, NEW, KENJI)).id)
    assert ([target.channel_id for target in shown.targets], shown.broadcast.due_at) == ([10], soon)
    changed, channels = await change(drafts, broadcasts, broadcast_id, NEW, KENJI, due_at=later)
    assert (changed.id, changed.state, changed.title, changed.due_at, channels) == (
        broadcast_id,
        BroadcastState.SENDING,
        "Sooner",
        later,
        1,
    )
    assert summarize(await rows(sqlite, broadcast_id)) == [(DeliveryState.READY, later)]
    assert (await list_events(sqlite))[-1] == BROADCAST_CHANGED


async def test_now_means_at_once(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """A scheduled announcement that is moved to "now" is due at this moment."""
    await subscribe(sqlite, 1, 10)
    broadcast_id = await schedule(drafts, clock.now + timedelta(hours=1))
    draft = await drafts.compose_change(broadcast_id, POST, HANA)
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=None))
    changed, _ = await broadcasts.apply_change(draft.id, HANA)
    assert changed.due_at == clock.now
    assert summarize(await rows(sqlite, broadcast_id)) == [(DeliveryState.READY, clock.now)]


async def test_a_changed_text_is_approved_again(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """Nothing is posted until somebody other than whoever changed it approves; until then the release is taken back."""
    await require_two(sqlite)
    await subscribe(sqlite, 1, 10)
    await subscribe(sqlite, 2, CLOSED)
    await add_script(sqlite, "fox", 1, ScriptState.APPROVED)
    async with sqlite.read() as tx:
        (script_id,) = [stored.id async for stored in tx.scripts.stream()]
    soon = clock.now + timedelta(hours=1)
    broadcast_id = await schedule(drafts, soon, KENJI, script_id=script_id)
    changed, _ = await change(drafts, broadcasts, broadcast_id, NEW, KENJI)
    assert (changed.state, changed.title, changed.approved_by) == (BroadcastState.PENDING, "Sooner", None)
    assert await rows(sqlite, broadcast_id) == []
    async with sqlite.read() as tx:
        assert (await tx.scripts.get(script_id)).state is ScriptState.APPROVED
    with pytest.raises(ForbiddenError):
        await drafts.approve_broadcast(broadcast_id, KENJI)
    await drafts.approve_broadcast(broadcast_id, HANA)
    assert {state for state, _ in summarize(await rows(sqlite, broadcast_id))} == {
        DeliveryState.READY,
        DeliveryState.REFUSED,
    }
    async with sqlite.read() as tx:
        assert (await tx.scripts.get(script_id)).state is ScriptState.RELEASED
        closed = await tx.subscriptions.find_by_guild(2)
    assert closed is not None
    assert closed.refusals == 1, "one announcement is one refusal, however often it is approved"
    names = await list_events(sqlite)
    assert (names.count(SCRIPT_RELEASED), names.count(SCRIPT_RELEASE_CANCELLED)) == (2, 1)


async def test_an_approver_has_seen_the_text_that_is_posted(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """A press on a card that shows the earlier text approves nothing."""
    await require_two(sqlite)
    await subscribe(sqlite, 1, 10)
    draft = await drafts.compose_draft(POST, HANA)
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=clock.now + timedelta(hours=1)))
    seen = (await drafts.confirm_draft(draft.id, HANA)).fingerprint
    await drafts.approve_broadcast(draft.id, KENJI, seen)
    await change(drafts, broadcasts, draft.id, NEW, HANA)
    with pytest.raises(StateError, match="have changed since"):
        await drafts.approve_broadcast(draft.id, KENJI, seen)


async def test_another_time_alone_needs_no_second_approval(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """The approval stays with the text that was approved; one that nobody has approved needs it."""
    await subscribe(sqlite, 1, 10)
    soon, later = clock.now + timedelta(hours=1), clock.now + timedelta(hours=5)
    unapproved = await schedule(drafts, soon)
    await require_two(sqlite)
    approved = await schedule(drafts, soon, KENJI)
    moved, _ = await change(drafts, broadcasts, approved, POST, HANA, due_at=later)
    assert (moved.state, moved.due_at, bool(moved.approved_by)) == (BroadcastState.SENDING, later, True)
    waiting, _ = await change(drafts, broadcasts, unapproved, POST, HANA, due_at=later)
    assert waiting.state is BroadcastState.PENDING


async def test_a_change_that_comes_too_late_changes_nothing(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock
) -> None:
    """What has begun, was cancelled, or would go out at a time that is over, stays as it is."""
    await subscribe(sqlite, 1, 10)
    broadcast_id = await schedule(drafts, clock.now + timedelta(hours=2))
    draft = await drafts.compose_change(broadcast_id, NEW, HANA)
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=clock.now + timedelta(hours=1)))
    clock.advance(hours=1)
    with pytest.raises(TimePassedError):
        await broadcasts.apply_change(draft.id, HANA)
    clock.advance(hours=1)
    with pytest.raises(StateError, match="still on their way"):
        await broadcasts.apply_change(draft.id, HANA)
    assert (await get(sqlite, broadcast_id)).title == "Soon"
    other = await schedule(drafts, clock.now + timedelta(hours=2))
    late = await drafts.compose_change(other, replace(NEW, title="Late"), HANA)
    await broadcasts.stop_broadcast(other, HANA)
    with pytest.raises(StateError, match="No post of this announcement"):
        await broadcasts.apply_change(late.id, HANA)
    assert (await get(sqlite, other)).state is BroadcastState.CANCELLED


@pytest.mark.parametrize("two_people", [False, True])
async def test_what_has_just_begun_is_not_changed(
    sqlite: Database, drafts: DraftService, broadcasts: BroadcastService, clock: FakeClock, *, two_people: bool
) -> None:
    """A post that another process has begun to send keeps the text that was confirmed, and so do the others."""
    for number in (1, 2):
        await subscribe(sqlite, number, number * 10)
    broadcast_id = await schedule(drafts, clock.now + timedelta(hours=1))
    if two_people:
        await require_two(sqlite)
    draft = await drafts.compose_change(broadcast_id, NEW, HANA)
    await sqlite.write(lambda tx: tx.deliveries.move_unsent(broadcast_id, clock.now))
    await sqlite.write(lambda tx: tx.deliveries.claim("faster", 1))
    with pytest.raises(StateError, match="is being posted"):
        await broadcasts.apply_change(draft.id, HANA)
    assert len(await rows(sqlite, broadcast_id)) == 2
    assert ((await get(sqlite, broadcast_id)).title, (await get(sqlite, draft.id)).state) == (
        "Soon",
        BroadcastState.DRAFT,
    )
