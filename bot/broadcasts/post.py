"""The values of a broadcast: the post, the preview, the status, and the outcome of one attempt."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import Broadcast, BroadcastChanges
from storage.stores.delivery_values import Delivery, DeliveryCounts, Target

FOOTER = "Midnight Myth Audio"
# The limits are in characters. Discord's documentation of embeds: a title takes 256, a description 4,096.
MAX_TITLE = 256
MAX_MESSAGE = 3500
"""Message and hook share the embed's description; the difference is room for the hook and its markup."""
MAX_HOOK = 500


STATE_LABELS: Final = {
    BroadcastState.DRAFT: "draft",
    BroadcastState.PENDING: "waiting for approval",
    BroadcastState.SENDING: "posting",
    BroadcastState.DONE: "posted",
    BroadcastState.STOPPED: "stopped",
    BroadcastState.CANCELLED: "cancelled",
    BroadcastState.RECALLED: "recalled",
}


@dataclass(frozen=True, slots=True)
class Post:
    """The text that everybody sees. ``link`` and ``image`` are web addresses; empty strings are left out.

    ``book`` is the title of the book that it is about.
    """

    title: str
    message: str
    hook: str = ""
    link: str = ""
    image: str = ""
    book: str = ""

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
        return cls(
            broadcast.title, broadcast.message, broadcast.hook, broadcast.link, broadcast.image, broadcast.book_title
        )


def compute_fingerprint(counted: Iterable[str]) -> str:
    """Eight hex digits that differ where the counted parts or their order do."""
    return hashlib.sha256("\0".join(counted).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class CountedPosts:
    """The posts of a broadcast that are in their channels now; ``ids`` are those of their deliveries."""

    broadcast: Broadcast
    ids: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that differ where the posts do, for a button that acts on what its label has counted."""
        return compute_fingerprint(self.ids)


@dataclass(frozen=True, slots=True)
class BroadcastPreview:
    """What a confirmation of the draft would do now.

    ``targets`` are the channels that get a post. ``left_out`` are channels that get none, each with the reason;
    ``unreachable`` are those of them that are subscribed but closed to the bot, and count as refusals. Where the draft is a
    new text for posts that have arrived, there are no targets, and ``changed_posts`` are the ids of their deliveries.
    ``is_template`` says that the script to be released is a template. Where the draft changes a broadcast that is still
    scheduled, ``scheduled`` is that broadcast, and the targets are those that were counted for it.
    """

    broadcast: Broadcast
    targets: tuple[Target, ...]
    left_out: tuple[tuple[Target, str], ...]
    needs_second_approver: bool = False
    changed_posts: tuple[str, ...] | None = None
    unreachable: tuple[tuple[Target, str], ...] = ()
    is_template: bool = False
    scheduled: Broadcast | None = None

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that differ where the targets or the post do, for a button that posts what was shown."""
        if self.changed_posts is not None:
            return compute_fingerprint(self.changed_posts)
        post, due_at = Post.from_broadcast(self.broadcast), self.broadcast.due_at
        shown = (
            post.title,
            post.message,
            post.hook,
            post.link,
            post.image,
            str(due_at),
            str(self.broadcast.ping_roles),
        )
        return compute_fingerprint([*shown, *sorted(str(target.channel_id) for target in self.targets)])

    @property
    def server_count(self) -> int:
        """In how many servers the targets are."""
        return len({target.guild_id for target in self.targets})


@dataclass(frozen=True, slots=True)
class BroadcastStatus:
    """How the deliveries of a broadcast are going.

    ``failed_deliveries`` are those that were refused, failed or ended as unknown. ``is_scheduled`` says that its time is still
    to come. ``channels_per_second`` is the average since sending began, 0 before that. ``preview`` is what an approval would
    do now, where the broadcast waits for one. ``holds_release`` says that its posts were recalled and that the script it
    released is still released. ``read_at`` is when this was read, by the database's clock.
    """

    broadcast: Broadcast
    counts: DeliveryCounts
    failed_deliveries: tuple[Delivery, ...]
    shares: int = 0
    is_scheduled: bool = False
    channels_per_second: float = 0.0
    preview: BroadcastPreview | None = None
    holds_release: bool = False
    read_at: datetime | None = None

    @property
    def retriable(self) -> int:
        """How many deliveries can be tried again: those that certainly did not do what they should."""
        return sum(delivery.state is not DeliveryState.UNKNOWN for delivery in self.failed_deliveries)

    @property
    def label(self) -> str:
        """The state in a word or two, for people."""
        if self.broadcast.state is BroadcastState.SENDING and self.is_scheduled:
            return "scheduled"
        if self.broadcast.state is BroadcastState.SENDING:
            action = self.counts.open_action or DeliveryAction.POST
            return {"post": "posting", "edit": "changing", "recall": "recalling"}[action.value]
        return STATE_LABELS[self.broadcast.state]


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
