"""The values of deliveries: a channel, a stored delivery, and how many there are of each kind."""

from dataclasses import dataclass, field
from datetime import datetime

from storage.leases import Lease
from storage.states import DeliveryAction, DeliveryState
from storage.stores.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that is to get a post. The studio's own announcement channel has no subscription."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None = None
    subscription_id: str | None = None
    referral: str = ""

    @classmethod
    def from_subscription(cls, subscription: Subscription) -> "Target":
        """The subscribed channel."""
        return cls(
            subscription.guild_id,
            subscription.guild_name,
            subscription.channel_id,
            subscription.channel_name,
            subscription.role_id,
            subscription.id,
            subscription.referral,
        )

    @classmethod
    def from_delivery(cls, delivery: "Delivery") -> "Target":
        """The channel that a delivery goes to."""
        return cls(
            delivery.guild_id,
            delivery.guild_name,
            delivery.channel_id,
            delivery.channel_name,
            delivery.role_id,
            delivery.subscription_id,
            delivery.referral,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A channel's post of a broadcast. ``id`` (16 hex) is also the message's nonce and part of its button's ``custom_id``.

    ``attempted_at`` is the time of the first attempt that may have arrived; None where none can have.
    """

    id: str
    broadcast_id: str
    state: DeliveryState
    action: DeliveryAction
    referral: str
    sent_at: datetime | None
    subscription_id: str | None
    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    role_id: int | None
    message_id: int | None
    attempts: int
    due_at: datetime
    attempted_at: datetime | None
    lease_owner: str | None
    lease_token: int
    lease_until: datetime | None
    error: str
    updated_at: datetime

    @property
    def lease(self) -> Lease:
        """The lease under which this row was read; of use only to whoever claimed it."""
        return Lease(self.lease_owner or "", self.lease_token)

    @property
    def may_have_arrived(self) -> bool:
        """Of a delivery that was just claimed: whether an earlier attempt may have arrived."""
        return self.attempted_at is not None and self.attempted_at < self.updated_at


@dataclass(slots=True)
class DeliveryCounts:
    """How many deliveries a broadcast has, by state, and how many posts of it there are."""

    by_state: dict[DeliveryState, int] = field(default_factory=dict)
    posted: int = 0
    """Posts that have ever arrived, those that were recalled included."""
    standing: int = 0
    """Posts that are in their channels now."""
    open_action: DeliveryAction | None = None
    """What the deliveries without a final outcome are to do; None where there are none."""

    changed_at: datetime | None = None
    """When the text of a post was last changed in its channel; None where it never was, or where it was removed since."""

    @property
    def total(self) -> int:
        """How many deliveries there are."""
        return sum(self.by_state.values())

    @property
    def waiting(self) -> int:
        """How many have no final outcome yet."""
        return self.by_state.get(DeliveryState.READY, 0) + self.by_state.get(DeliveryState.SENDING, 0)

    def add(
        self,
        state: DeliveryState,
        action: DeliveryAction,
        has_message: bool,  # noqa: FBT001 - the columns of a row
        number: int,
        updated_at: datetime | None = None,
    ) -> None:
        """Counts ``number`` more deliveries of this kind, the last of which was updated at ``updated_at``."""
        self.by_state[state] = self.by_state.get(state, 0) + number
        if has_message:
            self.posted += number
            self.standing += number if state is not DeliveryState.RECALLED else 0
        if state in {DeliveryState.READY, DeliveryState.SENDING}:
            self.open_action = action
        if (state, action) == (DeliveryState.SENT, DeliveryAction.EDIT):
            self.changed_at = updated_at
