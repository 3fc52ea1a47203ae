"""The team's overview: how far the books are, what was written, what it cost, who is at work."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from bot.event_names import AFFILIATE_EVENTS, BOOKKEEPING_EVENTS
from bot.progress.books import BookProgress, load_books
from bot.progress.scope import ResolvedScope, Scope, resolve_scope
from bot.progress.subjects import EventSubject, find_subjects
from bot.scripts.models import SAMPLE_MODEL, WriterKind
from storage import Database, ReadTransaction, read_transaction
from storage.stores.events import Event

_MAX_NAMED_MEMBERS: Final = 50
"""Names to look up. The screen shows four of them; the margin is for forgotten members, who have none."""


@dataclass(frozen=True, slots=True)
class Money:
    """What Gemini cost, in micro-dollars (millionths of a dollar).

    ``spent`` is the most for the period and the scope, of which ``unknown`` is reserved for calls whose cost never became
    known or that are under way. ``this_month`` is the most for this calendar month in UTC. ``budget`` is the limit of a
    month, None without a limit; then ``this_month`` is 0.
    """

    spent: int
    this_month: int
    budget: int | None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """What the team sees first.

    ``written``, ``by_template`` and ``by_sample`` (those that the demo brought) count scripts, ``live_runs`` the scripts that
    are being written now. ``member_count`` counts the members at work, ``member_names`` has the names of those that are not
    forgotten, the most recently active first. ``latest_event`` is the team's newest event with the name of its member ("" if
    there is none) and its subject.
    ``board_problems`` says, by channel id, why a live board is not current.
    """

    scope: Scope
    now: datetime
    books: tuple[BookProgress, ...]
    written: int
    by_template: int
    by_sample: int
    money: Money
    member_count: int
    member_names: tuple[str, ...]
    event_count: int
    live_runs: int
    latest_event: tuple[Event, str, EventSubject] | None
    board_problems: dict[int, str]

    @property
    def gemini_share(self) -> float:
        """The share of scripts that Gemini wrote and not the template, 0 to 1; 0 if no script was written."""
        return 1 - (self.by_template + self.by_sample) / self.written if self.written else 0.0

    @property
    def sample_share(self) -> float:
        """The share of scripts that the demo brought with it, 0 to 1; 0 if no script was written."""
        return self.by_sample / self.written if self.written else 0.0


@dataclass(frozen=True, slots=True)
class OverviewService:
    """Reads overviews. ``budget`` is the limit of a month in micro-dollars, None for no limit."""

    database: Database
    zone: str
    budget: int | None

    @read_transaction
    async def get_overview(self, tx: ReadTransaction, scope: Scope) -> Overview:
        """The overview of the scope now. In the result, the scope's ebook is an id or "", whatever the caller passed.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        resolved = await resolve_scope(tx, scope, self.zone)
        wanted = resolved.filter
        count_scripts = partial(
            tx.scripts.count_by_writer, since=wanted.since, ebook_id=wanted.ebook_id, member_id=wanted.member_id
        )
        written, samples = await count_scripts(), await count_scripts(model=SAMPLE_MODEL)
        latest = await tx.events.get_page(replace(wanted, excluding=AFFILIATE_EVENTS | BOOKKEEPING_EVENTS), limit=1)
        members = await tx.event_counts.list_active_members(wanted, excluding=AFFILIATE_EVENTS)
        names = await tx.members.get_names(members[:_MAX_NAMED_MEMBERS])
        return Overview(
            replace(scope, ebook=resolved.ebook.id if resolved.ebook else ""),
            tx.now,
            await load_books(tx, resolved),
            written=sum(written.values()),
            by_template=written.get(WriterKind.TEMPLATE.value, 0),
            by_sample=sum(samples.values()),
            money=await self._get_money(tx, resolved),
            member_count=len(members),
            member_names=tuple(names[member] for member in members if member in names),
            event_count=await tx.events.count(wanted),
            live_runs=await tx.runs.count_live(),
            latest_event=await _add_member_and_subject(tx, latest[0]) if latest else None,
            board_problems={board.channel_id: board.trouble for board in await tx.boards.list_all() if board.trouble},
        )

    async def _get_money(self, tx: ReadTransaction, resolved: ResolvedScope) -> Money:
        wanted = resolved.filter
        month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return Money(
            await tx.charges.sum_costs(since=wanted.since, ebook_id=wanted.ebook_id, member_id=wanted.member_id),
            await tx.charges.sum_costs(since=month) if self.budget is not None else 0,
            self.budget,
            await tx.charges.sum_costs(
                since=wanted.since, ebook_id=wanted.ebook_id, member_id=wanted.member_id, only_unknown=True
            ),
        )


async def _add_member_and_subject(tx: ReadTransaction, event: Event) -> tuple[Event, str, EventSubject]:
    # A mention of an affiliate would show as a bare number, because they are not in the studio's server.
    names = await tx.members.get_names([event.member_id] if event.member_id else [])
    return event, next(iter(names.values()), ""), (await find_subjects(tx, [event]))[event.seq]
