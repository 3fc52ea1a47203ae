"""Published books to try readers on. They are no part of the project; ``SAMPLE_BOOKS`` names the folder with them.

The only tests of the project that may be skipped are those that ask for a book that is not there.
"""

import os
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[4]
_FOLDER = (_PROJECT / os.environ.get("SAMPLE_BOOKS", "../shared/samples")).resolve()


def find_sample(name: str) -> Path:
    """The sample book with this name, such as ``epub/wasteland.epub``; skips the test where it is missing."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"The sample book {name} is not in the folder that SAMPLE_BOOKS names.")
    return path
