"""How many chapters one member may have written in a day, so that nobody uses up what all share."""

from datetime import UTC, datetime, timedelta

from bot.errors import StateError
from storage import ReadTransaction


async def check_daily_limit(tx: ReadTransaction, member_id: str, chapters: int, limit: int | None) -> None:
    """Returns where the member may have so many more chapters written today (UTC).

    Raises:
        StateError: that would exceed the limit; the hint says when the day ends.
    """
    if limit is None:
        return
    today = tx.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    requested = await tx.runs.count_requested(member_id, since=today)
    if requested + chapters > limit:
        left = max(0, limit - requested)
        raise StateError(
            f"The studio allows {limit} {'chapter' if limit == 1 else 'chapters'} a day for each member; you have {left} left.",
            f"The next day begins {_format_moment(today + timedelta(days=1))}.",
        )


def _format_moment(moment: datetime) -> str:
    """The moment as a Discord timestamp, which every reader sees relative to now."""
    return f"<t:{int(moment.timestamp())}:R>"
