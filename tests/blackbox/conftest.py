"""Fixtures."""

import os

import pytest

from tests.blackbox.batch_book import add_book

# It takes minutes, so only `make soak` collects it.
collect_ignore = [] if os.environ.get("SOAK") else ["test_process_soak.py"]


# PostgreSQL in the soak, since after a kill the leases of the dead process have to expire there.
@pytest.fixture(params=["sqlite", "postgres"] if os.environ.get("SOAK") else ["sqlite"])
def book(request: pytest.FixtureRequest) -> str:
    """The address of the process's database, with a book."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    add_book(url)
    return url
