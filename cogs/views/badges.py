"""Badges in words."""

from bot.affiliates.badges import BadgeStanding
from cogs.views.formatting import escape_text, format_count


def badge_lines(standing: BadgeStanding) -> str:
    """What somebody has earned, and what comes next."""
    earned = [f"**{escape_text(badge.name, 60)}** ({format_count(badge.shares, 'share')})" for badge in standing.earned]
    lines = [" · ".join(earned) or "None yet.", f"You have shared {format_count(standing.shares, 'announcement')}."]
    if standing.next is not None:
        lines.append(f"Next: {escape_text(standing.next.name, 60)}, with {standing.next.shares}.")
    return "\n".join(lines)
