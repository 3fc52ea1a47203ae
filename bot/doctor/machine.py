"""The machine: versions of what is installed, and space on the disk."""

import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.doctor.findings import Finding, fine, problem, warn

_NAMED: Final = ("midnight-myth", "discord.py", "google-genai", "SQLAlchemy")
_LOW_MB: Final = 1_000
_FULL_MB: Final = 100
_MEGABYTE: Final = 1_000_000


def check_versions() -> Finding:
    """The versions that a report of a fault should name. They are what pyproject.toml asks for, or pip would have refused."""
    packages = ", ".join(f"{name} {version(name)}" for name in _NAMED)
    return fine("versions", f"Python {platform.python_version()} on {sys.platform}, {packages}.")


def check_disk(database_folder: Path | None) -> list[Finding]:
    """The space for the database, where it is a file, and for temporary files such as books that are being read."""
    folders = {"disk": database_folder, "temporary": Path(tempfile.gettempdir())}
    return [_check_space(subject, folder) for subject, folder in folders.items() if folder is not None]


def _check_space(subject: str, folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free // _MEGABYTE
    except OSError as error:
        return problem(subject, f"The folder {folder} cannot be used: {error.strerror}.")
    text = f"{free:,} MB are free for {folder}"
    if free < _FULL_MB:
        return problem(subject, f"{text}: soon nothing can be stored. Make room.")
    if free < _LOW_MB:
        return warn(subject, f"{text}. Make room before it is full.")
    return fine(subject, f"{text}.")
