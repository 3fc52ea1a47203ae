"""The texts of the ``/progress`` views, without their menus and buttons."""

from typing import Any, Final

import discord
from discord import ui

from bot.affiliates.badges import BadgeStanding
from bot.progress.books import BookProgress
from bot.progress.history import EventPage, UnseenEvents
from bot.progress.overview import Overview
from bot.progress.public_view import PublicChapter, PublicView
from bot.progress.scope import Scope
from bot.progress.timeline import Timeline, TimelineStep
from bot.scripts.models import SAMPLE_MODEL
from cogs.views.badges import format_standing
from cogs.views.formatting import (
    escape_text,
    fit_lines,
    format_cost,
    format_count,
    format_dollars,
    format_relative_time,
    progress_bar,
)
from cogs.views.progress.event_wording import (
    describe_event,
    format_event_lines,
    format_event_time,
    summarize_counts,
)

PICTURE_NAME: Final = "progress.png"
"""The file name of the attached picture, by which the layout refers to it."""

# Discord allows 4,000 characters of text in a message with components; these limits keep each view below that.
_MAX_BOOKS: Final = 12
"""Books in a list; each takes up to 180 characters in the overview."""
_MAX_STEPS: Final = 14
"""Steps of the timeline: two weeks of days."""
_MAX_MEMBER_NAMES: Final = 4
"""Names of members at work; more would not fit on one line."""
_MAX_BOARD_PROBLEMS_LENGTH: Final = 600
_MAX_EVENTS_LENGTH: Final = 3_500
_MAX_RELEASED_LENGTH: Final = 1_700
_MAX_UPCOMING_LENGTH: Final = 1_200
_MAX_BADGES_LENGTH: Final = 800
_MAX_UNSEEN_LENGTH: Final = 3_900
_MAX_PICTURE_DESCRIPTION: Final = 1_024
"""Characters. Discord's documentation: the description of a media gallery item."""


def build_picture(description: str) -> ui.MediaGallery[Any]:
    """The component that shows the attached picture, with its description for whoever cannot see it."""
    item = discord.MediaGalleryItem(f"attachment://{PICTURE_NAME}", description=description[:_MAX_PICTURE_DESCRIPTION])
    return ui.MediaGallery(item)


def format_overview(overview: Overview, *, heading: str = "Progress") -> str:
    """The overview as text, at most about 3,700 characters."""
    lines = [f"### {heading} · {overview.scope.period.label}"]
    if not overview.books:
        lines.append("Nothing has been written yet. Use `/script` to begin.")
    lines += [_format_book(book) for book in overview.books[:_MAX_BOOKS]]
    if len(overview.books) > _MAX_BOOKS:
        more = format_count(len(overview.books) - _MAX_BOOKS, "book")
        lines.append(f"-# and {more} more; choose one with the `ebook` option")
    lines.append(" · ".join(_format_totals(overview)))
    if overview.member_count:
        lines.append(_format_members(overview))
    if overview.latest_event is not None:
        event, member_name, subject = overview.latest_event
        lines.append(f"last: {describe_event(event, member_name, subject)}, {format_event_time(event)}")
    problems = [
        f"⚠ The live board in <#{channel_id}> is not current. {problem}"
        for channel_id, problem in overview.board_problems.items()
    ]
    return "\n".join([*lines, *fit_lines(problems, _MAX_BOARD_PROBLEMS_LENGTH)])


def _format_totals(overview: Overview) -> list[str]:
    written = format_count(overview.written, "script") + " written"
    if overview.by_template:
        written += f", {overview.by_template} as " + ("a template" if overview.by_template == 1 else "templates")
    if overview.written:
        shares = [f"{overview.gemini_share:.0%} by Gemini"] if overview.gemini_share or not overview.by_sample else []
        if overview.by_sample:
            shares.append(f"{overview.sample_share:.0%} by the demo's {SAMPLE_MODEL}")
        written += f" ({', '.join(shares)})"
    parts = [written]
    if overview.live_runs:
        parts.append(f"{overview.live_runs} waiting or being written")
    money = overview.money
    parts.append(format_cost(money.spent, money.unknown))
    if money.budget is not None:
        parts.append(f"{format_dollars(money.this_month)} of {format_dollars(money.budget)} this month")
    parts.append(format_count(overview.event_count, "event"))
    return parts


def _format_members(overview: Overview) -> str:
    names = [escape_text(name, 40) for name in overview.member_names[:_MAX_MEMBER_NAMES]]
    text = f"{format_count(overview.member_count, 'member')} at work"
    if not names:
        return text
    more = overview.member_count - len(names)
    return f"{text}: {', '.join(names)}" + (f" and {more} more" if more else "")


def _format_book(book: BookProgress) -> str:
    # Where the number of chapters is unknown, a full bar would say that the book is done.
    bar = f"{progress_bar(book.drafted, len(book.chapters))}  " if book.is_total_known else ""
    whole = f" ({format_count(len(book.recorded_chapters), 'whole chapter')})" if book.recorded_chapters else ""
    return f"**{escape_text(book.title, 80).upper()}**\n{bar}{book.summary}{whole}"


def format_timeline(timeline: Timeline) -> str:
    """The steps in which something happened, the latest first."""
    steps = [step for step in reversed(timeline.steps) if not step.is_empty]
    most_events = max((step.events for step in steps), default=0)
    lines = [f"### Timeline · {timeline.scope.period.label}"]
    if not steps:
        lines.append("Nothing happened in this period.")
    lines += [_format_step(step, most_events) for step in steps[:_MAX_STEPS]]
    if len(steps) > _MAX_STEPS:
        lines.append(f"-# and {len(steps) - _MAX_STEPS} earlier")
    return "\n".join(lines)


def _format_step(step: TimelineStep, most_events: int) -> str:
    parts = [format_count(step.events, "event")]
    counts = (
        (step.drafted, "drafted"),
        (step.approved, "approved"),
        (step.recorded, "recorded"),
        (step.released, "released"),
    )
    parts += [f"{number} {word}" for number, word in counts if number]
    return f"`{step.label:>6}` {progress_bar(step.events, most_events)} {' · '.join(parts)}"


def format_events(page: EventPage, scope: Scope, event_name: str = "") -> str:
    """A page of events; ``event_name`` is the name that they are filtered by, if any."""
    filtered = f" · {escape_text(event_name, 80)}" if event_name else ""
    lines = [f"### Events · {scope.period.label}{filtered}"]
    if not page.events:
        lines.append("Nothing happened in this period.")
    lines += fit_lines(
        [format_event_lines(event, page.member_names, page.subjects[event.seq]) for event in page.events],
        _MAX_EVENTS_LENGTH,
    )
    position = page.position
    lines.append(f"-# Page {position.index + 1:,} of {position.page_count:,} · {format_count(page.total, 'event')}")
    return "\n".join(lines)


def format_unseen_events(unseen: UnseenEvents) -> str:
    """What is new: counts by book, then the latest events one by one."""
    if unseen.since is None:
        lines = [
            "### What is new",
            "This is your first visit, so these are the last seven days. Next time you will see what has happened since now.",
        ]
    else:
        lines = [f"### Since you last looked, {format_relative_time(unseen.since)}"]
    if not unseen.total:
        lines.append("Nothing has happened.")
    books = sorted(unseen.counts.items(), key=lambda item: -item[1].total())
    for title, counts in books[:_MAX_BOOKS]:
        lines.append(f"**{escape_text(title, 80) or 'Not about a book'}** · {summarize_counts(counts)}")
    if unseen.latest:
        lines.append("")
    for event in unseen.latest:
        member_name = unseen.member_names.get(event.member_id or "", "")
        lines.append(f"{describe_event(event, member_name, unseen.subjects[event.seq])} {format_event_time(event)}")
    if unseen.total > len(unseen.latest):
        lines.append(f"-# and {format_count(unseen.total - len(unseen.latest), 'event')} more")
    return "\n".join(lines)[:_MAX_UNSEEN_LENGTH]


def format_public_view(view: PublicView, standing: BadgeStanding) -> list[str]:
    """What the public sees, one text for each section: released chapters, upcoming ones, badges."""
    released = fit_lines([_format_chapter(chapter) for chapter in view.released], _MAX_RELEASED_LENGTH)
    upcoming = fit_lines([_format_chapter(chapter) for chapter in view.upcoming], _MAX_UPCOMING_LENGTH)
    return [
        "### Midnight Myth Audio",
        "**Out now**\n" + ("\n".join(released) or "Nothing yet."),
        "**Coming next**\n" + ("\n".join(upcoming) or "Nothing announced yet."),
        f"**Your badges**\n{format_standing(standing)[:_MAX_BADGES_LENGTH]}",
    ]


def _format_chapter(chapter: PublicChapter) -> str:
    link = f" · [listen]({chapter.link})" if chapter.link else ""
    return f"{escape_text(chapter.ebook_title, 60)}, chapter {chapter.number}: {escape_text(chapter.title, 80)}{link}"
