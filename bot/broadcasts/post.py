"""An announcement as it will stand in a channel, and what may come of trying to put it there. Values and seams only."""

from dataclasses import dataclass, replace
from enum import StrEnum

from storage.states import DeliveryState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Delivery, Target

FOOTER = "Midnight Myth Audio"
MAX_TITLE = 256
MAX_MESSAGE = 3500
"""Discord takes 4,096 characters in an embed's text; the rest is for the hook."""
MAX_HOOK = 500


@dataclass(frozen=True, slots=True)
class Post:
    """What everybody sees."""

    title: str
    message: str
    hook: str = ""
    link: str = ""
    image: str = ""

    def with_link(self, link: str) -> "Post":
        """The same with another link."""
        return replace(self, link=link)

    @classmethod
    def of(cls, broadcast: Broadcast) -> "Post":
        """The broadcast's post."""
        return cls(broadcast.title, broadcast.message, broadcast.hook, broadcast.link, broadcast.image)


@dataclass(frozen=True, slots=True)
class BroadcastPreview:
    """What would go where. ``left_out`` is each channel that cannot be reached, with the reason.

    ``changes`` is how many posts that have arrived would be changed, where the draft is a new text for them.
    """

    broadcast: Broadcast
    targets: tuple[Target, ...]
    left_out: tuple[tuple[Target, str], ...]
    second_approver: bool = False
    changes: int | None = None

    @property
    def servers(self) -> int:
        """In how many servers the targets are."""
        return len({target.guild_id for target in self.targets})


@dataclass(frozen=True, slots=True)
class BroadcastStatus:
    """How a broadcast went so far. ``rate`` is in channels a second."""

    broadcast: Broadcast
    counts: dict[DeliveryState, int]
    troubles: tuple[Delivery, ...]
    shares: int = 0
    scheduled: bool = False
    rate: float = 0.0

    @property
    def total(self) -> int:
        """All deliveries."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """Those that arrived."""
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def waiting(self) -> int:
        """Those whose outcome is still to come."""
        return self.counts.get(DeliveryState.READY, 0) + self.counts.get(DeliveryState.SENDING, 0)


class OutcomeKind(StrEnum):
    """What came of a try."""

    SENT = "sent"
    REFUSED = "refused"  # Discord's final no
    RETRY = "retry"  # surely not delivered; may be tried again
    UNSURE = "unsure"  # the answer was lost: it may stand there
    UNKNOWN = "unknown"  # it may stand there, and nobody can be asked any more
    PAUSE = "pause"  # Discord asks everybody to be quiet
    STOPPED = "stopped"  # nobody wants it any more


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try. ``error`` is for people; ``seconds`` is how long to wait where Discord said so."""

    kind: OutcomeKind
    message_id: int | None = None
    error: str = ""
    seconds: float = 0.0
    unauthorized: bool = False
