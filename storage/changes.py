"""Partial updates: a dataclass whose fields default to ``UNCHANGED`` names the columns that a caller wants to set."""

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Unchanged(Enum):
    """The type of ``UNCHANGED``; an enumeration, so that type checkers can tell it from every other value."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
"""The default of a field that is not to be updated. ``None`` cannot be used: for many columns it is a value."""


def changed_columns(changes: "DataclassInstance") -> dict[str, Any]:
    """The fields that were set, by name."""
    values = {field.name: getattr(changes, field.name) for field in fields(changes)}
    return {name: value for name, value in values.items() if value is not UNCHANGED}
