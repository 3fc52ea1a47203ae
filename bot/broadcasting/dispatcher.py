"""Sends what is due: intent first, then the request, then the outcome. Reconciles what a dead process left in between."""

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.broadcasting.pacing import Pacer
from bot.broadcasting.post import BroadcastCard, Outcome, OutcomeKind, Post, Sender
from bot.broadcasting.service import account, report_finished
from bot.clock import Wait
from bot.errors import reference
from storage import Database, StaleStateError, Writing
from storage.broadcasts import Broadcast
from storage.deliveries import Delivery
from storage.states import DeliveryState

_log = logging.getLogger(__name__)

IN_FLIGHT = 10
MAX_ATTEMPTS = 5
LEASE = timedelta(minutes=5)
NONCE_WINDOW = timedelta(minutes=2)
"""Discord refuses a second message with the same nonce "in the past few minutes"; this is safely inside."""
_SWEEP_SECONDS = 20.0
_CARD_SECONDS = 2.5
_BACKOFF_SECONDS = (2.0, 8.0, 30.0, 60.0)


@dataclass(slots=True)
class Dispatcher:
    """The one place that posts announcements."""

    database: Database
    sender: Sender
    card: BroadcastCard
    pacer: Pacer
    wait: Wait
    owner: str = field(default_factory=lambda: f"sender_{secrets.token_hex(8)}")
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.Task[None] | None = None
    _posts: dict[str, Broadcast] = field(default_factory=dict)
    _shown_at: dict[str, float] = field(default_factory=dict)
    _stopping: bool = False

    async def start(self) -> None:
        """Sends from now on, beginning with what an earlier process left unsettled."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Takes nothing new, lets what is in flight land, and stops."""
        self._stopping = True
        self.pacer.close()
        self._wake.set()
        if self._loop is not None:
            await self._loop
        await asyncio.gather(*self._flying, return_exceptions=True)

    def wake(self) -> None:
        """Says that deliveries wait."""
        self._wake.set()

    async def _run(self) -> None:
        first = True
        while not self._stopping:
            self._wake.clear()
            try:
                await self._adopt(all_owners=first and self.database.exclusive)
                first = False
                await self._send_due()
                await self._finish_broadcasts()
            except Exception as error:  # noqa: BLE001 - a fault in one round must not end all announcements
                reference(error, "sending announcements")
            await self._rest()

    async def _rest(self) -> None:
        """Until there is work: a wake-up, the next due time, or the next look for what others abandoned."""
        if self._stopping:
            return
        async with self.database.read() as reading:
            due = await reading.deliveries.next_due()
            now = reading.now
        pause = _SWEEP_SECONDS if due is None else min(max((due - now).total_seconds(), 0.05), _SWEEP_SECONDS)
        with suppress(TimeoutError):
            await self.wait(asyncio.wait_for(self._wake.wait(), pause), "an announcement to send")

    async def _send_due(self) -> None:
        while not self._stopping:
            free = IN_FLIGHT - len(self._flying)
            batch = await self._claim(free) if free else []
            if not batch and not self._flying:
                return
            for delivery in batch:
                task = asyncio.create_task(self._deliver(delivery, reconcile=delivery.tried_before))
                self._flying.add(task)
                task.add_done_callback(self._flying.discard)
            if self._flying:
                await self.wait(asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED), "posts in flight")

    async def _claim(self, limit: int) -> list[Delivery]:
        async def work(writing: Writing) -> list[Delivery]:
            return await writing.deliveries.claim(self.owner, LEASE, limit)

        return await self.database.write(work)

    async def _adopt(self, *, all_owners: bool) -> None:
        async def work(writing: Writing) -> list[Delivery]:
            return await writing.deliveries.adopt_abandoned(self.owner, LEASE, all_owners=all_owners)

        for delivery in await self.database.write(work):
            await self._deliver(delivery, reconcile=True)

    async def _deliver(self, delivery: Delivery, *, reconcile: bool) -> None:
        """One try, its outcome committed; never raises."""
        try:
            broadcast = await self._broadcast(delivery.broadcast_id)
            outcome = await self._reconciled(delivery) if reconcile else None
            if outcome is None:
                await self.pacer.turn()
                if self._stopping:
                    await self._put_back(delivery)
                    return
                outcome = await self.sender.send(delivery, Post.of(broadcast), ping=broadcast.ping_roles)
            await self._settle(delivery, outcome)
            await self._show(delivery.broadcast_id)
        except StaleStateError:
            _log.info("delivery %s was settled by somebody else", delivery.id)
        except Exception as error:  # noqa: BLE001 - the row stays `sending` and is reconciled by the next sweep
            reference(error, f"delivering {delivery.id}")

    async def _reconciled(self, delivery: Delivery) -> Outcome | None:
        """What is known of a try whose end nobody saw; None when sending again is safe."""
        found = await self.sender.find(delivery)
        if found.kind is OutcomeKind.RETRY:
            return None
        if found.kind is OutcomeKind.UNSURE:
            async with self.database.read() as reading:
                recent = delivery.attempted_at is not None and reading.now - delivery.attempted_at < NONCE_WINDOW
            if recent:  # the nonce makes Discord return the first message instead of posting a second
                return None
        return found

    async def _put_back(self, delivery: Delivery) -> None:
        async def work(writing: Writing) -> None:
            await writing.deliveries.put_back(delivery, self.owner)

        await self.database.write(work)

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        state, postponed = self._verdict(delivery, outcome)
        if outcome.kind is OutcomeKind.PAUSE:
            self.pacer.quiet(outcome.seconds)

        async def work(writing: Writing) -> None:
            if postponed is not None:
                until = writing.now + timedelta(seconds=postponed)
                sure = outcome.kind is not OutcomeKind.UNSURE
                await writing.deliveries.postpone(delivery, self.owner, until, outcome.error, sure=sure)
            else:
                await writing.deliveries.settle(
                    delivery.id, self.owner, state, message_id=outcome.message_id, error=outcome.error
                )

        await self.database.write(work)

    def _verdict(self, delivery: Delivery, outcome: Outcome) -> tuple[DeliveryState, float | None]:
        """The state an outcome leads to, or after how many seconds to try again."""
        match outcome.kind:
            case OutcomeKind.SENT:
                return DeliveryState.SENT, None
            case OutcomeKind.REFUSED:
                return DeliveryState.REFUSED, None
            case OutcomeKind.PAUSE:
                return DeliveryState.READY, outcome.seconds
            case OutcomeKind.UNSURE if delivery.attempts >= MAX_ATTEMPTS:
                return DeliveryState.UNKNOWN, None
            case _ if delivery.attempts >= MAX_ATTEMPTS:
                return DeliveryState.FAILED, None
            case _:
                backoff = _BACKOFF_SECONDS[min(delivery.attempts, len(_BACKOFF_SECONDS)) - 1]
                return DeliveryState.READY, backoff

    async def _broadcast(self, broadcast_id: str) -> Broadcast:
        if broadcast_id not in self._posts:
            async with self.database.read() as reading:
                self._posts[broadcast_id] = await reading.broadcasts.get(broadcast_id)
        return self._posts[broadcast_id]

    async def _finish_broadcasts(self) -> None:
        async def work(writing: Writing) -> list[str]:
            finished = await writing.broadcasts.finish_settled()
            for broadcast_id in finished:
                counts = await writing.deliveries.counts(broadcast_id)
                report_finished(writing, await writing.broadcasts.get(broadcast_id), counts)
            return finished

        for broadcast_id in await self.database.write(work):
            self._posts.pop(broadcast_id, None)
            self._shown_at.pop(broadcast_id, None)
            await self._card(broadcast_id)

    async def _show(self, broadcast_id: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(broadcast_id, 0.0) >= _CARD_SECONDS:
            self._shown_at[broadcast_id] = now
            await self._card(broadcast_id)

    async def _card(self, broadcast_id: str) -> None:
        async with self.database.read() as reading:
            shown = await account(reading, broadcast_id)
        await self.card.show(shown)
