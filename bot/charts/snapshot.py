"""The overview with its timeline as a picture."""

from dataclasses import dataclass, field

from bot.charts.chart_data import Book, Chapter, Day, PictureData
from bot.charts.progress_chart import ChartRenderer, alt_text
from bot.progress.overview import Overview, OverviewService
from bot.progress.scope import Scope
from bot.progress.timeline import Timeline, TimelineService
from storage.states import ScriptState

_STATES = {ScriptState.DRAFT: "drafted", ScriptState.APPROVED: "approved", ScriptState.RELEASED: "released"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How it stands now, in numbers and as a PNG; ``alt`` is the picture in words."""

    overview: Overview
    timeline: Timeline
    picture: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class SnapshotService:
    """Draws what the overview and the timeline tell.

    ``awaited`` are the ids of messages that show words and are to get their picture, unless somebody turns them to another
    view before.
    """

    overviews: OverviewService
    timelines: TimelineService
    pictures: ChartRenderer
    awaited: set[int] = field(default_factory=set)

    async def of(self, scope: Scope) -> Snapshot:
        """How it stands now."""
        return await self.drawn(await self.overviews.of(scope))

    async def drawn(self, overview: Overview) -> Snapshot:
        """An overview that is known already, with its picture."""
        timeline = await self.timelines.of(overview.scope)
        data = _data(timeline)
        return Snapshot(overview, timeline, await self.pictures.draw(data), alt_text(data))


def _data(timeline: Timeline) -> PictureData:
    books = tuple(
        Book(book.title, tuple(Chapter(number, _word(state)) for number, state in book.chapters.items()))
        for book in timeline.books
    )
    days = tuple(Day(step.label, step.events, step.drafted, step.approved, step.released) for step in timeline.steps)
    return PictureData(f"Progress · {timeline.scope.period.words}", books, days)


def _word(state: ScriptState | None) -> str:
    return "none" if state is None else _STATES[state]
