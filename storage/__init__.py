"""The memory of the studio: engine, tables, migrations, one store per aggregate. Knows neither Discord nor Gemini."""

from storage.database import Database, Reading, Writing
from storage.errors import (
    DatabaseInUseError,
    DatabaseNewerError,
    DatabaseUnreadableError,
    StaleStateError,
    StorageError,
)

__all__ = [
    "Database",
    "DatabaseInUseError",
    "DatabaseNewerError",
    "DatabaseUnreadableError",
    "Reading",
    "StaleStateError",
    "StorageError",
    "Writing",
]
