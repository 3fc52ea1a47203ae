"""Faults in the storage of broadcasts, deliveries, their leases, and subscriptions."""

from typing import Final

from tests.mutation.faults.model import Fault

_DELIVERIES: Final = "storage.stores.deliveries"
_DELIVERY_TESTS: Final = (
    "tests/storage/stores/test_delivery_states.py",
    "tests/storage/stores/test_deliveries.py",
    "-k",
    "not postgres",
)
_SUBSCRIPTIONS: Final = "storage.stores.subscriptions"
_SUBSCRIPTION_TESTS: Final = ("tests/storage/stores/test_subscription_states.py", "-k", "not postgres")
_LEASES: Final = "storage.leases"
_LEASE_TESTS: Final = ("tests/storage/test_leases.py", *_DELIVERY_TESTS)
_BROADCASTS: Final = "storage.stores.broadcasts"
_BROADCAST_TESTS: Final = ("tests/storage/stores/test_broadcast_ends.py", "-k", "not postgres")

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        _DELIVERIES,
        "a claim ignores when a delivery is due",
        "deliveries.c.state == DeliveryState.READY, deliveries.c.due_at <= self.now)",
        "deliveries.c.state == DeliveryState.READY)",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a scheduled post is due at once",
        '"due_at": due_at or self.now,',
        '"due_at": self.now,',
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "living leases are taken over",
        "all_owners=all_owners, values={})",
        "all_owners=True, values={})",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "each attempt in doubt begins the nonce's time afresh",
        "func.coalesce(deliveries.c.attempted_at, literal(self.now, Utc()))",
        "literal(self.now, Utc())",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "an attempt that may have arrived is forgotten",
        "        if cannot_have_arrived:\n",
        "        if True:\n",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a pause uses up an attempt",
        "        if not count_attempt:\n",
        "        if False:\n",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a stop cancels posts that wait for a recall",
        "is_change = deliveries.c.action != DeliveryAction.POST",
        "is_change = deliveries.c.action == DeliveryAction.EDIT",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a stop cancels what is under way",
        "waiting = (deliveries.c.broadcast_id == broadcast_id) & (deliveries.c.state == DeliveryState.READY)",
        "waiting = deliveries.c.broadcast_id == broadcast_id",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a post that may have arrived is tried again by hand",
        "in_([DeliveryState.FAILED, DeliveryState.REFUSED])\n        return",
        "in_([DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.UNKNOWN])\n        return",
        _DELIVERY_TESTS,
    ),
    Fault(
        _DELIVERIES,
        "a channel that was refused without a request is sent to",
        '{"state": DeliveryState.REFUSED, "error": error}',
        '{"error": error}',
        _DELIVERY_TESTS,
    ),
    Fault(
        "storage.stores.delivery_values",
        "a recalled post counts as standing",
        "number if state is not DeliveryState.RECALLED else 0",
        "number",
        ("tests/storage/stores/test_delivery_counts.py", "-k", "not postgres"),
    ),
    Fault(
        _SUBSCRIPTIONS,
        "a post does not end the row of refusals",
        '.values(refusals=0, last_error="", last_post_at=',
        ".values(last_post_at=",
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "admitting keeps the refusals",
        '{"state": SubscriptionState.ACTIVE, "refusals": 0, "last_error": ""}',
        '{"state": SubscriptionState.ACTIVE}',
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "joining again keeps the refusals",
        '            "refusals": 0,\n            "last_error": "",\n',
        "",
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "a channel that the server has changed still gets the post",
        "if rows[0].channel_id != channel_id:",
        "if False:",
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "a paused subscription still gets the post",
        'return "" if rows[0].state is SubscriptionState.ACTIVE else',
        'return "" if rows[0].state is not SubscriptionState.PENDING else',
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "a subscription that has ended is resumed by an approval",
        ".in_([SubscriptionState.PENDING, SubscriptionState.PAUSED])",
        ".in_([SubscriptionState.PENDING, SubscriptionState.PAUSED, SubscriptionState.ENDED])",
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _SUBSCRIPTIONS,
        "the books of a subscription that has ended are followed again",
        "known = await self.find_by_guild(guild_id)",
        "known = next(iter(await self._select(subscriptions.c.guild_id == guild_id)), None)",
        _SUBSCRIPTION_TESTS,
    ),
    Fault(
        _LEASES,
        "an owner whose lease another one had in between still stores its outcome",
        '                columns.lease_token == bindparam("leased_token"),\n',
        "",
        _LEASE_TESTS,
    ),
    Fault(
        _LEASES,
        "anybody may end a lease",
        '                columns.lease_owner == bindparam("leased_owner"),\n',
        "",
        _LEASE_TESTS,
    ),
    Fault(
        _LEASES,
        "a lease that is taken over keeps its token",
        "token = self.table.c.lease_token + 1",
        "token = self.table.c.lease_token",
        _LEASE_TESTS,
    ),
    Fault(
        _LEASES,
        "living leases are taken over",
        "return and_(self.held, self.table.c.lease_until < self.now)",
        "return self.held",
        _LEASE_TESTS,
    ),
    Fault(
        _LEASES,
        "the only process takes over its own jobs",
        "or_(self.table.c.lease_owner.is_(None), self.table.c.lease_owner != owner)",
        "self.table.c.lease_owner.is_not(None)",
        _LEASE_TESTS,
    ),
    Fault(
        _LEASES,
        "a renewed lease ends at once",
        '{"lease_until": self.now + duration, **values}',
        '{"lease_until": self.now, **values}',
        _LEASE_TESTS,
    ),
    Fault(
        _BROADCASTS,
        "a broadcast is done while a post is under way",
        "in_([DeliveryState.READY, DeliveryState.SENDING])",
        "in_([DeliveryState.READY])",
        _BROADCAST_TESTS,
    ),
    Fault(
        _BROADCASTS,
        "a broadcast with a post that is left counts as recalled",
        "some_recalled & ~some_left",
        "some_recalled",
        _BROADCAST_TESTS,
    ),
    Fault(
        _BROADCASTS,
        "what was never confirmed is sent when it is opened again",
        "broadcasts.c.state.in_(_ENDED) & broadcasts.c.confirmed_at.is_not(None)",
        "broadcasts.c.state.in_(_ENDED)",
        _BROADCAST_TESTS,
    ),
    Fault(
        _BROADCASTS,
        "a later end replaces the first one",
        "return func.coalesce(broadcasts.c.finished_at, literal(self.now, Utc()))",
        "return literal(self.now, Utc())",
        _BROADCAST_TESTS,
    ),
    Fault(
        _BROADCASTS,
        "the end of a broadcast that is opened again is not announced",
        '{"state": BroadcastState.SENDING, "announced": False}',
        '{"state": BroadcastState.SENDING}',
        _BROADCAST_TESTS,
    ),
)
