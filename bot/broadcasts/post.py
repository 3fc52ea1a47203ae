"""The values of a broadcast: the post, the preview, the status, and the outcome of one attempt."""

from dataclasses import dataclass, replace
from enum import StrEnum

from storage.states import DeliveryState
from storage.stores.broadcasts import Broadcast, BroadcastChanges
from storage.stores.deliveries import Delivery, Target

FOOTER = "Midnight Myth Audio"
# The limits are in characters. Discord's documentation of embeds: a title takes 256, a description 4,096.
MAX_TITLE = 256
MAX_MESSAGE = 3500
"""Message and hook share the embed's description; the difference is room for the hook and its markup."""
MAX_HOOK = 500


@dataclass(frozen=True, slots=True)
class Post:
    """The text that everybody sees. ``link`` and ``image`` are web addresses; empty strings are left out."""

    title: str
    message: str
    hook: str = ""
    link: str = ""
    image: str = ""

    def with_link(self, link: str) -> "Post":
        """The same post with another link."""
        return replace(self, link=link)

    def as_changes(self) -> BroadcastChanges:
        """The update that gives a stored broadcast this text."""
        return BroadcastChanges(
            title=self.title, message=self.message, hook=self.hook, link=self.link, image=self.image
        )

    @classmethod
    def from_broadcast(cls, broadcast: Broadcast) -> "Post":
        """The broadcast's post, with the link that has no referral code yet."""
        return cls(broadcast.title, broadcast.message, broadcast.hook, broadcast.link, broadcast.image)


@dataclass(frozen=True, slots=True)
class BroadcastPreview:
    """What a confirmation of the draft would do now.

    ``targets`` are the channels that get a post. ``left_out`` are channels that get none, each with the reason. Where the draft
    is a new text for posts that have arrived, there are no targets, and ``changed_posts`` is how many would be changed.
    """

    broadcast: Broadcast
    targets: tuple[Target, ...]
    left_out: tuple[tuple[Target, str], ...]
    needs_second_approver: bool = False
    changed_posts: int | None = None

    @property
    def server_count(self) -> int:
        """In how many servers the targets are."""
        return len({target.guild_id for target in self.targets})


@dataclass(frozen=True, slots=True)
class BroadcastStatus:
    """How the deliveries of a broadcast are going.

    ``failed_deliveries`` are those that were refused, failed or ended as unknown. ``is_scheduled`` says that its time is still
    to come. ``channels_per_second`` is the average since sending began, 0 before that.
    """

    broadcast: Broadcast
    counts: dict[DeliveryState, int]
    failed_deliveries: tuple[Delivery, ...]
    shares: int = 0
    is_scheduled: bool = False
    channels_per_second: float = 0.0

    @property
    def total(self) -> int:
        """How many deliveries there are."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """How many posts have arrived."""
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def waiting(self) -> int:
        """How many deliveries have no final outcome yet."""
        return self.counts.get(DeliveryState.READY, 0) + self.counts.get(DeliveryState.SENDING, 0)


class OutcomeKind(StrEnum):
    """How one attempt to send, edit or recall a post ended."""

    SENT = "sent"  # Discord confirmed it
    REFUSED = "refused"  # Discord refused it for good
    RETRY = "retry"  # it certainly did not arrive and may be tried again
    UNSURE = "unsure"  # no answer: it may have arrived
    UNKNOWN = "unknown"  # it may have arrived, and there is no way left to find out
    PAUSE = "pause"  # Discord limits or refuses all requests for a while
    STOPPED = "stopped"  # not attempted: the broadcast was stopped before


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. ``error`` is a reason for people.

    ``pause_seconds`` is how long Discord asked us to wait. ``is_unauthorized`` says that it did not accept the bot's token.
    """

    kind: OutcomeKind
    message_id: int | None = None
    error: str = ""
    pause_seconds: float = 0.0
    is_unauthorized: bool = False
