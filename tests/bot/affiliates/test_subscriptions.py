"""Subscriptions: how they begin, change and end."""

import asyncio

import pytest

from bot.actor import Actor
from bot.affiliates.subscriptions import AffiliateService, NewSubscription
from bot.errors import InputError, NotFoundError, StateError
from bot.ports import NoDiscord
from storage import Database, WriteTransaction
from storage.states import ScriptState, SubscriptionState
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from storage.stores.subscriptions import SubscriptionChanges
from tests.conftest import FakeClock

HANA = Actor(1, "Hana")
RED_LANTERN = NewSubscription(10, "Red Lantern", 11, "lore")
NIGHT_OWLS = NewSubscription(20, "Night Owls", 21, "news")
UNKNOWN_ID = "subscriptions_0000000000000000"


class BlockedChannel(NoDiscord):
    """Channel access in which one channel cannot be written to."""

    def find_obstacle(self, guild_id: int, channel_id: int) -> str:  # noqa: ARG002 - part of the protocol
        """An obstacle for the channel of Night Owls."""
        return "lacks **Send Messages**" if channel_id == NIGHT_OWLS.channel_id else ""


@pytest.fixture
def affiliates(sqlite: Database) -> AffiliateService:
    """The service over an empty database."""
    return AffiliateService(sqlite, BlockedChannel())


async def add_public_book(database: Database, ebook_id: str, *, state: ScriptState = ScriptState.RELEASED) -> None:
    """A book whose first chapter has a script in this state."""

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add(ebook_id, ebook_id.title())
        await tx.scripts.add(
            NewScript(
                ebook_id=ebook_id,
                chapter_number=1,
                version=1,
                title="Chapter 1",
                theme="horror",
                writer="gemini",
                body="text",
                state=state,
            )
        )

    await database.write(work)


async def test_a_subscription_is_changed_and_ended(affiliates: AffiliateService) -> None:
    """Role and books change independently of each other, and a subscription that has ended cannot be changed."""
    await add_public_book(affiliates.database, "ebook_001")
    subscription = await affiliates.subscribe_channel(RED_LANTERN, HANA)
    assert subscription.state is SubscriptionState.ACTIVE
    await affiliates.change_subscription(10, SubscriptionChanges(ebooks=("ebook_001",)), HANA)
    changed = await affiliates.change_subscription(10, SubscriptionChanges(role_id=7), HANA)
    assert (changed.role_id, changed.ebooks) == (7, ("ebook_001",))
    changed = await affiliates.change_subscription(10, SubscriptionChanges(role_id=None), HANA)
    assert changed.role_id is None
    await affiliates.unsubscribe_server(10, HANA)
    with pytest.raises(StateError):
        await affiliates.unsubscribe_server(10, HANA)
    with pytest.raises(StateError):
        await affiliates.change_subscription(10, SubscriptionChanges(role_id=7), HANA)
    with pytest.raises(StateError):
        await affiliates.get_settings(10)


async def test_only_offered_books_can_be_followed(affiliates: AffiliateService) -> None:
    """A forged choice of a book that does not exist, or that has nothing public yet, is refused and changes nothing."""
    await add_public_book(affiliates.database, "public")
    await add_public_book(affiliates.database, "secret", state=ScriptState.DRAFT)
    await affiliates.subscribe_channel(RED_LANTERN, HANA)
    await affiliates.change_subscription(10, SubscriptionChanges(ebooks=("public",)), HANA)
    for forged in ("secret", "ebook_404"):
        with pytest.raises(InputError, match="cannot be followed"):
            await affiliates.change_subscription(10, SubscriptionChanges(ebooks=("public", forged)), HANA)
    settings = await affiliates.get_settings(10)
    assert settings.followed_titles == ("Public",)
    assert settings.books == {"public": "Public"}


async def test_two_open_menus_lose_no_choice(affiliates: AffiliateService) -> None:
    """A choice changes only what it added and removed; what another menu has chosen meanwhile stays."""
    for book in ("fox", "bell", "owl"):
        await add_public_book(affiliates.database, book)
    await affiliates.subscribe_channel(RED_LANTERN, HANA)
    await asyncio.gather(
        affiliates.follow_books(10, added=("fox",), removed=(), by=HANA),
        affiliates.follow_books(10, added=("bell", "owl"), removed=(), by=HANA),
    )
    assert set((await affiliates.get_settings(10)).subscription.ebooks) == {"fox", "bell", "owl"}
    changed = await affiliates.follow_books(10, added=("fox",), removed=("owl", "unknown"), by=HANA)
    assert set(changed.ebooks) == {"fox", "bell"}
    with pytest.raises(InputError, match="cannot be followed"):
        await affiliates.follow_books(10, added=("ebook_404",), removed=(), by=HANA)


async def test_open_subscriptions_are_listed_first(affiliates: AffiliateService, clock: FakeClock) -> None:
    """The list has the open subscriptions before those that have ended; search and check leave the latter out."""
    await affiliates.subscribe_channel(RED_LANTERN, HANA)
    clock.advance(seconds=1)
    await affiliates.subscribe_channel(NIGHT_OWLS, HANA)
    assert [check.obstacle for check in await affiliates.check_channels()] == ["", "lacks **Send Messages**"]
    ended = await affiliates.end_lost_subscription(10, "its channel was deleted")
    assert ended is not None
    assert [row.guild_name for row in await affiliates.list_subscriptions()] == ["Night Owls", "Red Lantern"]
    assert [row.guild_name for row in await affiliates.search_by_server(" OWL", 25)] == ["Night Owls"]
    assert await affiliates.search_by_server("lantern", 25) == []
    assert [check.subscription.guild_id for check in await affiliates.check_channels()] == [20]
    assert await affiliates.end_lost_subscription(10, "again") is None


async def test_the_team_ends_a_subscription_once(affiliates: AffiliateService) -> None:
    """An ended subscription cannot be ended or admitted by the team, and an unknown one is not found."""
    subscription = await affiliates.subscribe_channel(RED_LANTERN, HANA)
    with pytest.raises(StateError):
        await affiliates.admit_subscription(subscription.id, HANA)
    await affiliates.remove_subscription(subscription.id, HANA)
    with pytest.raises(StateError):
        await affiliates.remove_subscription(subscription.id, HANA)
    assert (await affiliates.get_subscription(subscription.id)).ended_why == "removed by the team"
    with pytest.raises(NotFoundError):
        await affiliates.get_subscription(UNKNOWN_ID)


async def test_a_new_server_is_greeted_by_one_process(database: Database, clock: FakeClock) -> None:
    """Also where two of them hear of it; a server that comes back after an hour is greeted again."""
    one, other = (AffiliateService(database, NoDiscord()) for _ in range(2))
    claims = await asyncio.gather(one.claim_greeting(10), other.claim_greeting(10), other.claim_greeting(20))
    assert sorted(claims[:2]) == [False, True]
    assert claims[2]
    clock.advance(hours=1)
    assert await other.claim_greeting(10)


async def test_a_lost_server_is_reported_by_one_process(database: Database) -> None:
    """Two processes that notice the same loss end the subscription once."""
    services = [AffiliateService(database, NoDiscord()) for _ in range(2)]
    await services[0].subscribe_channel(RED_LANTERN, HANA)
    ended = await asyncio.gather(*(service.end_lost_subscription(10, "removed") for service in services))
    assert sorted(subscription is not None for subscription in ended) == [False, True]
    async with database.read() as tx:
        events = [event.event async for event in tx.events.stream(EventFilter())]
    assert events == ["Affiliate joined", "Affiliate left"]
