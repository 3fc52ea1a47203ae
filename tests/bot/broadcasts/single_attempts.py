"""Single attempts of the dispatcher, without its loop: what is claimed is run at once."""

from dataclasses import dataclass, field

from bot.broadcasts.dispatcher import Dispatcher
from storage import Database, WriteTransaction
from storage.states import BroadcastState, DeliveryAction, DeliveryState
from storage.stores.broadcasts import BroadcastChanges, NewBroadcast
from storage.stores.delivery_values import Delivery, Target
from tests.bot.broadcasts.scripted_sender import RecordingCards, ScriptedSender, dispatcher
from tests.conftest import FakeClock


async def add_sending(database: Database, channels: int = 1, *, ping: bool = False, link: str = "") -> str:
    """A broadcast that is being sent to so many subscribed channels; returns its id. Subscriptions are kept."""

    async def work(tx: WriteTransaction) -> str:
        broadcast = await tx.broadcasts.add(NewBroadcast("New Lore", "Share it.", link=link))
        await tx.broadcasts.edit_draft(broadcast.id, BroadcastChanges(ping_roles=ping))
        await tx.broadcasts.confirm(broadcast.id, None)
        targets = []
        for guild in range(1, channels + 1):
            subscription = await tx.subscriptions.find_by_guild(guild) or await tx.subscriptions.join(
                guild_id=guild,
                guild_name=f"Guild {guild}",
                channel_id=guild,
                channel_name="c",
                role_id=None,
                member_id=None,
            )
            targets.append(Target.from_subscription(subscription))
        await tx.deliveries.add(broadcast.id, targets)
        return broadcast.id

    return await database.write(work)


@dataclass(slots=True)
class Attempts:
    """A dispatcher that is not started, and what it works with."""

    database: Database
    clock: FakeClock
    sender: ScriptedSender
    cards: RecordingCards = field(default_factory=RecordingCards)
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.dispatcher = dispatcher(self.database, self.clock, self.sender, self.cards)

    async def claim(self) -> Delivery:
        """The next delivery that is due."""
        (delivery,) = await self.dispatcher.claim(self.dispatcher.jobs.owner, 1)
        return delivery

    async def run(self, delivery: Delivery, *, recovered: bool = False) -> Delivery:
        """The delivery after an attempt."""
        await self.dispatcher.run(delivery, recovered=recovered)
        async with self.database.read() as tx:
            return await tx.deliveries.get(delivery.id)

    async def claim_in_doubt(self, seconds: float = 1) -> Delivery:
        """A delivery whose first attempt, so many seconds ago, may have arrived."""
        first = await self.claim()
        await self.database.write(
            lambda tx: tx.deliveries.postpone(first, self.clock.now, "lost", cannot_have_arrived=False)
        )
        self.clock.advance(seconds=seconds)
        return await self.claim()

    async def claim_posted(self, action: DeliveryAction) -> Delivery:
        """A delivery whose post has arrived as message 7 and is to be changed or recalled now."""
        posted = await self.claim()

        async def work(tx: WriteTransaction) -> None:
            await tx.deliveries.finish(posted.id, posted.lease, DeliveryState.SENT, message_id=7)
            await tx.deliveries.requeue(posted.broadcast_id, action)

        await self.database.write(work)
        return await self.claim()

    async def stop_broadcast(self, broadcast_id: str) -> None:
        """A person stops the broadcast."""
        await self.database.write(lambda tx: tx.broadcasts.finish(broadcast_id, BroadcastState.CANCELLED))
