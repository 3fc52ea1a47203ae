"""What stands in the views of ``/progress``, without their controls."""

from typing import Any

import discord
from discord import ui

from bot.affiliates.badges import BadgeStanding
from bot.progress.history import EventPage, News
from bot.progress.overview import BookProgress, Overview
from bot.progress.public_view import PublicChapter, PublicView
from bot.progress.scope import Scope
from bot.progress.timeline import Step, Timeline
from cogs.views.badges import format_standing
from cogs.views.formatting import escape_text, fit_lines, format_count, format_dollars, progress_bar
from cogs.views.progress.event_wording import event_lines, summed, told, when

PICTURE = "progress.png"
_BOOKS = 12
_STEPS = 14
_NAMES = 4


def picture(alt: str) -> ui.MediaGallery[Any]:
    """The attached picture, with its description for whoever cannot see it."""
    return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE}", description=alt[:1024]))


def overview_text(view: Overview, *, heading: str = "Progress") -> str:
    """The team's look."""
    lines = [f"### {heading} · {view.scope.period.words}"]
    if not view.books:
        lines.append("Nothing has been written yet. `/script` begins.")
    lines += [_book_line(book) for book in view.books[:_BOOKS]]
    if len(view.books) > _BOOKS:
        lines.append(
            f"-# and {format_count(len(view.books) - _BOOKS, 'book')} more; choose one with the `ebook` option"
        )
    lines.append(" · ".join(_numbers(view)))
    if view.members:
        names = [escape_text(name, 40) for name in view.at_work[:_NAMES]]
        more = view.members - len(names)
        who = ", ".join(names) + (f" and {more} more" if more and names else "")
        lines.append(f"{format_count(view.members, 'member')} at work" + (f": {who}" if who else ""))
    if view.last is not None:
        event, name = view.last
        lines.append(f"last: {told(event, name)}, {when(event)}")
    troubled = [f"⚠ The live board in <#{channel}> is not current. {why}" for channel, why in view.boards if why]
    return "\n".join([*lines, *fit_lines(troubled, 600)])


def _numbers(view: Overview) -> list[str]:
    written = format_count(view.written, "script") + " written"
    if view.by_template:
        written += f", {view.by_template} as " + ("a template" if view.by_template == 1 else "templates")
    if view.written:
        written += f" ({view.by_gemini:.0%} by Gemini)"
    parts = [written]
    if view.writing:
        parts.append(f"{view.writing} being written now")
    parts.append(format_dollars(view.money.spent))
    if view.money.budget is not None:
        parts.append(f"{format_dollars(view.money.this_month)} of {format_dollars(view.money.budget)} this month")
    parts.append(format_count(view.events, "event"))
    return parts


def _book_line(book: BookProgress) -> str:
    parts = [f"{book.drafted} of {len(book.chapters)} drafted"]
    if book.approved:
        parts.append(f"{book.approved} approved")
    if book.released:
        parts.append(f"{book.released} released")
    return f"**{escape_text(book.title, 80).upper()}**\n{progress_bar(book.drafted, len(book.chapters))}  {' · '.join(parts)}"


def timeline_text(view: Timeline) -> str:
    """What happened step by step, the latest first; quiet steps are left out."""
    busy = [step for step in reversed(view.steps) if not step.quiet]
    most = max((step.events for step in busy), default=0)
    lines = [f"### Timeline · {view.scope.period.words}"]
    if not busy:
        lines.append("Nothing happened in this period.")
    lines += [_step_line(step, most) for step in busy[:_STEPS]]
    if len(busy) > _STEPS:
        lines.append(f"-# and {len(busy) - _STEPS} earlier")
    return "\n".join(lines)


def _step_line(step: Step, most: int) -> str:
    parts = [format_count(step.events, "event")]
    for number, word in ((step.drafted, "drafted"), (step.approved, "approved"), (step.released, "released")):
        if number:
            parts.append(f"{number} {word}")
    return f"`{step.label:>6}` {progress_bar(step.events, most)} {' · '.join(parts)}"


def events_text(page: EventPage, scope: Scope, name: str = "") -> str:
    """One page of events."""
    chosen = f" · {escape_text(name, 80)}" if name else ""
    lines = [f"### Events · {scope.period.words}{chosen}"]
    if not page.events:
        lines.append("Nothing happened in this period.")
    lines += fit_lines([event_lines(event, page.people) for event in page.events], 3_500)
    lines.append(f"-# Page {page.number + 1:,} of {page.pages:,} · {format_count(page.total, 'event')}")
    return "\n".join(lines)


def news_text(news: News) -> str:
    """What is new since somebody looked."""
    if news.since is None:
        lines = ["### What is new", "You look for the first time; this is the last seven days. From now on I remember."]
    else:
        lines = [f"### Since you last looked, {discord.utils.format_dt(news.since, 'R')}"]
    if not news.total:
        lines.append("Nothing has happened.")
    books = sorted(news.counts.items(), key=lambda item: -item[1].total())
    lines += [f"**{escape_text(title, 80) or 'Elsewhere'}** · {summed(counts)}" for title, counts in books[:_BOOKS]]
    if news.events:
        lines.append("")
    lines += [f"{told(event, news.people.get(event.member_id or '', ''))} {when(event)}" for event in news.events]
    if news.total > len(news.events):
        lines.append(f"-# and {format_count(news.total - len(news.events), 'event')} more")
    return "\n".join(lines)[:3900]


def public_texts(view: PublicView, standing: BadgeStanding) -> list[str]:
    """Everybody's look; nothing internal stands in it."""
    out = fit_lines([_chapter_line(chapter) for chapter in reversed(view.out)], 1_700)
    coming = fit_lines([_chapter_line(chapter) for chapter in view.coming], 1_200)
    return [
        "### Midnight Myth Audio",
        "**Out now**\n" + ("\n".join(out) or "Nothing yet."),
        "**Coming next**\n" + ("\n".join(coming) or "The next chapter is still in the dark."),
        f"**Your badges**\n{format_standing(standing)[:800]}",
    ]


def _chapter_line(chapter: PublicChapter) -> str:
    link = f" · [listen]({chapter.link})" if chapter.link else ""
    return f"{escape_text(chapter.ebook_title, 60)}, chapter {chapter.number}: {escape_text(chapter.title, 80)}{link}"
