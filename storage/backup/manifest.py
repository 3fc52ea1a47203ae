"""What a backup contains, written beside it as JSON: enough to tell later whether it is still what was verified."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from storage.backup.errors import BackupError

FORMAT: Final = "midnight-myth-backup/1"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a copy when it was verified."""

    schema_version: str
    rows: int
    events: int
    head: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of one backup. ``database`` is ``sqlite`` or ``postgresql``, ``made_at`` a time in UTC."""

    format: str
    made_at: str
    database: str
    schema_version: str
    rows: int
    events: int
    head: str
    size: int
    sha256: str

    @property
    def contents(self) -> Contents:
        """The part that is read back from the copy."""
        return Contents(self.schema_version, self.rows, self.events, self.head)

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def path_of_manifest(backup: Path) -> Path:
    """Where the manifest of this backup is."""
    return backup.with_name(f"{backup.name}.json")


def read_manifest(backup: Path) -> Manifest:
    """The manifest beside the backup.

    Raises:
        BackupError: there is none, or it is not one of ours.
    """
    path = path_of_manifest(backup)
    try:
        manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BackupError(
            f"There is no {path}. It is written beside each backup and says what the backup must contain."
        ) from error
    except OSError as error:
        raise BackupError(f"The file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise BackupError(f"The file {path} is damaged or does not belong to a backup.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has the format {manifest.format}, and this program reads {FORMAT}.")
    return manifest


def hash_file(path: Path) -> tuple[int, str]:
    """The size and the SHA-256, in hex, of the file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
