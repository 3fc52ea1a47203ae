"""The demo's clock: behind the real one while the studio's history is written, and the real time afterwards."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class DemoClock:
    """A ``Clock`` that is ``behind`` the real time."""

    behind: timedelta

    def __call__(self) -> datetime:
        """The present of the demo."""
        return datetime.now(UTC) - self.behind
