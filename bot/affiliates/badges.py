"""Mythic badges: what members earn by sharing broadcasts."""

from dataclasses import dataclass

from bot.actor import Actor
from bot.errors import NotFoundError
from bot.event_names import ANNOUNCEMENT_SHARED, BADGE_EARNED
from bot.settings.badge_tiers import Badge
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction


@dataclass(frozen=True, slots=True)
class BadgeStanding:
    """A member's shares, the badges earned by them (lowest first), and the next badge, None after the last."""

    shares: int
    earned: tuple[Badge, ...]
    next_badge: Badge | None


@dataclass(frozen=True, slots=True)
class ShareResult:
    """What a press of "I shared it" changed.

    ``is_counted`` is False where this member has shared this broadcast before. ``new_badge`` is what this share earned.
    """

    standing: BadgeStanding
    is_counted: bool
    new_badge: Badge | None


@dataclass(frozen=True, slots=True)
class LeaderboardEntry:
    """A member on the leaderboard. ``badge`` is the highest one earned."""

    discord_id: int | None
    name: str
    shares: int
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class BadgeService:
    """Counts shares and awards badges. ``tiers`` are sorted by shares, as ``parse_tiers`` returns them."""

    database: Database
    tiers: tuple[Badge, ...]

    @write_transaction
    async def record_share(self, tx: WriteTransaction, delivery_id: str, by: Actor) -> ShareResult:
        """Counts a share, once for each member and broadcast, and reports it and a badge that it earned as events.

        Raises:
            NotFoundError: there is no such delivery.
        """
        try:
            delivery = await tx.deliveries.get(delivery_id)
        except KeyError:
            raise NotFoundError("This announcement is no longer known here.") from None
        member_id = await tx.members.remember(by)
        is_counted = await tx.shares.add(delivery.broadcast_id, member_id, delivery_id)
        shares = await tx.shares.count_of_member(member_id)
        new_badge = next((tier for tier in self.tiers if is_counted and tier.shares == shares), None)
        if is_counted:
            data = {"broadcast_id": delivery.broadcast_id, "shares": shares}
            tx.report(ANNOUNCEMENT_SHARED, data, member_id=member_id)
        if new_badge is not None:
            tx.report(BADGE_EARNED, {"badge": new_badge.name, "shares": shares}, member_id=member_id)
        return ShareResult(self.compute_standing(shares), is_counted, new_badge)

    @read_transaction
    async def get_standing(self, tx: ReadTransaction, discord_id: int) -> BadgeStanding:
        """The standing of a person by their Discord id; no shares for somebody unknown."""
        member_id = await tx.members.find_id(discord_id)
        return self.compute_standing(await tx.shares.count_of_member(member_id) if member_id else 0)

    @read_transaction
    async def get_leaderboard(self, tx: ReadTransaction, limit: int = 10) -> list[LeaderboardEntry]:
        """The members with the most shares, most first, without those who had their data deleted."""
        # Twice as many, so that the list stays full where some of them are forgotten.
        top_sharers = await tx.shares.list_top_sharers(limit * 2)
        names = await tx.members.get_names([member_id for member_id, _ in top_sharers])
        discord_ids = await tx.members.get_discord_ids(names)
        known = [(member_id, shares) for member_id, shares in top_sharers if member_id in names][:limit]
        return [
            LeaderboardEntry(discord_ids.get(member_id), names[member_id], shares, self.find_badge(shares))
            for member_id, shares in known
        ]

    def compute_standing(self, shares: int) -> BadgeStanding:
        """The badges that so many shares earn, and the next one."""
        earned = tuple(tier for tier in self.tiers if tier.shares <= shares)
        next_badge = next((tier for tier in self.tiers if tier.shares > shares), None)
        return BadgeStanding(shares, earned, next_badge)

    def find_badge(self, shares: int) -> Badge | None:
        """The highest badge that so many shares earn, or None."""
        earned = self.compute_standing(shares).earned
        return earned[-1] if earned else None
