"""The states that rows pass through. Each is guarded by a CHECK in SQL; each transition is one UPDATE … WHERE state = …."""

from enum import StrEnum


class RunState(StrEnum):
    """A run: ``ready → writing → done``; ``interrupted`` when its process ended, ``cancelled`` by a person."""

    READY = "ready"
    WRITING = "writing"
    INTERRUPTED = "interrupted"
    DONE = "done"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """A batch: ``running → done``; ``paused`` and ``cancelled`` by a person, ``paused`` also where the money is used up."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class ChapterOrder(StrEnum):
    """How a batch writes its chapters: one after the other with the story so far, or side by side without it."""

    STORY = "story"
    PARALLEL = "parallel"


class BatchPace(StrEnum):
    """How soon a batch is written: at once, or overnight at half price."""

    NOW = "now"
    OVERNIGHT = "overnight"


class ScriptState(StrEnum):
    """A script: ``draft → approved → released``; an approval can be withdrawn until the release."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"


class EditKind(StrEnum):
    """What an edit did to a script: it made its text, changed it, took a change back, or changed its approval."""

    CREATED = "created"
    CHANGED = "changed"
    UNDONE = "undone"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class TakeVerdict(StrEnum):
    """What becomes of a take: it is used, or the line has to be recorded once more."""

    GOOD = "good"
    PICKUP = "pickup"


class BroadcastState(StrEnum):
    """A broadcast: composed as ``draft``, confirmed by a person, sent.

    ``pending`` waits for a second approver. ``sending`` means that deliveries exist, due now or later. ``stopped`` means that
    the circuit breaker ended it because too many channels refused; ``cancelled`` that a person did; ``recalled`` that none of
    its posts is left.
    """

    DRAFT = "draft"
    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    RECALLED = "recalled"


class Audience(StrEnum):
    """Which subscriptions get a broadcast: all, or those that follow its book."""

    ALL = "all"
    FOLLOWERS = "followers"


class DeliveryAction(StrEnum):
    """What a delivery has to do in its channel: send the post, edit it, or delete it."""

    POST = "post"
    EDIT = "edit"
    RECALL = "recall"


class DeliveryState(StrEnum):
    """One broadcast in one channel.

    ``sending`` is committed before the request goes out. ``refused`` is a final refusal by Discord; ``failed`` means that
    all attempts are used up; ``unknown`` that nobody can find out whether it arrived.
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
    """A server's subscription. ``pending`` waits for the team; ``paused``: its channel refused three broadcasts in a row."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ProposalState(StrEnum):
    """What becomes of an entry that a writer proposes for a book's series bible; what a person enters is accepted."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ProcessState(StrEnum):
    """A process on the database: a standby becomes ``active`` when it takes over, and is ``stopping`` until it ends."""

    STANDBY = "standby"
    ACTIVE = "active"
    STOPPING = "stopping"


class NoticeState(StrEnum):
    """A notice to a server: ``ready → sending → sent``; ``kept`` for whoever manages the server if no channel takes it."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    KEPT = "kept"
