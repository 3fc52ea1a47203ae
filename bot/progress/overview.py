"""Where everything stands, for the team."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.event_names import AFFILIATE_EVENTS
from bot.progress.scope import ResolvedScope, Scope, resolve_scope
from bot.scripts.models import WriterKind
from storage import Database, ReadTransaction
from storage.states import ScriptState
from storage.stores.events import Event
from storage.stores.scripts import ChapterProgress


@dataclass(frozen=True, slots=True)
class BookProgress:
    """How far a book is. ``chapters`` are all that are known of it, by number; None where there is no script yet."""

    ebook_id: str
    title: str
    chapters: dict[int, ScriptState | None]
    last_at: datetime | None

    @property
    def drafted(self) -> int:
        """Chapters with a script of any state."""
        return sum(state is not None for state in self.chapters.values())

    @property
    def approved(self) -> int:
        """Chapters that are approved, whether released or not."""
        return sum(state in {ScriptState.APPROVED, ScriptState.RELEASED} for state in self.chapters.values())

    @property
    def released(self) -> int:
        """Chapters that are out."""
        return sum(state is ScriptState.RELEASED for state in self.chapters.values())


@dataclass(frozen=True, slots=True)
class Money:
    """Micro-dollars: in the period and scope asked for; in this calendar month (UTC) and what it may come to, if limited."""

    spent: int
    this_month: int
    budget: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The team's look. ``at_work`` are names, the latest first; ``members`` counts those without a name too.

    ``last`` is the newest event with the name of whoever caused it.
    """

    scope: Scope
    now: datetime
    books: tuple[BookProgress, ...]
    written: int
    by_template: int
    money: Money
    members: int
    at_work: tuple[str, ...]
    events: int
    writing: int
    last: tuple[Event, str] | None
    boards: tuple[tuple[int, str], ...]

    @property
    def by_gemini(self) -> float:
        """The share of scripts that did not have to be the template's, 0 to 1."""
        return 1 - self.by_template / self.written if self.written else 0.0


@dataclass(frozen=True, slots=True)
class OverviewService:
    """Makes the team's look. ``budget`` is the month's, in micro-dollars; None for no limit."""

    database: Database
    zone: str
    budget: int | None

    async def of(self, scope: Scope) -> Overview:
        """How it stands now."""
        return await self.database.read_shielded(lambda tx: self._of(tx, scope))

    async def _of(self, tx: ReadTransaction, scope: Scope) -> Overview:
        wanted = await resolve_scope(tx, scope, self.zone)
        found = wanted.filter
        written = await tx.scripts.written(since=wanted.since, ebook_id=found.ebook_id, member_id=found.member_id)
        newest = await tx.events.get_page(found, limit=1)
        workers = await tx.event_counts.list_active_members(found, excluding=AFFILIATE_EVENTS)
        names = await tx.members.get_names(workers[:50])
        return Overview(
            replace(scope, ebook=wanted.ebook.id if wanted.ebook else ""),
            tx.now,
            await standings(tx, wanted),
            written=sum(written.values()),
            by_template=written.get(WriterKind.TEMPLATE.value, 0),
            money=await self._money(tx, wanted),
            members=len(workers),
            at_work=tuple(names[worker] for worker in workers if worker in names),
            events=await tx.events.count(found),
            writing=await tx.runs.count_live(),
            last=await _with_member(tx, newest[0]) if newest else None,
            boards=tuple((board.channel_id, board.trouble) for board in await tx.boards.list_all()),
        )

    async def _money(self, tx: ReadTransaction, wanted: ResolvedScope) -> Money:
        month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return Money(
            await tx.runs.sum_costs(
                since=wanted.since, ebook_id=wanted.filter.ebook_id, member_id=wanted.filter.member_id
            ),
            await tx.runs.sum_costs(since=month) if self.budget is not None else 0,
            self.budget,
        )


async def standings(tx: ReadTransaction, wanted: ResolvedScope) -> tuple[BookProgress, ...]:
    """Every book in the scope, those with the newest scripts first."""
    titles = {wanted.ebook.id: wanted.ebook.title} if wanted.ebook else await tx.ebooks.titles()
    known = await tx.ebooks.chapter_numbers(wanted.filter.ebook_id)
    scripted: dict[str, list[ChapterProgress]] = {}
    for standing in await tx.scripts.standings(wanted.filter.ebook_id):
        scripted.setdefault(standing.ebook_id, []).append(standing)
    books = [
        _book(ebook_id, title, known.get(ebook_id, set()), scripted.get(ebook_id, []))
        for ebook_id, title in titles.items()
    ]
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(books, key=lambda book: book.last_at or never, reverse=True))


def _book(ebook_id: str, title: str, known: set[int], scripted: list[ChapterProgress]) -> BookProgress:
    states: dict[int, ScriptState | None] = dict.fromkeys(known)
    states |= {standing.chapter_number: standing.state for standing in scripted}
    last_at = max((standing.created_at for standing in scripted), default=None)
    return BookProgress(ebook_id, title, dict(sorted(states.items())), last_at)


async def _with_member(tx: ReadTransaction, event: Event) -> tuple[Event, str]:
    """The name, not a mention: affiliates are not in the studio's server, where a mention of them is a bare number."""
    names = await tx.members.get_names([event.member_id] if event.member_id else [])
    return event, next(iter(names.values()), "")
