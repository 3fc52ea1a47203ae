"""``INSERT … ON CONFLICT`` for both databases: two processes may insert the same row at the same time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def add_unless_there(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Whether the row was added; False where one with its keys is there already."""
    statement: Insert
    if connection.dialect.name == "postgresql":
        statement = postgresql.insert(table).values(dict(row)).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table).values(dict(row)).on_conflict_do_nothing()
    return (await connection.execute(statement)).rowcount == 1


async def add_or_change(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], keys: Sequence[str], changed: Sequence[str]
) -> None:
    """The row is there afterwards; where its ``keys`` were there already, its ``changed`` columns are new."""
    statement: Insert
    values = {name: row[name] for name in changed}
    if connection.dialect.name == "postgresql":
        statement = postgresql.insert(table).values(dict(row)).on_conflict_do_update(index_elements=keys, set_=values)
    else:
        statement = sqlite.insert(table).values(dict(row)).on_conflict_do_update(index_elements=keys, set_=values)
    await connection.execute(statement)
