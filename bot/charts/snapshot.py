"""The overview, the timeline and the picture of a scope at one moment."""

from dataclasses import dataclass

from bot.charts.progress_chart import ChartRenderer, describe_chart
from bot.progress.overview import Overview, OverviewService
from bot.progress.scope import Scope
from bot.progress.timeline import Timeline, TimelineService


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far everything in a scope is now. ``picture`` is a PNG, ``picture_description`` says the same in words."""

    overview: Overview
    timeline: Timeline
    picture: bytes
    picture_description: str


@dataclass(frozen=True, slots=True)
class SnapshotService:
    """Takes snapshots. Drawing the picture takes up to a second."""

    overviews: OverviewService
    timelines: TimelineService
    renderer: ChartRenderer

    async def take_snapshot(self, scope: Scope) -> Snapshot:
        """The snapshot of the scope now.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        return await self.draw_snapshot(await self.overviews.get_overview(scope))

    async def draw_snapshot(self, overview: Overview) -> Snapshot:
        """The snapshot for an overview that was read before; its timeline and picture are of now.

        Raises:
            NotFoundError: the overview's book has been removed since.
        """
        timeline = await self.timelines.get_timeline(overview.scope)
        heading = f"Progress · {timeline.scope.period.label}"
        picture = await self.renderer.draw(heading, timeline)
        return Snapshot(overview, timeline, picture, describe_chart(heading, timeline))
