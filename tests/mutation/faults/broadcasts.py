"""Faults in announcements, posts and subscriptions."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
