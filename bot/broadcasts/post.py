"""An announcement as it will stand in a channel, and what may come of trying to put it there. Values and seams only."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

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
class Preview:
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
class Account:
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


class Sender(Protocol):
    """Puts posts into channels. Implemented where Discord's error codes are known; never raises for what Discord answers."""

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Sends once, with the delivery's id as nonce and as mark in the post's button."""
        ...

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """The post that has arrived looks like ``post`` afterwards."""
        ...

    async def recall(self, delivery: Delivery) -> Outcome:
        """The post that has arrived is gone afterwards; gone already counts."""
        ...

    async def find(self, delivery: Delivery) -> Outcome:
        """Looks for the mark among the channel's recent messages.

        ``SENT`` when it is there, ``RETRY`` when it surely is not, ``UNSURE`` when nobody can tell.
        """
        ...


class Reach(Protocol):
    """Knows from the cache whether a channel can be written to."""

    def obstacle(self, guild_id: int, channel_id: int) -> str:
        """Why it cannot, in words; empty when it can."""
        ...


class BroadcastCard(Protocol):
    """Shows how a broadcast is going."""

    async def post(self, account: Account, channel_id: int) -> int:
        """The id of a new card in the channel.

        Raises ``DeliveryError`` where Discord would not take it, ``TimeoutError`` where nobody knows.
        """
        ...

    async def show(self, account: Account) -> bool:
        """Whether the card shows the account now, or never can. Never raises for what Discord answers."""
        ...


class Notices(Protocol):
    """Tells people what nobody asked for at that moment. Never raises for what Discord refuses."""

    async def audit(self, text: str) -> None:
        """Into the studio's audit channel, where one is set."""
        ...

    async def server(self, guild_id: int, text: str) -> None:
        """Into a channel of that server where the bot may write, if there is one."""
        ...


class Nowhere:
    """For programs that know no Discord: every channel counts as open, and nothing is shown."""

    def obstacle(self, guild_id: int, channel_id: int) -> str:  # noqa: ARG002 - part of the protocol
        """Nothing known; the bot finds out when it posts."""
        return ""

    async def post(self, account: Account, channel_id: int) -> int:  # noqa: ARG002 - part of the protocol
        """No message."""
        return 0

    async def show(self, account: Account) -> bool:  # noqa: ARG002 - part of the protocol
        """Nothing; there is nobody to whom it could be shown."""
        return True

    async def audit(self, text: str) -> None:
        """Nothing."""

    async def server(self, guild_id: int, text: str) -> None:
        """Nothing."""
