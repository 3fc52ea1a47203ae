"""Column types that behave the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, text
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """A timezone-aware time, stored in UTC. SQLite stores no offset, so it gets the UTC time without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time as the database stores it.

        Raises:
            ValueError: the time is naive, which is a bug of the caller.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The stored time as an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def state_type(states: type[StrEnum], name: str) -> Enum:
    """A text column that holds one of ``states``' values; a CHECK constraint called ``name`` enforces it."""

    def values(members: Any) -> list[str]:  # noqa: ANN401 - SQLAlchemy passes the enum class
        return [member.value for member in members]

    return Enum(states, native_enum=False, create_constraint=True, name=name, length=24, values_callable=values)


def iso(moment: datetime) -> str:
    """The time in UTC as ISO 8601, always with six digits of microseconds, because this text is hashed in the chain."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def where_present(column: str) -> dict[str, Any]:
    """Options of an index that leaves out the rows without a value in this column."""
    condition = text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}
