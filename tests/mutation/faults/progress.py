"""Faults in progress, periods and exports."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
