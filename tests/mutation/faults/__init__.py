"""Faults that no test once noticed, recorded so that they can be put back one by one (``python -m tests.mutation --faults``).

Each names the tests of which one has to fail. When the code changes so much that the text of a fault is gone, write the same
fault against the new code.
"""

from typing import Final

from tests.mutation.faults import (
    batches,
    bible,
    books,
    broadcasts,
    deliveries,
    dispatcher,
    exports,
    faithful,
    generation,
    jobs,
    post_requests,
    progress,
    rights,
    storage,
)
from tests.mutation.faults.model import Fault

AREAS: Final[dict[str, tuple[Fault, ...]]] = {
    "batches": batches.FAULTS,
    "bible": bible.FAULTS,
    "books": books.FAULTS,
    "broadcasts": broadcasts.FAULTS,
    "deliveries": deliveries.FAULTS,
    "dispatcher": dispatcher.FAULTS,
    "exports": exports.FAULTS,
    "faithful": faithful.FAULTS,
    "generation": generation.FAULTS,
    "jobs": jobs.FAULTS,
    "post_requests": post_requests.FAULTS,
    "progress": progress.FAULTS,
    "rights": rights.FAULTS,
    "storage": storage.FAULTS,
}
FAULTS: Final[tuple[Fault, ...]] = tuple(fault for faults in AREAS.values() for fault in faults)
