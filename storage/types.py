"""Column types that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware moment. SQLite forgets offsets and gives local digits back, so UTC digits are what it gets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the database keeps it; a naive one is a bug and raises ``ValueError``."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The moment, aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def state_type(states: type[StrEnum], name: str) -> Enum:
    """A text column that holds one of ``states``' values and is guarded by a CHECK of that ``name``."""

    def values(members: Any) -> list[str]:  # noqa: ANN401 - SQLAlchemy hands the class itself
        return [member.value for member in members]

    return Enum(states, native_enum=False, create_constraint=True, name=name, length=24, values_callable=values)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with fixed microseconds: the text that is hashed."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
