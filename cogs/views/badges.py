"""Badges as text."""

from bot.affiliates.badges import BadgeStanding, LeaderboardEntry
from bot.settings.badge_tiers import Badge
from cogs.views.formatting import escape_text, format_count

_MAX_BADGE = 60
"""In characters, for the name of a badge."""


def format_standing(standing: BadgeStanding) -> str:
    """The badges that somebody has earned, their number of shares, and the next badge."""
    earned = [
        f"**{escape_text(badge.name, _MAX_BADGE)}** ({format_count(badge.shares, 'share')})"
        for badge in standing.earned
    ]
    lines = [" · ".join(earned) or "None yet.", f"You have shared {format_count(standing.shares, 'announcement')}."]
    if standing.next_badge is not None:
        lines.append(format_next_badge(standing, standing.next_badge))
    return "\n".join(lines)


def format_next_badge(standing: BadgeStanding, badge: Badge) -> str:
    """A sentence that names the badge and how many shares are missing."""
    more = "more share" if standing.shares else "share"
    missing = format_count(badge.shares - standing.shares, more)
    return f"Your next badge: **{escape_text(badge.name, _MAX_BADGE)}**, after {missing}."


def format_leaderboard(entries: list[LeaderboardEntry]) -> str:
    """One numbered line for each member, or a sentence where nobody has shared anything."""
    lines = [f"{rank}. {_format_entry(entry)}" for rank, entry in enumerate(entries, 1)]
    return "\n".join(lines) or "Nobody yet. Share an announcement and press “I shared it”."


def _format_entry(entry: LeaderboardEntry) -> str:
    badge = f" · {escape_text(entry.badge.name, _MAX_BADGE)}" if entry.badge else ""
    return f"{escape_text(entry.name, 40)} · {format_count(entry.shares, 'share')}{badge}"
