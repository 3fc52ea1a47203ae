"""Every protocol that a front end implements, with what stands in for one where there is none.

``bot`` never imports a front end. An extension in ``cogs`` builds the adapters and hands them to the composition root
(``bot/app.py``), which passes them to the services.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from bot.broadcasts.post import BroadcastStatus, Outcome, Post
from bot.charts.snapshot import Snapshot
from bot.generation.run_view import RunView
from storage.stores.deliveries import Delivery


class RunCards(Protocol):
    """Shows a run to people. Implemented where Discord is known."""

    async def post(self, view: RunView) -> tuple[int, int] | None:
        """A new card in the run's channel, as (channel, message); None where the run has no channel.

        Raises ``DeliveryError`` where Discord would not take it, ``TimeoutError`` where nobody knows.
        """
        ...

    async def show(self, view: RunView) -> bool:
        """Whether the run's card looks like ``view`` now, or never can. Never raises for what Discord answers."""
        ...


class PostSender(Protocol):
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


class ChannelAccess(Protocol):
    """Knows from the cache whether a channel can be written to."""

    def obstacle(self, guild_id: int, channel_id: int) -> str:
        """Why it cannot, in words; empty when it can."""
        ...


class BroadcastCards(Protocol):
    """Shows how a broadcast is going."""

    async def post(self, account: BroadcastStatus, channel_id: int) -> int:
        """The id of a new card in the channel.

        Raises ``DeliveryError`` where Discord would not take it, ``TimeoutError`` where nobody knows.
        """
        ...

    async def show(self, account: BroadcastStatus) -> bool:
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


class EditResult(Enum):
    """What came of an edit."""

    DONE = auto()
    GONE = auto()  # the message was deleted
    TOO_OLD = auto()  # Discord takes no more edits of it for now
    LATER = auto()  # nobody knows; it may have worked


class BoardMessages(Protocol):
    """Boards as messages. ``DeliveryError`` says what Discord refuses, ``LookupError`` that the channel is gone.

    ``TimeoutError`` means that nobody knows what came of it.
    """

    async def post(self, channel_id: int, look: Snapshot, nonce: str) -> int:
        """The id of a new message. Two posts with the same nonce within minutes are one message."""
        ...

    async def pin(self, channel_id: int, message_id: int) -> str:
        """The message is pinned, or a sentence says why not."""
        ...

    async def edit(self, channel_id: int, message_id: int, look: Snapshot) -> EditResult:
        """The message shows the look afterwards."""
        ...

    async def there(self, channel_id: int, message_id: int) -> bool:
        """Whether the message stands there, as far as anybody can tell."""
        ...

    async def strays(self, channel_id: int, but: int | None) -> list[int]:
        """Boards of ours among the channel's recent messages, the newest first, without the one in ``but``."""
        ...

    async def delete(self, channel_id: int, message_id: int) -> bool:
        """Whether the message is gone afterwards; gone before counts."""
        ...


@dataclass(frozen=True, slots=True)
class Adapters:
    """One implementation of each protocol; ``bot/app.py`` gets them from the front end's first extension."""

    card: RunCards
    sender: PostSender
    reach: ChannelAccess
    broadcast_card: BroadcastCards
    notices: Notices
    boards: BoardMessages


class NoRunCards:
    """For runs that nobody watches."""

    async def post(self, view: RunView) -> tuple[int, int] | None:  # noqa: ARG002 - part of the protocol
        """Nowhere."""
        return None

    async def show(self, view: RunView) -> bool:  # noqa: ARG002 - part of the protocol
        """Nothing; there is nobody to whom it could be shown."""
        return True


class NoDiscord:
    """For programs that know no Discord: every channel counts as open, and nothing is shown."""

    def obstacle(self, guild_id: int, channel_id: int) -> str:  # noqa: ARG002 - part of the protocol
        """Nothing known; the bot finds out when it posts."""
        return ""

    async def post(self, account: BroadcastStatus, channel_id: int) -> int:  # noqa: ARG002 - part of the protocol
        """No message."""
        return 0

    async def show(self, account: BroadcastStatus) -> bool:  # noqa: ARG002 - part of the protocol
        """Nothing; there is nobody to whom it could be shown."""
        return True

    async def audit(self, text: str) -> None:
        """Nothing."""

    async def server(self, guild_id: int, text: str) -> None:
        """Nothing."""
