"""Every protocol that a front end implements, and the null implementations for programs without a front end.

``bot`` never imports a front end. The extension ``cogs/messages/adapters.py`` builds one adapter for each protocol and hands
them to the composition root (``bot/app.py``), which passes them to the services.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from bot.batches.batch_view import BatchView
from bot.broadcasts.post import BroadcastStatus, Outcome, Post
from bot.charts.snapshot import Snapshot
from bot.generation.run_view import RunView
from storage.stores.delivery_values import Delivery
from storage.stores.known_servers import KnownChannel, KnownServer


class RunCards(Protocol):
    """The cards that show runs, each a message in the channel where the run was requested."""

    async def post_card(self, view: RunView) -> tuple[int, int] | None:
        """Posts a new card in the run's channel.

        Returns:
            The ids of the channel and of the message, or None if the run has no channel.

        Raises:
            DeliveryError: Discord refused the message for good.
            TimeoutError: It is unknown whether the message was posted.
        """
        ...

    async def update_card(self, view: RunView) -> bool:
        """Edits the run's card to show ``view``, and posts a new card if there is none or it can no longer be edited.

        Returns:
            False if the card may still show an older view and the call should be repeated later. True if the card shows
            ``view`` or never can. A refusal by Discord is not raised.
        """
        ...


class BatchCards(Protocol):
    """The cards that show batches, each a message in the channel where the batch was started."""

    async def post_card(self, view: BatchView) -> tuple[int, int] | None:
        """Posts a new card in the batch's channel.

        Returns:
            The ids of the channel and of the message, or None if the batch has no channel.

        Raises:
            DeliveryError: Discord refused the message for good.
            TimeoutError: It is unknown whether the message was posted.
        """
        ...

    async def update_card(self, view: BatchView) -> bool:
        """Edits the batch's card to show ``view``, and posts a new card if there is none or it can no longer be edited.

        Returns:
            False if the card may still show an older view and the call should be repeated later.
        """
        ...


class PostSender(Protocol):
    """Sends, edits and deletes the posts of broadcasts. A failed request becomes an ``Outcome``, it is not raised."""

    async def send(self, delivery: Delivery, post: Post, *, ping: bool) -> Outcome:
        """Makes one attempt to send the post. The delivery's id is the nonce and part of the button's custom id.

        ``ping`` mentions the role that the server chose, if it chose one.
        """
        ...

    async def edit(self, delivery: Delivery, post: Post) -> Outcome:
        """Changes the message of the delivery so that it shows ``post``."""
        ...

    async def recall(self, delivery: Delivery) -> Outcome:
        """Deletes the message of the delivery. A message that is already deleted counts as success."""
        ...

    async def find_post(self, delivery: Delivery) -> Outcome:
        """Searches the channel's recent messages for the post, by the delivery's id in its button.

        The outcome is ``SENT`` if it was found, ``RETRY`` if it is certainly not there and ``UNSURE`` if the channel could
        not be read.
        """
        ...


class ChannelAccess(Protocol):
    """Knows from this process's connection to the gateway, without a request, whether the bot can post in a channel."""

    def find_obstacle(self, guild_id: int, channel_id: int) -> str | None:
        """Returns why the bot cannot post there, as a phrase for people, or an empty string if it can.

        None means that this process is not told of the server; ``find_obstacles`` then reads the database.
        """
        ...


class ServerCache(ChannelAccess, Protocol):
    """What this process's connection to the gateway tells of servers and channels, without a request."""

    def sees_server(self, guild_id: int) -> bool:
        """Whether this process is told of the server, so that what is not found here does not exist."""
        ...

    def get_shards(self) -> tuple[Sequence[int], int]:
        """The shards that this process is connected to, and the number of all shards."""
        ...

    def list_server_ids(self) -> list[int]:
        """The ids of the servers that the bot is in, as far as this process is told of them."""
        ...

    def find_server(self, guild_id: int) -> KnownServer | None:
        """The server, or None if the bot is not in it."""
        ...

    def find_channel(self, guild_id: int, channel_id: int) -> KnownChannel | None:
        """The channel or thread, or None if the server has no such channel or the bot is not in it."""
        ...

    def list_notice_channels(self, guild_id: int) -> list[KnownChannel]:
        """Where a notice to the server can be posted: the system channel first, then others in the server's own order."""
        ...


class BroadcastCards(Protocol):
    """The cards that show the progress of broadcasts."""

    async def post_card(self, status: BroadcastStatus, channel_id: int) -> int:
        """Posts a new card in the channel and returns the id of the message.

        Raises:
            DeliveryError: Discord refused the message for good.
            TimeoutError: It is unknown whether the message was posted.
        """
        ...

    async def update_card(self, status: BroadcastStatus) -> bool:
        """Edits the broadcast's card to show the status, and posts one if none is known. A deleted card stays deleted.

        Returns:
            False if the card may still show an older status and the call should be repeated later. True if it shows this
            one or never can. A refusal by Discord is not raised.
        """
        ...


class NoticeResult(Enum):
    """The result of an attempt to post a notice."""

    POSTED = auto()
    REFUSED = auto()
    """The channel does not take it."""
    UNCERTAIN = auto()
    """The answer was lost or Discord had a temporary failure; the notice may have been posted."""


class NoticeMessages(Protocol):
    """The messages of notices, which nobody requested at that moment."""

    async def post(self, channel_id: int, text: str, nonce: str) -> NoticeResult:
        """Makes one attempt to post the text. Attempts with the same nonce within a few minutes make one message."""
        ...


class EditResult(Enum):
    """The result of an attempt to edit a live board."""

    DONE = auto()
    GONE = auto()
    """The message was deleted."""
    TOO_OLD = auto()
    """Discord rate-limits further edits of this message because it is more than an hour old."""
    UNCERTAIN = auto()
    """The answer was lost or Discord had a temporary failure; the edit may have been made."""


class BoardMessages(Protocol):
    """The messages of live boards.

    ``post``, ``edit``, ``exists`` and ``find_others`` raise ``DeliveryError`` if Discord refuses the request for good and
    ``LookupError`` if the channel was deleted. ``post`` and ``find_others`` raise ``TimeoutError`` if the result is unknown.
    """

    async def post(self, channel_id: int, snapshot: Snapshot, nonce: str) -> int:
        """Posts a board and returns the id of the message.

        Two calls with the same nonce within a few minutes result in one message.
        """
        ...

    async def pin(self, channel_id: int, message_id: int) -> str:
        """Pins the message. Returns an empty string, or a sentence for people if it could not be pinned."""
        ...

    async def edit(self, channel_id: int, message_id: int, snapshot: Snapshot) -> EditResult:
        """Makes one attempt to edit the message so that it shows the snapshot."""
        ...

    async def exists(self, channel_id: int, message_id: int) -> bool:
        """Returns False if the message was deleted, and True if it exists or that cannot be determined."""
        ...

    async def find_others(self, channel_id: int, known_id: int | None) -> list[int]:
        """Returns the ids of the bot's boards among the channel's recent messages, except ``known_id``, newest first."""
        ...

    async def delete(self, channel_id: int, message_id: int) -> bool:
        """Deletes the message. Returns whether it is deleted now; a message that was already deleted counts."""
        ...


@dataclass(frozen=True, slots=True)
class Adapters:
    """One implementation of each protocol, built by the front end's first extension."""

    run_cards: RunCards
    batch_cards: BatchCards
    post_sender: PostSender
    channel_access: ServerCache
    broadcast_cards: BroadcastCards
    notices: NoticeMessages
    board_messages: BoardMessages


class NoRunCards:
    """Run cards for programs without Discord: none is posted."""

    async def post_card(self, view: RunView) -> tuple[int, int] | None:  # noqa: ARG002 - part of the protocol
        """Posts nothing and returns None."""
        return None

    async def update_card(self, view: RunView) -> bool:  # noqa: ARG002 - part of the protocol
        """Changes nothing and returns True: there is no card that could show an older view."""
        return True


class NoDiscord:
    """Channel access and broadcast cards for programs without Discord: every channel counts as accessible."""

    def find_obstacle(self, guild_id: int, channel_id: int) -> str | None:  # noqa: ARG002 - part of the protocol
        """Returns an empty string; the bot finds out when it posts."""
        return ""

    async def post_card(self, status: BroadcastStatus, channel_id: int) -> int:  # noqa: ARG002 - part of the protocol
        """Posts nothing and returns 0."""
        return 0

    async def update_card(self, status: BroadcastStatus) -> bool:  # noqa: ARG002 - part of the protocol
        """Changes nothing and returns True: there is no card that could show an older status."""
        return True
