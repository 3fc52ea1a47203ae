"""Copies everything from one database into another, also between SQLite and PostgreSQL, and checks the copy.

The copy is one transaction of the target: it is complete and verified, or nothing of it is there. A target that holds an
earlier copy, and in which nothing has been reported since, is replaced. Anything else in it is never touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import StorageError
from storage.lock import FileLock
from storage.stores.events import EventStore, Head, verify_chain
from storage.tables import (
    chain_head,
    events,
    key_values,
    known_channels,
    known_guilds,
    metadata,
    processes,
    rate_limits,
)

_BATCH: Final = 500
"""Rows that are read and written at a time."""
_WRITTEN_BY_EVERY_START: Final = (chain_head, key_values, processes, rate_limits, known_guilds, known_channels)
"""Tables that have rows although the studio is empty."""

_STOP_FIRST: Final = "Stop the bot first, then copy: what it stores meanwhile would be missing in the copy"


class CopyError(StorageError):
    """The copy cannot be made, or is not what it should be; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What was copied: the rows of all tables, and the chain of events at the other side."""

    tables: int
    rows: int
    event_count: int
    head: Head


async def copy_database(source_url: str, target_url: str) -> CopyReport:
    """Everything at ``source_url`` is at ``target_url``, which is created if it does not exist.

    Raises:
        CopyError: the target holds something else, both are the same database, or the copy does not verify.
        StorageError: one of the two cannot be opened, or the bot is running on the source.
    """
    source = await Database.open_for_reading(source_url)
    try:
        # Whatever a running bot stored after the copy would be missing there.
        path = source.engines.path
        lock = FileLock.acquire(path, write_pid=False, advice=f"{_STOP_FIRST}.") if path else None
        try:
            return await _copy_into(source, target_url)
        finally:
            if lock is not None:
                lock.release()
    finally:
        await source.close()


async def _copy_into(source: Database, target_url: str) -> CopyReport:
    try:
        target = await Database.open(target_url)
    except StorageError as error:  # the sentence names the setting, but this address came from the command line
        raise CopyError(f"The target cannot be used. {str(error).replace('DATABASE_URL', '--to')}") from error
    try:
        writer = target.engines.patient or target.engines.writer
        async with source.read() as read, writer.begin() as connection:
            await _refuse_same_server(read.events.connection, connection)
            await _refuse_other_content(read.events.connection, connection)
            for table in reversed(metadata.sorted_tables):
                await connection.execute(table.delete())
            await copy_rows(read.events.connection, connection, metadata.sorted_tables)
            report = await _verify(read.events.connection, connection)
            await _refuse_newer_events(source, report.head)
            return report
    finally:
        await target.close()


async def copy_rows(source: AsyncConnection, target: AsyncConnection, tables: Iterable[Table]) -> None:
    """The rows of the source's tables are in the target's, which are empty; ``tables`` begins with those referred to."""
    for table in tables:
        query = select(table).execution_options(yield_per=_BATCH)
        async with source.stream(query) as rows:
            async for batch in rows.mappings().partitions():
                await target.execute(table.insert(), [dict(row) for row in batch])
    if target.dialect.name == "postgresql":
        for table_name, column in (("scripts", "seq"), ("search_documents", "id")):
            await target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table_name}', '{column}'), max({column})) FROM {table_name}"  # noqa: S608 - names from the line above
                    f" HAVING max({column}) IS NOT NULL"
                )
            )


async def _refuse_same_server(source: AsyncConnection, target: AsyncConnection) -> None:
    if source.dialect.name == target.dialect.name == "postgresql":
        query = text("SELECT current_database(), pg_postmaster_start_time(), inet_server_port()")
        names = [tuple((await connection.execute(query)).one()) for connection in (source, target)]
        if names[0][:2] == names[1][:2]:
            raise CopyError("--to names the database that is to be copied. Name another one.")


async def _refuse_other_content(source: AsyncConnection, target: AsyncConnection) -> None:
    """Returns if the target is empty, or holds an earlier copy of the source and nothing newer."""
    head = (await target.execute(select(chain_head.c.seq, chain_head.c.hash))).one()
    if head.seq:
        found = (await source.execute(select(events.c.hash).where(events.c.seq == head.seq))).scalar()
        is_empty_or_copy = found == head.hash
    else:
        counts = [
            await _count(target, table) for table in metadata.sorted_tables if table not in _WRITTEN_BY_EVERY_START
        ]
        is_empty_or_copy = not any(counts)
    if not is_empty_or_copy:
        raise CopyError(
            "The target holds something else than an earlier copy; nothing there was changed. Name an empty database."
        )


async def _verify(source: AsyncConnection, target: AsyncConnection) -> CopyReport:
    rows = 0
    for table in metadata.sorted_tables:
        expected, found = await _count(source, table), await _count(target, table)
        if expected != found:
            raise CopyError(f"The copy has {found} rows in {table.name} instead of {expected}; it was undone.")
        rows += found
    verification = await verify_chain(EventStore(target, datetime.now(UTC)))
    if not verification.is_intact:
        raise CopyError(
            f"The copy's chain is broken at event {verification.broken_at}; it was undone. Verify the source."
        )
    return CopyReport(len(metadata.sorted_tables), rows, verification.event_count, verification.head)


async def _refuse_newer_events(source: Database, head: Head) -> None:
    """Returns if the source has no event after ``head``. On PostgreSQL no lock tells whether a bot works beside the copy."""
    async with source.read() as tx:
        if await tx.events.get_head() != head:
            raise CopyError(f"Something was stored during the copy, which was undone. {_STOP_FIRST}.")


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())
