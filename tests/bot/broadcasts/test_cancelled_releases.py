"""A release that is called off before anybody had it."""

from datetime import timedelta

import pytest

from bot.actor import Actor
from bot.affiliates.subscriptions import AffiliateService, NewSubscription
from bot.broadcasts.cards import BroadcastCardService
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.service import BroadcastService
from bot.event_names import SCRIPT_RELEASE_CANCELLED
from bot.ports import NoDiscord
from storage import Database
from storage.states import DeliveryState, ScriptState
from storage.stores.broadcasts import BroadcastChanges
from storage.stores.events import EventFilter
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock

HANA = Actor(1, "Hana", team=True)


@pytest.mark.parametrize("has_arrived", [False, True])
async def test_a_cancelled_release_can_be_repeated(sqlite: Database, clock: FakeClock, *, has_arrived: bool) -> None:
    """Cancelled before its time, a chapter is approved again and can be released; once somebody has it, it stays out."""
    discord = NoDiscord()
    drafts = DraftService(sqlite, discord, lambda: None)
    service = BroadcastService(sqlite, BroadcastCardService(sqlite, discord, discord), lambda: None)
    affiliates = AffiliateService(sqlite, discord)
    for guild_id in (10, 20):
        await affiliates.subscribe_channel(NewSubscription(guild_id, "Server", guild_id + 1, "lore"), HANA)
    await add_script(sqlite, "fox", 1, ScriptState.APPROVED)
    async with sqlite.read() as tx:
        (script,) = [stored async for stored in tx.scripts.stream()]
    draft = await drafts.compose_release(script.id, "", HANA)
    await drafts.change_draft(draft.id, BroadcastChanges(due_at=clock.now + timedelta(hours=2)))
    await drafts.confirm_draft(draft.id, HANA)
    if has_arrived:
        clock.advance(hours=2)
        (first,) = await sqlite.write(lambda tx: tx.deliveries.claim("sender", 1))
        await sqlite.write(lambda tx: tx.deliveries.finish(first.id, first.lease, DeliveryState.SENT, message_id=7))
    await service.stop_broadcast(draft.id, HANA)
    async with sqlite.read() as tx:
        stored = await tx.scripts.get(script.id)
        cancelled = [event async for event in tx.events.stream(EventFilter(event=SCRIPT_RELEASE_CANCELLED))]
    assert (stored.state is ScriptState.RELEASED) is has_arrived
    assert len(cancelled) == (0 if has_arrived else 1)
    if not has_arrived:
        again = await drafts.compose_release(script.id, "", HANA)
        await drafts.confirm_draft(again.id, HANA)
        async with sqlite.read() as tx:
            assert (await tx.scripts.get(script.id)).state is ScriptState.RELEASED
