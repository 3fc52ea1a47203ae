"""Faults in who may do what, and in what reaches Discord."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
