"""One transaction: a store for each aggregate, all on one connection, and in a write the events that report it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.notifications import Topic
from storage.stores.batches import BatchStore
from storage.stores.bible import BibleStore
from storage.stores.boards import BoardStore
from storage.stores.broadcasts import BroadcastStore
from storage.stores.chapters import ChapterStore
from storage.stores.charges import ChargeStore
from storage.stores.deliveries import DeliveryStore
from storage.stores.documents import DocumentStore
from storage.stores.drafts import DraftStore
from storage.stores.ebooks import EbookStore
from storage.stores.event_counts import EventCountStore
from storage.stores.events import EventStore, NewEvent
from storage.stores.grant_logs import GrantLogStore
from storage.stores.imports import ImportStore
from storage.stores.key_values import KeyValueStore
from storage.stores.known_servers import KnownServerStore
from storage.stores.members import Identity, MemberStore
from storage.stores.notices import NoticeStore
from storage.stores.personal_data import PersonalDataStore
from storage.stores.processes import ProcessStore
from storage.stores.queues import QueueStore
from storage.stores.rate_limits import RateLimitStore
from storage.stores.run_cards import RunCardStore
from storage.stores.runs import RunStore
from storage.stores.script_edits import ScriptEditStore
from storage.stores.script_search import ScriptSearch
from storage.stores.scripts import ScriptStore
from storage.stores.sessions import SessionStore
from storage.stores.shares import ShareStore
from storage.stores.subscriptions import SubscriptionStore
from storage.stores.takes import TakeStore
from storage.stores.text_search import TextSearch
from storage.stores.turns import TurnStore


class ReadTransaction:
    """A consistent view of the database: one store per aggregate, all on one connection. ``now`` is the same for all."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.now = now
        self.members = MemberStore(connection, now)
        self.events = EventStore(connection, now)
        self.event_counts = EventCountStore(connection, now)
        self.sessions = SessionStore(connection, now)
        self.key_values = KeyValueStore(connection)
        self.ebooks = EbookStore(connection, now)
        self.chapters = ChapterStore(connection, now)
        self.bible = BibleStore(connection, now)
        self.runs = RunStore(connection, now)
        self.run_cards = RunCardStore(connection, now)
        self.charges = ChargeStore(connection, now)
        self.batches = BatchStore(connection, now)
        self.scripts = ScriptStore(connection, now)
        self.grant_logs = GrantLogStore(connection, now)
        self.script_search = ScriptSearch(connection)
        self.text_search = TextSearch(connection)
        self.drafts = DraftStore(connection)
        self.script_edits = ScriptEditStore(connection, now)
        self.takes = TakeStore(connection, now)
        self.documents = DocumentStore(connection, now)
        self.subscriptions = SubscriptionStore(connection, now)
        self.broadcasts = BroadcastStore(connection, now)
        self.deliveries = DeliveryStore(connection, now)
        self.shares = ShareStore(connection, now)
        self.boards = BoardStore(connection, now)
        self.personal_data = PersonalDataStore(connection, now)
        self.imports = ImportStore(connection)
        self.processes = ProcessStore(connection, now)
        self.turns = TurnStore(connection, now)
        self.servers = KnownServerStore(connection, now)
        self.queues = QueueStore(connection, now)
        self.rate_limits = RateLimitStore(connection, now)
        self.notices = NoticeStore(connection, now)


class WriteTransaction(ReadTransaction):
    """One write transaction: what is changed and what is reported are committed together."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        super().__init__(connection, now)
        self.reports: list[tuple[NewEvent, Identity | None]] = []
        self.wake_ups: dict[tuple[Topic, str], None] = {}

    def report(
        self,
        event: str,
        data: dict[str, Any],
        *,
        actor: Identity | None = None,
        member_id: str | None = None,
        ebook_id: str | None = None,
        session_id: str | None = None,
    ) -> None:
        """Appends an event to the audit trail when this transaction commits; events keep the order of the calls.

        Pass ``actor`` for a person who acts now (they become a known member), or ``member_id`` for one who is known already.
        The event belongs to that member's current session unless ``session_id`` names another.
        """
        self.reports.append((NewEvent(event, data, member_id, ebook_id, session_id), actor))

    def report_past(
        self, event: str, data: dict[str, Any], happened_at: datetime | None, ebook_id: str | None = None
    ) -> None:
        """Appends an event that happened elsewhere and is imported now; ``happened_at`` is None where the time is unknown."""
        self.reports.append((NewEvent(event, data, None, ebook_id, timestamp=happened_at), None))

    def wake(self, topic: Topic, payload: str = "") -> None:
        """Wakes whoever waits for ``topic``, in every process, once this transaction is committed."""
        self.wake_ups[topic, payload] = None

    async def finish(self, session_gap: timedelta, others: Sequence["WriteTransaction"] = ()) -> None:
        """Appends the reported events, and after them those of ``others`` on the same connection.

        Called last, since the chain's head row makes every other writer wait.
        """
        reports = [report for each in (self, *others) for report in each.reports]
        actors = {actor.discord_id: actor for _, actor in reports if actor is not None}
        # In sorted order, so that two transactions with the same people do not deadlock on PostgreSQL.
        ids = {discord_id: await self.members.remember(actors[discord_id]) for discord_id in sorted(actors)}
        news = [new if actor is None else replace(new, member_id=ids[actor.discord_id]) for new, actor in reports]
        if news:
            await self.events.append(news, session_gap)
