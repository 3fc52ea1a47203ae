"""This process among the others on one PostgreSQL: its heartbeat, its turn at the gateway, and its turns to begin a session."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.clock import Wait
from bot.gateway_turn import GatewayTurn
from bot.jobs.heartbeat import Heartbeat
from bot.roles import Role
from bot.session_starts import SessionStarts
from bot.shards import Shards
from storage import Database
from storage.server_locks import ServerLocks
from storage.states import ProcessState


@dataclass(slots=True)
class Membership:
    """Known to the other processes from ``start`` to ``stop``. ``turn`` is that of a process with a gateway."""

    heartbeat: Heartbeat
    session_starts: SessionStarts
    turn: GatewayTurn | None

    @classmethod
    def create(cls, database: Database, wait: Wait, role: Role, on_beat: Callable[[], Awaitable[None]]) -> "Membership":
        """A process that is not yet known to the others."""
        state = ProcessState.STANDBY if role.has_gateway else ProcessState.ACTIVE
        heartbeat = Heartbeat(database, wait, role, on_beat=on_beat, state=state)
        turn = None
        if role.has_gateway and database.engines.single is not None:
            turn = GatewayTurn(database, ServerLocks(database.engines.single, heartbeat.process_id), wait)
        return cls(heartbeat, SessionStarts(database), turn)

    async def start(self, shards: Shards) -> None:
        """The others know of this process; one with a gateway is a standby for these shards."""
        self.heartbeat.shards = str(shards)
        self.heartbeat.database.notifications.start()
        await self.heartbeat.start()

    async def take_turn(self, application_id: int, shards: Shards, lead: Callable[[], Awaitable[None]]) -> None:
        """Returns when this process may connect to its shards. ``lead`` is called whenever it becomes the leader."""
        if self.turn is not None:
            await self.turn.take(application_id, shards, lead)
        await self.heartbeat.change_state(ProcessState.ACTIVE)
