"""Sends what is due: the intent first, then the request, then the outcome. Reconciles what a dead process began."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.broadcasts.announcer import EndAnnouncer
from bot.broadcasts.breaker import forget_outcomes, record_outcome, stop_broadcast
from bot.broadcasts.content import add_referral
from bot.broadcasts.outcomes import Attempt, next_state, record_attempt
from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind, Post
from bot.broadcasts.status import get_status, report_finished
from bot.clock import Wait
from bot.jobs.nonce_window import NONCE_WINDOW
from bot.jobs.pacer import Pacer
from bot.jobs.worker import JobWorker
from bot.ports import BroadcastCards, PostSender
from storage import (
    Database,
    DatabaseUnavailableError,
    ReadTransaction,
    StaleStateError,
    Topic,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import Broadcast
from storage.stores.delivery_values import Delivery

T = TypeVar("T")
_log = logging.getLogger(__name__)

IN_FLIGHT: Final = 20
"""Deliveries at once, most of which wait for their turn. At 120 ms for a request, half of them allow 80 posts a second."""
_REFILL_AT: Final = 10
"""Deliveries that are claimed together: one transaction for ten posts instead of one for each."""
_STALE_SECONDS: Final = 5.0
"""After so long the confirmed right to send is confirmed again. Half a lease: nobody can have taken over before."""
_LATE_SECONDS: Final = 0.25
"""A turn that is used later than this is worth nothing: all who waited for the database meanwhile would post at once."""
_CARD_SECONDS: Final = 2.5
"""Between two edits of a card while posts go out: Discord allows five edits of a message in five seconds."""
_STORE_AGAIN_SECONDS: Final = 2.5
"""Between attempts to store an outcome, for example while the disk is full. Without them the post would have to be looked for
once its lease has expired."""
_STOP_SECONDS: Final = 5.0
"""For requests under way at a stop; the process has 9 seconds in all."""


@dataclass(slots=True)
class Dispatcher:
    """The handler of deliveries, and the one place that posts, edits and recalls broadcasts."""

    database: Database
    sender: PostSender
    card: BroadcastCards
    pacer: Pacer
    wait: Wait
    link_template: str = "{link}"
    jobs: JobWorker[Delivery] = field(init=False)
    _announcer: EndAnnouncer = field(init=False)
    _shown_at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = JobWorker(self, self.wait, IN_FLIGHT, self.database.exclusive, _STOP_SECONDS, _REFILL_AT)
        self._announcer = EndAnnouncer(self.database, self.card)

    @property
    def kind(self) -> str:
        """Deliveries."""
        return "deliveries"

    async def start(self) -> None:
        """Sends from now on, beginning with what an earlier process left unfinished."""
        self.database.notifications.subscribe(Topic.DELIVERIES, lambda _: self.jobs.wake())
        await self.jobs.start()

    async def stop(self) -> None:
        """Sends nothing new, lets requests under way end for five seconds, and stops."""
        self.jobs.begin_stop()  # before the pacer lets everybody pass: whoever passes must see it
        self.pacer.close()
        await self.jobs.stop()
        await self._announcer.stop(_STOP_SECONDS)

    def wake(self) -> None:
        """Makes the dispatchers of all processes look for due deliveries now."""
        self.database.notifications.publish(Topic.DELIVERIES)

    def get_key(self, job: Delivery) -> str:
        """The delivery's id."""
        return job.id

    @write_transaction
    async def claim(self, tx: WriteTransaction, owner: str, limit: int) -> Sequence[Delivery]:
        """Due deliveries; claiming commits the intent to send them."""
        return await tx.deliveries.claim(owner, limit)

    @write_transaction
    async def recover(self, tx: WriteTransaction, owner: str, *, all_owners: bool) -> Sequence[Delivery]:
        """Deliveries that a dead process had claimed; whether their posts arrived has to be found out first."""
        return await tx.deliveries.take_over_expired(owner, all_owners=all_owners)

    async def renew(self, job: Delivery) -> bool:
        """Renews the lease."""
        try:
            await self._renew(job)
        except StaleStateError:
            return False
        return True

    @read_transaction
    async def get_seconds_until_due(self, tx: ReadTransaction) -> float | None:
        """Seconds until the next waiting delivery is due."""
        due = await tx.deliveries.get_next_due()
        return None if due is None else (due - tx.now).total_seconds()

    async def after_round(self) -> None:
        """Broadcasts without open deliveries are finished, and their cards and the audit channel say how they ended."""
        for broadcast_id in await self._finish_broadcasts():
            self._shown_at.pop(broadcast_id, None)
        self._announcer.start()

    async def run(self, job: Delivery, *, recovered: bool) -> None:
        """One attempt, with its outcome committed."""
        try:
            outcome, uncertain = None, False
            if (recovered or job.may_have_arrived) and job.action is DeliveryAction.POST:
                outcome, uncertain = await self._reconcile(job)
            if outcome is None:
                await self.pacer.acquire()
                outcome = await self._send_request(job, uncertain=uncertain)
            if outcome is not None:
                await self._record_outcome(job, outcome, uncertain=uncertain)
            await self._show_progress(job.broadcast_id)
        except StaleStateError:
            _log.info("delivery %s was finished by another process", job.id)

    async def _send_request(self, delivery: Delivery, *, uncertain: bool) -> Outcome | None:
        """The request itself; None where it is not wanted any more, which is checked at the last moment."""
        broadcast, unwanted = await self._confirm_intent(delivery)
        if self.jobs.is_stopping or unwanted is not None:
            await self._store(delivery, lambda: self._give_back(delivery, unwanted, uncertain=uncertain))
            return None
        post = Post.from_broadcast(broadcast).with_link(
            add_referral(self.link_template, broadcast.link, delivery.referral)
        )
        match delivery.action:
            case DeliveryAction.POST:
                return await self.sender.send(delivery, post, ping=broadcast.ping_roles)
            case DeliveryAction.EDIT:
                return await self.sender.edit(delivery, post)
            case DeliveryAction.RECALL:
                return await self.sender.recall(delivery)

    async def _confirm_intent(self, delivery: Delivery) -> tuple[Broadcast, Outcome | None]:
        """The broadcast, and the outcome of the delivery where it is not wanted any more.

        If the database was away or slow meanwhile, another turn is waited for. If this process was stopped (its machine slept,
        its program was halted), it asks again: another process may have taken the delivery over and posted.

        Raises:
            StaleStateError: another process has taken the delivery over.
        """
        while True:
            begun = time.monotonic()
            confirmed = await self._check_wanted(delivery)
            if time.monotonic() - begun >= _LATE_SECONDS:
                await self.pacer.acquire()
            if time.monotonic() - begun < _STALE_SECONDS:
                return confirmed

    @write_transaction
    async def _check_wanted(self, tx: WriteTransaction, delivery: Delivery) -> tuple[Broadcast, Outcome | None]:
        """Owner and token of the lease are read again in the same moment, and the lease is renewed."""
        await tx.deliveries.renew(delivery.id, delivery.lease)
        broadcast = await tx.broadcasts.get(delivery.broadcast_id)
        if broadcast.state is not BroadcastState.SENDING:
            return broadcast, Outcome(OutcomeKind.STOPPED, error="stopped before it was sent")
        if delivery.action is DeliveryAction.POST and delivery.subscription_id is not None:
            why = await tx.subscriptions.find_obstacle(delivery.subscription_id, delivery.channel_id)
            if why:
                return broadcast, Outcome(OutcomeKind.REFUSED, error=why)
        return broadcast, None

    @write_transaction
    async def _give_back(
        self, tx: WriteTransaction, delivery: Delivery, unwanted: Outcome | None, *, uncertain: bool
    ) -> None:
        """Stores why no request was made: ``unwanted``, or None where only this process stops."""
        if unwanted is None:
            await tx.deliveries.release(delivery, may_have_arrived=uncertain)
            return
        is_refused = unwanted.kind is OutcomeKind.REFUSED
        state = DeliveryState.REFUSED if is_refused else DeliveryState.CANCELLED
        if delivery.message_id is not None:
            state = DeliveryState.SENT
        elif uncertain:
            state = DeliveryState.UNKNOWN
        await tx.deliveries.finish(delivery.id, delivery.lease, state, error=unwanted.error)

    async def _reconcile(self, delivery: Delivery) -> tuple[Outcome | None, bool]:
        """What became of an earlier attempt whose answer was lost, and whether that stays uncertain.

        The outcome is None where sending is safe: the post is not there, or the nonce still prevents a second one.
        """
        outcome = await self.sender.find_post(delivery)
        if outcome.kind is OutcomeKind.RETRY:
            return None, False
        if outcome.kind is OutcomeKind.UNSURE:
            if await self._is_inside_nonce_window(delivery):
                return None, True
            return Outcome(OutcomeKind.UNKNOWN, error=outcome.error), True
        return outcome, False

    @read_transaction
    async def _is_inside_nonce_window(self, tx: ReadTransaction, delivery: Delivery) -> bool:
        return delivery.attempted_at is not None and tx.now - delivery.attempted_at < NONCE_WINDOW

    async def _record_outcome(self, delivery: Delivery, outcome: Outcome, *, uncertain: bool) -> None:
        if outcome.kind is OutcomeKind.PAUSE:
            await self.pacer.pause_for(outcome.pause_seconds)
        attempt = Attempt(delivery, outcome, next_state(delivery, outcome, uncertain=uncertain), uncertain)
        stop_reason = await self._store(delivery, lambda: self._commit_attempt(attempt))
        if stop_reason:
            await self._show_card(delivery.broadcast_id)

    async def _store(self, delivery: Delivery, commit: Callable[[], Awaitable[T]]) -> T:
        """What ``commit`` returns; it is repeated until the database takes it or the process stops."""
        is_logged = False
        while True:
            try:
                return await commit()
            except DatabaseUnavailableError as outage:
                if self.jobs.is_stopping:
                    raise
                if not is_logged:
                    _log.warning("the outcome of delivery %s is stored later: %s", delivery.id, outage)
                is_logged = True
            with suppress(TimeoutError):
                await self.wait(asyncio.sleep(_STORE_AGAIN_SECONDS), "room for an outcome")

    @write_transaction
    async def _commit_attempt(self, tx: WriteTransaction, attempt: Attempt) -> str:
        """Why the broadcast was stopped by this outcome, or an empty string."""
        await record_attempt(tx, attempt)
        stop_reason = await record_outcome(tx, attempt.delivery.broadcast_id, attempt.outcome)
        if stop_reason:
            await stop_broadcast(tx, attempt.delivery.broadcast_id, stop_reason)
        return stop_reason

    @write_transaction
    async def _renew(self, tx: WriteTransaction, delivery: Delivery) -> None:
        await tx.deliveries.renew(delivery.id, delivery.lease)

    @write_transaction
    async def _finish_broadcasts(self, tx: WriteTransaction) -> list[str]:
        finished = await tx.broadcasts.finish_completed()
        for broadcast_id in finished:
            await forget_outcomes(tx, broadcast_id)
            counts = await tx.deliveries.count(broadcast_id)
            report_finished(tx, await tx.broadcasts.get(broadcast_id), counts)
        return finished

    async def _show_progress(self, broadcast_id: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(broadcast_id, 0.0) >= _CARD_SECONDS:
            self._shown_at[broadcast_id] = now
            await self._show_card(broadcast_id)

    async def _show_card(self, broadcast_id: str) -> None:
        await self.card.update_card(await self._get_status(broadcast_id))

    @read_transaction
    async def _get_status(self, tx: ReadTransaction, broadcast_id: str) -> BroadcastStatus:
        return await get_status(tx, broadcast_id)
