"""What the database says about all processes together, for metrics and ``python -m bot status``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import Database, ReadTransaction, read_transaction
from storage.stores.charges import ChargeGroup, Grouping
from storage.stores.events import Head
from storage.stores.processes import Process
from storage.stores.queues import LeaseGroup, Queue


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """What the database says at one moment."""

    now: datetime
    queues: Mapping[str, Queue]
    leases: list[LeaseGroup]
    states: Mapping[str, Mapping[str, int]]
    processes: list[Process]
    charges: list[ChargeGroup]
    head: Head


@dataclass(frozen=True, slots=True)
class FigureReader:
    """Reads what the database says."""

    database: Database

    @read_transaction
    async def read(self, tx: ReadTransaction) -> StoredFigures:
        """Everything in one transaction."""
        return StoredFigures(
            now=tx.now,
            queues=await tx.queues.list_queues(),
            leases=await tx.queues.list_leases(),
            states=await tx.queues.count_states(),
            processes=await tx.processes.list_all(),
            charges=await tx.charges.summarize(Grouping.MODEL),
            head=await tx.events.get_head(),
        )
