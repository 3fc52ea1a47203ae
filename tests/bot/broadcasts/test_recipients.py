"""Which channels get a broadcast, which are left out, and what is created and reported when it begins."""

from dataclasses import replace

import pytest

from bot.actor import Actor
from bot.affiliates.subscriptions import AffiliateService, NewSubscription
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import BroadcastPreview, Post
from bot.event_names import BROADCAST_SENT
from bot.ports import NoDiscord
from bot.studio_config import AnnouncementChannel, StudioConfig, save_config
from storage import Database, WriteTransaction
from storage.states import Audience, BroadcastState, DeliveryState, ScriptState, SubscriptionState
from storage.stores.broadcasts import BroadcastChanges
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from storage.stores.subscriptions import SubscriptionChanges
from tests.bot.progress.test_books import add_script
from tests.bot.servers.stored_notices import list_notices
from tests.conftest import FakeClock

HANA, KENJI = Actor(1, "Hana", team=True), Actor(2, "Kenji", team=True)
POST = Post("Soon", "The well opens.")
CLOSED = 99


class ClosedChannel(NoDiscord):
    """Channel access in which one channel is closed to the bot."""

    def find_obstacle(self, guild_id: int, channel_id: int) -> str:  # noqa: ARG002 - part of the protocol
        """An obstacle for the closed channel."""
        return "lacks Send Messages" if channel_id == CLOSED else ""


@pytest.fixture
def drafts(sqlite: Database) -> DraftService:
    """The service over an empty database."""
    return DraftService(sqlite, ClosedChannel(), lambda: None)


async def subscribe(database: Database, guild_id: int, channel_id: int, *ebooks: str) -> None:
    """Subscribes a server; ``ebooks`` are the books that it follows."""
    affiliates = AffiliateService(database, NoDiscord())
    await affiliates.subscribe_channel(NewSubscription(guild_id, f"Server {guild_id}", channel_id, "lore"), HANA)
    if ebooks:
        await affiliates.change_subscription(guild_id, SubscriptionChanges(ebooks=ebooks), HANA)


async def preview(
    drafts: DraftService, ebook_id: str | None = None, changes: BroadcastChanges | None = None
) -> BroadcastPreview:
    """The preview of a new draft about this book."""
    draft = await drafts.compose_draft(POST, HANA, ebook_id)
    if changes is not None:
        await drafts.change_draft(draft.id, changes)
    return await drafts.preview_draft(draft.id)


def channels(shown: BroadcastPreview) -> list[int]:
    """The ids of the channels that would get it."""
    return sorted(target.channel_id for target in shown.targets)


async def test_followers_of_other_books_are_asked_only_for_everyone(sqlite: Database, drafts: DraftService) -> None:
    """For everyone it goes to every subscription, for followers to those of its book and those that follow every book."""
    for book in ("fox", "well"):
        await add_script(sqlite, book, 1, ScriptState.RELEASED)
    await subscribe(sqlite, 1, 10)
    await subscribe(sqlite, 2, 20, "fox")
    await subscribe(sqlite, 3, 30, "well")
    assert channels(await preview(drafts, "fox")) == [10, 20, 30]
    followers = BroadcastChanges(audience=Audience.FOLLOWERS)
    assert channels(await preview(drafts, "fox", followers)) == [10, 20]


async def test_the_announcement_channel_gets_one_post(sqlite: Database, drafts: DraftService) -> None:
    """The studio's own channel is a recipient, and only once if it is subscribed as well."""
    own = AnnouncementChannel(guild_id=5, guild_name="Studio", channel_id=50, channel_name="news")
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(announcement=own)))
    await subscribe(sqlite, 1, 10)
    assert channels(await preview(drafts)) == [10, 50]
    await subscribe(sqlite, 5, 50)
    assert channels(await preview(drafts)) == [10, 50]


async def test_who_is_left_out_is_named_with_the_reason(sqlite: Database, drafts: DraftService) -> None:
    """Closed, paused and waiting channels get nothing and are listed; only the closed one counts as a refusal."""
    await subscribe(sqlite, 1, 10)
    await subscribe(sqlite, 2, CLOSED)
    await subscribe(sqlite, 3, 30)
    async with sqlite.read() as tx:
        third = await tx.subscriptions.find_by_guild(3)
    assert third is not None
    await sqlite.write(lambda tx: tx.subscriptions.pause(third.id))
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(approve_affiliates=True)))
    await subscribe(sqlite, 4, 40)
    shown = await preview(drafts)
    assert channels(shown) == [10]
    left_out = {target.channel_id: why for target, why in shown.left_out}
    assert left_out == {CLOSED: "lacks Send Messages", 30: "paused", 40: "not admitted yet"}
    assert [target.channel_id for target, _ in shown.unreachable] == [CLOSED]


async def test_a_closed_channel_is_refused_and_paused_after_three(sqlite: Database, drafts: DraftService) -> None:
    """Each broadcast records a refusal without a request; the third pauses the subscription, and the server is told once."""
    await subscribe(sqlite, 1, 10)
    await subscribe(sqlite, 2, CLOSED)
    for number in range(3):
        assert await list_notices(sqlite) == []
        draft = await drafts.compose_draft(POST, HANA)
        confirmed = await drafts.confirm_draft(draft.id, HANA)
        assert confirmed.broadcast.state is BroadcastState.SENDING
        async with sqlite.read() as tx:
            counts = await tx.deliveries.count(draft.id)
            subscription = await tx.subscriptions.find_by_guild(2)
        assert counts.by_state == {DeliveryState.READY: 1, DeliveryState.REFUSED: 1}
        assert subscription is not None
        assert subscription.refusals == number + 1
    assert subscription is not None
    assert subscription.state is SubscriptionState.PAUSED
    ((guild_id, text),) = await list_notices(sqlite)
    assert guild_id == 2
    assert f"<#{CLOSED}>" in text


async def test_a_closed_announcement_channel_is_refused_without_a_subscription(
    sqlite: Database, drafts: DraftService
) -> None:
    """The studio's own channel has no subscription that could be paused."""
    own = AnnouncementChannel(guild_id=5, guild_name="Studio", channel_id=CLOSED, channel_name="news")
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(announcement=own)))
    await subscribe(sqlite, 1, 10)
    draft = await drafts.compose_draft(POST, HANA)
    await drafts.confirm_draft(draft.id, HANA)
    async with sqlite.read() as tx:
        assert (await tx.deliveries.count(draft.id)).by_state == {DeliveryState.READY: 1, DeliveryState.REFUSED: 1}
    assert await list_notices(sqlite) == []


async def test_a_change_counts_the_posts_that_stand(sqlite: Database, drafts: DraftService) -> None:
    """The preview of a change has no channels of its own; it says how many posts it would change."""
    await subscribe(sqlite, 1, 10)
    await subscribe(sqlite, 2, 20)
    draft = await drafts.compose_draft(POST, HANA)
    await drafts.confirm_draft(draft.id, HANA)
    (first, _) = await sqlite.write(lambda tx: tx.deliveries.claim("sender", 2))
    await sqlite.write(lambda tx: tx.deliveries.finish(first.id, first.lease, DeliveryState.SENT, message_id=7))
    change = await drafts.compose_change(draft.id, replace(POST, message="It is open."), HANA)
    shown = await drafts.preview_draft(change.id)
    assert (shown.targets, shown.left_out, shown.changed_posts) == ((), (), (first.id,))


@pytest.mark.parametrize(("writer", "is_template"), [("template", True), ("gemini", False)])
async def test_a_template_is_named_in_the_preview(
    sqlite: Database, drafts: DraftService, writer: str, *, is_template: bool
) -> None:
    """Whoever confirms a release sees whether its script is only a template."""

    async def work(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add("fox", "The fox")
        return await tx.scripts.add(
            NewScript(
                ebook_id="fox",
                chapter_number=1,
                version=1,
                title="One",
                theme="",
                writer=writer,
                body="{}",
                state=ScriptState.APPROVED,
            )
        )

    script_id = await sqlite.write(work)
    draft = await drafts.compose_release(script_id, "", HANA)
    assert (await drafts.preview_draft(draft.id)).is_template is is_template
    assert not (await preview(drafts, "fox")).is_template


async def test_the_event_names_the_second_approver_only_where_there_is_one(
    sqlite: Database, drafts: DraftService
) -> None:
    """``approved_by`` is a member id in the event of a broadcast that two people have confirmed."""
    await subscribe(sqlite, 1, 10)
    alone = await drafts.compose_draft(POST, HANA)
    await drafts.confirm_draft(alone.id, HANA)
    await sqlite.write(lambda tx: save_config(tx, StudioConfig(second_approver=True)))
    together = await drafts.compose_draft(POST, HANA)
    await drafts.confirm_draft(together.id, HANA)
    await drafts.approve_broadcast(together.id, KENJI)
    async with sqlite.read() as tx:
        kenji = await tx.members.find_id(KENJI.discord_id)
        first, second = [event.data async for event in tx.events.stream(EventFilter(event=BROADCAST_SENT))]
    assert "approved_by" not in first
    assert f'"approved_by":"{kenji}"' in second


async def test_a_broadcast_that_nobody_gets_is_done_at_once(
    sqlite: Database, drafts: DraftService, clock: FakeClock
) -> None:
    """Without a channel there is nothing to wait for, and no event says that something was sent."""
    draft = await drafts.compose_draft(POST, HANA)
    confirmed = await drafts.confirm_draft(draft.id, HANA)
    assert (confirmed.broadcast.state, confirmed.broadcast.finished_at) == (BroadcastState.DONE, clock.now)
    async with sqlite.read() as tx:
        assert [event async for event in tx.events.stream(EventFilter(event=BROADCAST_SENT))] == []
    program = await drafts.compose_and_confirm(POST, {"source": "façade"})
    async with sqlite.read() as tx:
        (sent,) = [event async for event in tx.events.stream(EventFilter(event=BROADCAST_SENT))]
        stored = await tx.broadcasts.get(program)
    assert '"metadata":{"source":"façade"}' in sent.data
    assert stored.state is BroadcastState.DONE
