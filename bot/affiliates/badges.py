"""Mythic badges: what sharing brings, from the first whisper to the nine-tailed."""

from dataclasses import dataclass

from bot.actor import Actor
from bot.errors import NotFoundError
from bot.event_names import ANNOUNCEMENT_SHARED, BADGE_EARNED
from bot.settings.badge_tiers import Badge
from storage import Database, WriteTransaction


@dataclass(frozen=True, slots=True)
class BadgeStanding:
    """Where a member is: shares, badges earned, the next one, and what this act has just earned."""

    shares: int
    earned: tuple[Badge, ...]
    next: Badge | None
    fresh: Badge | None = None
    new: bool = True


@dataclass(frozen=True, slots=True)
class LeaderboardEntry:
    """A line of the leaderboard."""

    discord_id: int | None
    name: str
    shares: int
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class BadgeService:
    """Counts shares and tells badges."""

    database: Database
    tiers: tuple[Badge, ...]

    async def share(self, delivery_id: str, by: Actor) -> BadgeStanding:
        """Counts once for each person and announcement; the badge just earned is in ``fresh``."""

        async def work(tx: WriteTransaction) -> BadgeStanding:
            try:
                delivery = await tx.deliveries.get(delivery_id)
            except KeyError:
                raise NotFoundError("This announcement is no longer known here.") from None
            member_id = await tx.members.remember(by)
            new = await tx.broadcasts.share(delivery.broadcast_id, member_id, delivery_id)
            shares = await tx.broadcasts.shares_of(member_id)
            fresh = next((tier for tier in self.tiers if new and tier.shares == shares), None)
            if new:
                tx.report(
                    ANNOUNCEMENT_SHARED, {"broadcast_id": delivery.broadcast_id, "shares": shares}, member_id=member_id
                )
            if fresh is not None:
                tx.report(BADGE_EARNED, {"badge": fresh.name, "shares": shares}, member_id=member_id)
            return self.standing(shares, fresh=fresh, new=new)

        return await self.database.write(work)

    async def of(self, discord_id: int) -> BadgeStanding:
        """Where somebody is."""
        async with self.database.read() as tx:
            member_id = await tx.members.find_id(discord_id)
            return self.standing(await tx.broadcasts.shares_of(member_id) if member_id else 0)

    async def leaderboard(self, limit: int = 10) -> list[LeaderboardEntry]:
        """Those with the most shares, who are not forgotten."""
        async with self.database.read() as tx:
            rows = await tx.broadcasts.sharers(limit * 2)
            names = await tx.members.get_names([member_id for member_id, _ in rows])
            ids = await tx.members.get_discord_ids(names)
        known = [(member_id, shares) for member_id, shares in rows if member_id in names][:limit]
        return [
            LeaderboardEntry(ids.get(member_id), names[member_id], shares, self.badge(shares))
            for member_id, shares in known
        ]

    def standing(self, shares: int, *, fresh: Badge | None = None, new: bool = True) -> BadgeStanding:
        """What so many shares mean."""
        earned = tuple(tier for tier in self.tiers if tier.shares <= shares)
        upcoming = next((tier for tier in self.tiers if tier.shares > shares), None)
        return BadgeStanding(shares, earned, upcoming, fresh, new)

    def badge(self, shares: int) -> Badge | None:
        """The highest badge of so many shares."""
        earned = self.standing(shares).earned
        return earned[-1] if earned else None
