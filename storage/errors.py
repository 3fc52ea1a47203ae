"""The errors of the storage package.

StorageError
├── DatabaseInUseError       another process has the SQLite file open
├── DatabaseNewerError       a newer version of the program has migrated it
├── DatabaseUnreadableError  it cannot be opened, reached or understood
└── StaleStateError          the row is not in the state that a transition needs
"""


class StorageError(Exception):
    """An error whose text is a sentence for the operator and never contains a password."""


class DatabaseInUseError(StorageError):
    """Another process has the SQLite file open."""


class DatabaseNewerError(StorageError):
    """A newer version of the program has migrated the database."""


class DatabaseUnreadableError(StorageError):
    """The database cannot be opened, reached or understood."""


class StaleStateError(StorageError):
    """The row is not in the state that a transition needs, because somebody else was faster. Nothing was changed."""
