"""What keeps a backup from being made or brought back."""

from storage.errors import StorageError


class BackupError(StorageError):
    """The backup cannot be made, or cannot be brought back; nothing was changed unless the sentence says so."""
