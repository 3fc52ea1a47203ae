"""The errors of the storage package.

StorageError
├── DatabaseInUseError       another process has the SQLite file open
├── DatabaseNewerError       a newer version of the program has migrated it
├── DatabaseUnreadableError  it cannot be opened, reached or understood
│   └── DatabaseEmptyError   it holds no studio yet
├── DatabaseUnavailableError the open database cannot be used now: locked, full, or its server is away
│   └── DatabaseClosingError the program stops, and nothing waits for the database any more
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


class DatabaseEmptyError(DatabaseUnreadableError):
    """The database holds no studio yet."""


class DatabaseUnavailableError(StorageError):
    """The open database cannot be used now, so the transaction was rolled back.

    ``reason`` completes "…, because"; ``is_passing`` says that the same transaction may succeed in a moment. With
    ``is_uncertain`` the connection broke during the commit, and nobody knows whether it was carried out.
    """

    def __init__(self, reason: str, *, is_passing: bool, is_uncertain: bool = False) -> None:
        super().__init__(f"The database cannot be used, because {reason}.")
        self.reason = reason
        self.is_passing = is_passing
        self.is_uncertain = is_uncertain


class DatabaseClosingError(DatabaseUnavailableError):
    """The program is being stopped, so the transaction was not begun, or was not tried again."""

    def __init__(self) -> None:
        super().__init__("the bot is being stopped", is_passing=False)


class StaleStateError(StorageError):
    """The row is not in the state that a transition needs, because somebody else was faster. Nothing was changed."""
