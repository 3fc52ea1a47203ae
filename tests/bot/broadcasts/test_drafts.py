"""What a draft may become, and who may make it so: releases, second approvers and the previews that people have seen."""

from typing import Any

import pytest

from bot.actor import Actor
from bot.affiliates.subscriptions import AffiliateService, NewSubscription
from bot.broadcasts.drafts import DraftService, RecipientsChangedError, TimePassedError
from bot.broadcasts.post import Post
from bot.errors import ForbiddenError, NotFoundError, StateError
from bot.ports import NoDiscord
from bot.studio_config import StudioConfig, save_config
from storage import Database
from storage.states import BroadcastState, ScriptState
from storage.stores.broadcasts import Broadcast, BroadcastChanges
from storage.stores.events import EventFilter
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock

HANA, KENJI, MIO = Actor(1, "Hana", team=True), Actor(2, "Kenji", team=True), Actor(3, "Mio", team=True)
POST = Post("Soon", "The well opens.")
UNKNOWN_ID = "notifications_0000000000000000"


@pytest.fixture
async def drafts(sqlite: Database) -> DraftService:
    """The service, with one subscribed channel."""
    await AffiliateService(sqlite, NoDiscord()).subscribe_channel(NewSubscription(10, "Red Lantern", 11, "lore"), HANA)
    return DraftService(sqlite, NoDiscord(), lambda: None)


async def require_two(database: Database) -> None:
    await database.write(lambda tx: save_config(tx, StudioConfig(second_approver=True)))


async def add_chapter(database: Database, state: ScriptState) -> str:
    """The id of a script of the fox in this state."""
    await add_script(database, "fox", 1, state)
    async with database.read() as tx:
        return [stored.id async for stored in tx.scripts.stream()][-1]


async def get(database: Database, broadcast_id: str) -> Broadcast:
    async with database.read() as tx:
        return await tx.broadcasts.get(broadcast_id)


async def list_events(database: Database) -> list[str]:
    async with database.read() as tx:
        return [event.event async for event in tx.events.stream(EventFilter())]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(ScriptState.DRAFT, "still a draft"), (ScriptState.RELEASED, "already been released")],
)
async def test_only_an_approved_script_can_be_released(
    sqlite: Database, drafts: DraftService, state: ScriptState, sentence: str
) -> None:
    """A script that nobody has approved is not announced, nor is one announced twice as new."""
    with pytest.raises(StateError, match=sentence):
        await drafts.compose_release(await add_chapter(sqlite, state), "", HANA)
    with pytest.raises(NotFoundError, match="no longer known"):
        await drafts.compose_release("audio_scripts_0000000000000000", "", HANA)


@pytest.mark.parametrize(
    ("typed", "link"), [("", "https://example.org"), ("https://a.example/b", "https://a.example/b")]
)
async def test_a_release_keeps_its_link(sqlite: Database, drafts: DraftService, typed: str, link: str) -> None:
    """The typed link, or else the script's own, is in the post, in the released script and in the event."""
    script_id = await add_chapter(sqlite, ScriptState.APPROVED)
    draft = await drafts.compose_release(script_id, typed, HANA)
    assert (draft.link, draft.script_id, draft.ebook_id) == (link, script_id, "fox")
    await drafts.confirm_draft(draft.id, HANA)
    async with sqlite.read() as tx:
        stored = await tx.scripts.get(script_id)
        (event,) = [event async for event in tx.events.stream(EventFilter(event="Script released"))]
    assert (stored.state, stored.link) == (ScriptState.RELEASED, link)
    assert f'"link":"{link}"' in event.data.replace(": ", ":")


@pytest.mark.parametrize(("author", "confirmer"), [(HANA, HANA), (HANA, KENJI), (KENJI, HANA)])
async def test_author_and_confirmer_are_no_second_approver(
    sqlite: Database, drafts: DraftService, author: Actor, confirmer: Actor
) -> None:
    """Whoever composed or confirmed an announcement cannot approve it; a third person can, once."""
    await require_two(sqlite)
    draft = await drafts.compose_draft(POST, author)
    preview = await drafts.confirm_draft(draft.id, confirmer)
    assert preview.broadcast.state is BroadcastState.PENDING
    for person in (author, confirmer):
        with pytest.raises(ForbiddenError, match="your own announcement"):
            await drafts.approve_broadcast(draft.id, person)
    assert (await get(sqlite, draft.id)).state is BroadcastState.PENDING
    assert "Broadcast sent" not in await list_events(sqlite)
    approved = await drafts.approve_broadcast(draft.id, MIO)
    assert approved.broadcast.state is BroadcastState.SENDING
    assert "Broadcast sent" in await list_events(sqlite)
    with pytest.raises(StateError, match="already been confirmed"):
        await drafts.approve_broadcast(draft.id, MIO)


async def test_a_draft_cannot_be_approved_past_its_confirmation(sqlite: Database, drafts: DraftService) -> None:
    """Approving is for what waits for approval: a draft that nobody has confirmed stays a draft."""
    draft = await drafts.compose_draft(POST, HANA)
    with pytest.raises(StateError):
        await drafts.approve_broadcast(draft.id, KENJI)
    assert (await get(sqlite, draft.id)).state is BroadcastState.DRAFT


async def test_nothing_goes_to_channels_that_were_not_counted(sqlite: Database, drafts: DraftService) -> None:
    """A preview of other channels confirms and approves nothing; the fingerprint of the current one does."""
    await require_two(sqlite)
    draft = await drafts.compose_draft(POST, HANA)
    with pytest.raises(RecipientsChangedError):
        await drafts.confirm_draft(draft.id, HANA, "00000000")
    seen = (await drafts.preview_draft(draft.id)).fingerprint
    await drafts.confirm_draft(draft.id, HANA, seen)
    with pytest.raises(RecipientsChangedError):
        await drafts.approve_broadcast(draft.id, KENJI, "00000000")
    assert len((await drafts.approve_broadcast(draft.id, KENJI, seen)).targets) == 1


async def test_a_passed_time_is_confirmed_only_on_purpose(
    sqlite: Database, drafts: DraftService, clock: FakeClock
) -> None:
    """At its very time an announcement can no longer be confirmed or approved silently."""
    await require_two(sqlite)
    draft = await drafts.compose_draft(POST, HANA)
    due_at = clock.now.replace(hour=21)
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=due_at))
    await drafts.confirm_draft(draft.id, HANA)
    clock.now = due_at
    with pytest.raises(TimePassedError):
        await drafts.approve_broadcast(draft.id, KENJI)
    approved = await drafts.approve_broadcast(draft.id, KENJI, at_once=True)
    assert (approved.broadcast.state, approved.broadcast.due_at) == (BroadcastState.SENDING, None)


async def test_a_change_is_refused_where_every_text_needs_two(sqlite: Database, drafts: DraftService) -> None:
    """A new text for posts that have arrived would pass the second approver by, and is no announcement of its own."""
    sent = await drafts.compose_draft(POST, HANA)
    await drafts.confirm_draft(sent.id, HANA)
    change = await drafts.compose_change(sent.id, Post("Now", "It is open."), HANA)
    with pytest.raises(StateError, match="changes posts that were already sent"):
        await drafts.confirm_draft(change.id, HANA)
    await require_two(sqlite)
    with pytest.raises(StateError, match="requires two people"):
        await drafts.compose_change(sent.id, Post("Now", "It is open."), HANA)


@pytest.mark.parametrize("is_pending", [True, False])
async def test_what_was_discarded_is_never_sent(sqlite: Database, drafts: DraftService, *, is_pending: bool) -> None:
    """Neither confirming nor approving revives it; only one that waited for approval is reported as discarded."""
    if is_pending:
        await require_two(sqlite)
    draft: Any = await drafts.compose_draft(POST, HANA)
    if is_pending:
        await drafts.confirm_draft(draft.id, HANA)
    await drafts.discard_broadcast(draft.id, KENJI)
    assert ("Broadcast discarded" in await list_events(sqlite)) is is_pending
    for press in (drafts.confirm_draft, drafts.approve_broadcast, drafts.discard_broadcast):
        with pytest.raises(StateError):
            await press(draft.id, MIO)
    assert (await get(sqlite, draft.id)).state is BroadcastState.CANCELLED
    with pytest.raises(NotFoundError):
        await drafts.discard_broadcast(UNKNOWN_ID, MIO)
