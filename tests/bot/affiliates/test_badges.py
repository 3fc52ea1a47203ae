"""Shares, standings and the leaderboard."""

import pytest

from bot.actor import Actor
from bot.affiliates.badges import BadgeService
from bot.errors import NotFoundError
from bot.event_names import ANNOUNCEMENT_SHARED, BADGE_EARNED
from bot.settings.badge_tiers import Badge
from storage import Database, WriteTransaction
from storage.stores.broadcasts import NewBroadcast
from storage.stores.delivery_values import Target
from storage.stores.events import EventFilter

WHISPER, EMBER = Badge(1, "First Whisper"), Badge(3, "Ember Tail")
HANA, KENJI = Actor(1, "Hana"), Actor(2, "Kenji")


@pytest.fixture
def badges(sqlite: Database) -> BadgeService:
    """The service with two tiers."""
    return BadgeService(sqlite, (WHISPER, EMBER))


async def add_delivery(database: Database) -> str:
    """The id of a delivery of a new broadcast."""
    broadcast = await database.write(lambda tx: tx.broadcasts.add(NewBroadcast("New Lore", "Share it.")))
    await database.write(lambda tx: tx.deliveries.add(broadcast.id, [Target(1, "Guild", 2, "lore")]))
    async with database.read() as tx:
        return (await tx.deliveries.list_by_broadcast(broadcast.id))[0].id


@pytest.mark.parametrize(
    ("shares", "earned", "next_badge"),
    [(0, (), WHISPER), (1, (WHISPER,), EMBER), (2, (WHISPER,), EMBER), (3, (WHISPER, EMBER), None)],
)
def test_a_standing(badges: BadgeService, shares: int, earned: tuple[Badge, ...], next_badge: Badge | None) -> None:
    """A number of shares earns every tier up to it, and the next tier is known until the last one is earned."""
    standing = badges.compute_standing(shares)
    assert (standing.shares, standing.earned, standing.next_badge) == (shares, earned, next_badge)
    assert badges.find_badge(shares) == (earned[-1] if earned else None)


async def test_the_third_share_earns_the_second_badge(badges: BadgeService, sqlite: Database) -> None:
    """A badge is earned by exactly the share that reaches its tier, and both are reported as events."""
    results = [await badges.record_share(await add_delivery(sqlite), HANA) for _ in range(3)]
    assert [result.new_badge for result in results] == [WHISPER, None, EMBER]
    assert all(result.is_counted for result in results)
    assert (await badges.get_standing(HANA.discord_id)).earned == (WHISPER, EMBER)
    async with sqlite.read() as tx:
        assert await tx.events.count(EventFilter(event=ANNOUNCEMENT_SHARED)) == 3
        assert await tx.events.count(EventFilter(event=BADGE_EARNED)) == 2


async def test_a_repeated_share_is_not_counted(badges: BadgeService, sqlite: Database) -> None:
    """A second press on the same announcement counts nothing, earns nothing and is no event."""
    delivery_id = await add_delivery(sqlite)
    await badges.record_share(delivery_id, HANA)
    repeated = await badges.record_share(delivery_id, HANA)
    assert (repeated.is_counted, repeated.new_badge, repeated.standing.shares) == (False, None, 1)
    async with sqlite.read() as tx:
        assert await tx.events.count(EventFilter(event=ANNOUNCEMENT_SHARED)) == 1


async def test_an_unknown_delivery_cannot_be_shared(badges: BadgeService) -> None:
    """A button of an announcement that is not known any more is refused with a sentence."""
    with pytest.raises(NotFoundError):
        await badges.record_share("0123456789abcdef", HANA)


async def test_the_leaderboard_is_sorted_by_shares(badges: BadgeService, sqlite: Database) -> None:
    """The leaderboard lists the members with the most shares first, each with the highest badge."""
    for _ in range(3):
        delivery_id = await add_delivery(sqlite)
        await badges.record_share(delivery_id, KENJI)
    await badges.record_share(delivery_id, HANA)
    entries = await badges.get_leaderboard()
    assert [(entry.name, entry.shares, entry.badge) for entry in entries] == [("Kenji", 3, EMBER), ("Hana", 1, WHISPER)]
    assert [entry.discord_id for entry in await badges.get_leaderboard(1)] == [KENJI.discord_id]


async def test_a_stranger_has_no_badges(badges: BadgeService) -> None:
    """Somebody who is not known has no shares and no badges."""
    standing = await badges.get_standing(99)
    assert (standing.shares, standing.earned) == (0, ())


async def test_forgotten_members_leave_no_gap_in_the_leaderboard(badges: BadgeService, sqlite: Database) -> None:
    """Ten of eleven members are listed; as many as asked for, even where half of the first ones were forgotten."""
    people = [Actor(number, f"Member {number}") for number in range(1, 12)]
    for shared in range(2):
        delivery_id = await add_delivery(sqlite)
        for person in people[: 3 if shared else None]:
            await badges.record_share(delivery_id, person)
    assert len(await badges.get_leaderboard()) == 10

    async def forget_first_three(tx: WriteTransaction) -> None:
        for person in people[:3]:
            await tx.personal_data.forget_member(person.discord_id)

    await sqlite.write(forget_first_three)
    names = {entry.name for entry in await badges.get_leaderboard(3)}
    assert len(names) == 3
    assert not names & {person.name for person in people[:3]}
