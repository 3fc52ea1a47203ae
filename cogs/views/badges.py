"""Badges in words."""

from bot.affiliates.badges import BadgeStanding
from cogs.views.formatting import counted, plain


def badge_lines(standing: BadgeStanding) -> str:
    """What somebody has earned, and what comes next."""
    earned = [f"**{plain(badge.name, 60)}** ({counted(badge.shares, 'share')})" for badge in standing.earned]
    lines = [" · ".join(earned) or "None yet.", f"You have shared {counted(standing.shares, 'announcement')}."]
    if standing.next is not None:
        lines.append(f"Next: {plain(standing.next.name, 60)}, with {standing.next.shares}.")
    return "\n".join(lines)
