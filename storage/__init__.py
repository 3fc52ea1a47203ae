"""The database: engines, tables, migrations and one store per aggregate. It knows neither Discord nor Gemini."""

from storage.database import Database
from storage.errors import (
    DatabaseClosingError,
    DatabaseInUseError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreadableError,
    StaleStateError,
    StorageError,
)
from storage.notifications import Topic
from storage.outages import explain_database_errors
from storage.transaction import ReadTransaction, WriteTransaction
from storage.transactions import read_transaction, write_transaction

__all__ = [
    "Database",
    "DatabaseClosingError",
    "DatabaseInUseError",
    "DatabaseNewerError",
    "DatabaseUnavailableError",
    "DatabaseUnreadableError",
    "ReadTransaction",
    "StaleStateError",
    "StorageError",
    "Topic",
    "WriteTransaction",
    "explain_database_errors",
    "read_transaction",
    "write_transaction",
]
