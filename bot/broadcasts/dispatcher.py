"""Sends what is due: intent first, then the request, then the outcome. Reconciles what a dead process left in between."""

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.broadcasts.breaker import Breaker
from bot.broadcasts.content import personal_link
from bot.broadcasts.outcomes import LEASE, Attempt, audit_text, paused_text, settle, verdict
from bot.broadcasts.post import BroadcastStatus, Outcome, OutcomeKind, Post
from bot.broadcasts.status import account, report_finished
from bot.clock import Wait
from bot.errors import log_unexpected
from bot.jobs.pacer import Pacer
from bot.ports import BroadcastCards, Notices, PostSender
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import Broadcast
from storage.stores.deliveries import Delivery

_log = logging.getLogger(__name__)

IN_FLIGHT = 10
NONCE_WINDOW = timedelta(minutes=2)
"""Discord refuses a second message with the same nonce "in the past few minutes"; this is safely inside."""
_SWEEP_SECONDS = 20.0
_CARD_SECONDS = 2.5
_LANDING_SECONDS = 5.0


@dataclass(slots=True)
class Dispatcher:
    """The one place that posts announcements."""

    database: Database
    sender: PostSender
    card: BroadcastCards
    notices: Notices
    pacer: Pacer
    wait: Wait
    link_template: str = "{link}"
    owner: str = field(default_factory=lambda: f"sender_{secrets.token_hex(8)}")
    breaker: Breaker = field(default_factory=Breaker)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.Task[None] | None = None
    _shown_at: dict[str, float] = field(default_factory=dict)
    _telling: asyncio.Task[None] | None = None
    _audited: set[str] = field(default_factory=set)
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
        tasks = {*self._flying, *([self._telling] if self._telling is not None else ())}
        if tasks:
            await asyncio.wait(tasks, timeout=_LANDING_SECONDS)
        for task in tasks:
            task.cancel()  # the row stays `sending`, the end untold: the next start sees to it
        await asyncio.gather(*tasks, return_exceptions=True)

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
                if self._telling is None or self._telling.done():
                    self._telling = asyncio.create_task(self._tell_ends())
                await self._rest()
            except Exception as error:  # noqa: BLE001 - a fault in one round must not end all announcements
                log_unexpected(error, "sending announcements")
                await self._pause(_CARD_SECONDS)

    async def _rest(self) -> None:
        """Until there is work: a wake-up, the next due time, or the next look for what others abandoned."""
        async with self.database.read() as tx:
            due = await tx.deliveries.next_due()
            now = tx.now
        # Never longer than a sweep: the clock on the wall may be changed while we sleep.
        await self._pause(
            _SWEEP_SECONDS if due is None else min(max((due - now).total_seconds(), 0.05), _SWEEP_SECONDS)
        )

    async def _pause(self, seconds: float) -> None:
        if not self._stopping:
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._wake.wait(), seconds), "an announcement to send")

    async def _send_due(self) -> None:
        while not self._stopping:
            free = IN_FLIGHT - len(self._flying)
            batch = await self._claim(free) if free else []
            if not batch and not self._flying:
                return
            for delivery in batch:
                self._fly(delivery, reconcile=delivery.tried_before)
            if self._flying:
                await self.wait(asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED), "posts in flight")

    def _fly(self, delivery: Delivery, *, reconcile: bool) -> None:
        task = asyncio.create_task(self._deliver(delivery, reconcile=reconcile))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _claim(self, limit: int) -> list[Delivery]:
        async def work(tx: WriteTransaction) -> list[Delivery]:
            return await tx.deliveries.claim(self.owner, LEASE, limit)

        return await self.database.write(work)

    async def _adopt(self, *, all_owners: bool) -> None:
        async def work(tx: WriteTransaction) -> list[Delivery]:
            return await tx.deliveries.take_over_expired(self.owner, LEASE, all_owners=all_owners)

        for delivery in await self.database.write(work):
            await self._deliver(delivery, reconcile=True)

    async def _deliver(self, delivery: Delivery, *, reconcile: bool) -> None:
        """One try, its outcome committed; never raises."""
        try:
            outcome, uncertain = None, False
            if reconcile and delivery.act is DeliveryAction.POST:
                outcome, uncertain = await self._reconciled(delivery)
            if outcome is None:
                await self.pacer.acquire()
                outcome = await self._try(delivery, uncertain=uncertain)
            if outcome is not None:
                await self._settle(delivery, outcome, uncertain=uncertain)
            await self._show(delivery.broadcast_id)
        except StaleStateError:
            _log.info("delivery %s was settled by somebody else", delivery.id)
        except Exception as error:  # noqa: BLE001 - the row stays `sending` and is reconciled by a later sweep
            log_unexpected(error, f"delivering {delivery.id}")

    async def _try(self, delivery: Delivery, *, uncertain: bool) -> Outcome | None:
        """The request itself, unless it is not wanted any more: that is looked up at the last moment."""
        broadcast, unwanted = await self._looked_up(delivery)
        if self._stopping or unwanted is not None:
            await self._let_go(delivery, unwanted, uncertain=uncertain)
            return None
        post = Post.of(broadcast).with_link(personal_link(self.link_template, broadcast.link, delivery.referral))
        match delivery.act:
            case DeliveryAction.POST:
                return await self.sender.send(delivery, post, ping=broadcast.ping_roles)
            case DeliveryAction.EDIT:
                return await self.sender.edit(delivery, post)
            case DeliveryAction.RECALL:
                return await self.sender.recall(delivery)

    async def _looked_up(self, delivery: Delivery) -> tuple[Broadcast, Outcome | None]:
        """The broadcast, and what became of the delivery where it is not wanted any more."""

        async def work(tx: ReadTransaction) -> tuple[Broadcast, Outcome | None]:
            broadcast = await tx.broadcasts.get(delivery.broadcast_id)
            if broadcast.state is not BroadcastState.SENDING:
                return broadcast, Outcome(OutcomeKind.STOPPED, error="stopped before it was sent")
            if delivery.act is DeliveryAction.POST and delivery.subscription_id is not None:
                why = await tx.subscriptions.closed(delivery.subscription_id, delivery.channel_id)
                if why:
                    return broadcast, Outcome(OutcomeKind.REFUSED, error=why)
            return broadcast, None

        return await self.database.read_shielded(work)

    async def _let_go(self, delivery: Delivery, unwanted: Outcome | None, *, uncertain: bool) -> None:
        async def work(tx: WriteTransaction) -> None:
            if unwanted is None:
                await tx.deliveries.release(delivery, self.owner, uncertain=uncertain)
                return
            refused = unwanted.kind is OutcomeKind.REFUSED
            state = DeliveryState.REFUSED if refused else DeliveryState.CANCELLED
            if delivery.message_id is not None:
                state = DeliveryState.SENT
            elif uncertain:
                state = DeliveryState.UNKNOWN
            await tx.deliveries.finish(delivery.id, self.owner, state, error=unwanted.error)

        await self.database.write(work)

    async def _reconciled(self, delivery: Delivery) -> tuple[Outcome | None, bool]:
        """What is known of a try whose end nobody saw; None when sending again is safe, and whether a doubt stays."""
        found = await self.sender.find(delivery)
        if found.kind is OutcomeKind.RETRY:
            return None, False
        if found.kind is OutcomeKind.UNSURE:
            async with self.database.read() as tx:
                recent = delivery.attempted_at is not None and tx.now - delivery.attempted_at < NONCE_WINDOW
            if recent:  # the nonce makes Discord return the first message instead of posting a second
                return None, True
            return Outcome(OutcomeKind.UNKNOWN, error=found.error), True
        return found, False

    async def _settle(self, delivery: Delivery, outcome: Outcome, *, uncertain: bool) -> None:
        if outcome.kind is OutcomeKind.PAUSE:
            self.pacer.pause_for(outcome.seconds)
        settled = verdict(delivery, outcome, uncertain=uncertain)
        broken = self.breaker.note(delivery.broadcast_id, outcome)

        async def work(tx: WriteTransaction) -> bool:
            paused = await settle(tx, self.owner, Attempt(delivery, outcome, settled, uncertain))
            if broken:
                await self.breaker.stop(tx, delivery.broadcast_id, broken)
            return paused

        if await self.database.write(work):
            await self.notices.notify_server(delivery.guild_id, paused_text(delivery, outcome.error))
        if broken:
            await self._card(delivery.broadcast_id)

    async def _finish_broadcasts(self) -> None:
        async def work(tx: WriteTransaction) -> list[str]:
            finished = await tx.broadcasts.finish_settled()
            for broadcast_id in finished:
                counts = await tx.deliveries.counts(broadcast_id)
                report_finished(tx, await tx.broadcasts.get(broadcast_id), counts)
            return finished

        for broadcast_id in await self.database.write(work):
            self._shown_at.pop(broadcast_id, None)
            self.breaker.forget(broadcast_id)

    async def _tell_ends(self) -> None:
        """Once nothing of a broadcast is on its way any more, its card and the audit channel tell how it ended.

        Apart from the sending, which must not wait while Discord lets us wait for a card.
        """
        try:

            async def work(tx: ReadTransaction) -> list[BroadcastStatus]:
                return [await account(tx, broadcast_id) for broadcast_id in await tx.broadcasts.unannounced()]

            tried: set[str] = set()
            while ended := [one for one in await self.database.read_shielded(work) if one.broadcast.id not in tried]:
                for one in ended:
                    tried.add(one.broadcast.id)
                    await self._tell_end(one)
        except Exception as error:  # noqa: BLE001 - the next round tells it
            log_unexpected(error, "telling how announcements ended")

    async def _tell_end(self, ended: BroadcastStatus) -> None:
        broadcast_id = ended.broadcast.id

        async def told(tx: WriteTransaction) -> None:
            await tx.broadcasts.mark_announced(broadcast_id)

        shown = await self.card.update_card(ended)
        if broadcast_id not in self._audited:
            await self.notices.post_to_audit_channel(audit_text(ended))
            self._audited.add(broadcast_id)
        if shown:
            await self.database.write(told)
            self._audited.discard(broadcast_id)

    async def _show(self, broadcast_id: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(broadcast_id, 0.0) >= _CARD_SECONDS:
            self._shown_at[broadcast_id] = now
            await self._card(broadcast_id)

    async def _card(self, broadcast_id: str) -> None:
        async with self.database.read() as tx:
            shown = await account(tx, broadcast_id)
        await self.card.update_card(shown)
