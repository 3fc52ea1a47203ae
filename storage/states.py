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
    """An announcement: composed as ``draft``, confirmed, sent.

    ``pending`` waits for a second approver. ``sending`` means that deliveries exist, due now or later. ``stopped`` is what the
    breaker does when too many channels refuse; ``cancelled`` what a person does.
    """

    DRAFT = "draft"
    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """Who an announcement is for."""

    ALL = "all"
    FOLLOWERS = "followers"


class DeliveryAction(StrEnum):
    """What is to be done in the channel: the post itself, a change of it, or its removal."""

    POST = "post"
    EDIT = "edit"
    RECALL = "recall"


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
    RECALLED = "recalled"


class SubscriptionState(StrEnum):
    """An affiliate's channel. ``pending`` waits for the team; ``paused`` has refused too often."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
