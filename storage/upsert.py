"""``INSERT … ON CONFLICT`` for both databases: two processes may insert the same row at the same time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_if_absent(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts the row unless a row with one of its unique keys exists; returns whether it was inserted."""
    statement: Insert
    if connection.dialect.name == "postgresql":
        statement = postgresql.insert(table).values(dict(row)).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table).values(dict(row)).on_conflict_do_nothing()
    return (await connection.execute(statement)).rowcount == 1


async def insert_or_update(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], keys: Sequence[str], changed: Sequence[str]
) -> None:
    """Inserts the row; if a row with the same ``keys`` exists, its ``changed`` columns are updated instead."""
    statement: Insert
    values = {name: row[name] for name in changed}
    if connection.dialect.name == "postgresql":
        statement = postgresql.insert(table).values(dict(row)).on_conflict_do_update(index_elements=keys, set_=values)
    else:
        statement = sqlite.insert(table).values(dict(row)).on_conflict_do_update(index_elements=keys, set_=values)
    await connection.execute(statement)


async def insert_or_update_all(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Inserts the rows, which have the same columns; a row with the same ``keys`` as an existing one takes its place."""
    if not rows:
        return
    statement: Insert
    if connection.dialect.name == "postgresql":
        on_server = postgresql.insert(table)
        values = {name: on_server.excluded[name] for name in rows[0] if name not in keys}
        statement = on_server.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        in_file = sqlite.insert(table)
        values = {name: in_file.excluded[name] for name in rows[0] if name not in keys}
        statement = in_file.on_conflict_do_update(index_elements=keys, set_=values)
    await connection.execute(statement, [dict(row) for row in rows])
