"""The states that rows pass through. Each is guarded by a CHECK in SQL; each transition is one UPDATE … WHERE state = …."""

from enum import StrEnum


class RunState(StrEnum):
    """A generation: ``ready → writing → done``; ``interrupted`` when its process died, ``cancelled`` by a person."""

    READY = "ready"
    WRITING = "writing"
    INTERRUPTED = "interrupted"
    DONE = "done"
    CANCELLED = "cancelled"


class ScriptState(StrEnum):
    """A script's life: ``draft → approved → released``."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"


class BroadcastState(StrEnum):
    """An announcement: composed as ``draft``, ``sending`` from the confirmation on, then ``done`` or ``cancelled``."""

    DRAFT = "draft"
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """One announcement in one channel.

    ``sending`` is committed before the request goes out. ``refused`` is Discord's final no; ``failed`` means all attempts
    are used up; ``unknown`` means that it may or may not have arrived and nobody could be asked.
    """

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class SubscriptionState(StrEnum):
    """An affiliate's channel."""

    ACTIVE = "active"
    ENDED = "ended"
