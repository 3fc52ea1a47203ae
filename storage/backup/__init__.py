"""Backups of the database, also beside a running bot, and bringing them back.

A backup is a file and ``<file>.json`` beside it, the manifest. Both appear under their names only when the copy has been
verified: its structure, its references, and the chain of events.
"""

from storage.backup.errors import BackupError
from storage.backup.manifest import Manifest
from storage.backup.restoring import restore
from storage.backup.saving import back_up

__all__ = ["BackupError", "Manifest", "back_up", "restore"]
