"""How the memory fails.

StorageError
├── DatabaseInUseError       another process holds the file
├── DatabaseNewerError       it was written by a newer version of the program
├── DatabaseUnreadableError  it cannot be opened, reached or understood
└── StaleStateError          a transition did not find the row in the state it needs
"""


class StorageError(Exception):
    """A sentence for the operator; never holds a password."""


class DatabaseInUseError(StorageError):
    """Another process holds the file."""


class DatabaseNewerError(StorageError):
    """The database was written by a newer version of the program."""


class DatabaseUnreadableError(StorageError):
    """The database cannot be opened, reached or understood."""


class StaleStateError(StorageError):
    """A transition did not find the row in the state it needs; somebody else was first."""
