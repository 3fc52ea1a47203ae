"""Remembers which commands Discord has, so that a restart does not register the same ones again."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction

_KEY: Final = "commands_synced"


@dataclass(frozen=True, slots=True)
class SyncedCommands:
    """The fingerprint of the commands that were registered last."""

    database: Database

    @read_transaction
    async def matches(self, tx: ReadTransaction, fingerprint: str) -> bool:
        """Whether the commands with this fingerprint are the registered ones."""
        return await tx.key_values.get(_KEY) == fingerprint

    @write_transaction
    async def save(self, tx: WriteTransaction, fingerprint: str) -> None:
        """The commands with this fingerprint count as registered."""
        await tx.key_values.put(_KEY, fingerprint)


def fingerprint_of(payload: object) -> str:
    """SHA-256 of what would be sent to Discord; equal payloads have equal fingerprints."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
