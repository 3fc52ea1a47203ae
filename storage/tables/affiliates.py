"""Subscriptions, broadcasts and their deliveries, shares, and live boards."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.states import Audience, BroadcastState, DeliveryAction, DeliveryState, SubscriptionState
from storage.tables.metadata import metadata
from storage.types import Utc, state_type

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(SubscriptionState, "state"), nullable=False),
    Column("guild_id", BigInteger, nullable=False, unique=True),
    Column("guild_name", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("role_id", BigInteger),
    Column("member_id", String(40)),
    # Ids of the followed books as a JSON array; an empty array follows every book.
    Column("ebooks", Text, nullable=False, server_default="[]"),
    Column("referral", String(16), nullable=False, unique=True),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("last_post_at", Utc),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("ended_why", Text, nullable=False, server_default=""),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", state_type(BroadcastState, "state"), nullable=False),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("hook", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("image", Text, nullable=False, server_default=""),
    Column("ebook_id", Text),
    Column("script_id", String(40)),
    Column("ping_roles", Boolean, nullable=False),
    Column("audience", state_type(Audience, "audience"), nullable=False),
    Column("due_at", Utc),
    Column("stopped_why", Text, nullable=False, server_default=""),
    Column("metadata", Text, nullable=False, server_default="{}"),
    # Of a draft with a new text for posts that have arrived: the broadcast whose posts they are.
    Column("change_of", String(40)),
    Column("author_id", String(40)),
    Column("confirmed_by", String(40)),
    Column("approved_by", String(40)),
    Column("channel_id", BigInteger),
    Column("card_id", BigInteger),
    # Whether the card and the audit channel say how it ended.
    Column("announced", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc),
    Column("finished_at", Utc),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("state", state_type(DeliveryState, "state"), nullable=False),
    Column("action", state_type(DeliveryAction, "action"), nullable=False),
    Column("referral", String(16), nullable=False, server_default=""),
    Column("sent_at", Utc),
    Column("subscription_id", String(40)),
    Column("guild_id", BigInteger, nullable=False),
    Column("guild_name", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("role_id", BigInteger),
    Column("message_id", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Utc, nullable=False),
    Column("attempted_at", Utc),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("error", Text, nullable=False, server_default=""),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("broadcast_id", "channel_id"),
    Index(None, "state", "due_at"),
)

shares = Table(
    "shares",
    metadata,
    Column("broadcast_id", ForeignKey("broadcasts.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("delivery_id", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Index(None, "member_id"),
)

# Live boards, one for each channel.
boards = Table(
    "boards",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("member_id", String(40)),
    # What it shows; an empty ebook_id means every book.
    Column("ebook_id", Text, nullable=False, server_default=""),
    Column("period", String(8), nullable=False),
    Column("shown_seq", BigInteger, nullable=False, server_default="0"),
    Column("shown_at", Utc),
    # Not brought up to date before this moment; empty: at once.
    Column("due_at", Utc),
    Column("lease_owner", String(60)),
    Column("lease_token", Integer, nullable=False, server_default="0"),
    Column("lease_until", Utc),
    Column("trouble", Text, nullable=False, server_default=""),
    Column("created_at", Utc, nullable=False),
)
