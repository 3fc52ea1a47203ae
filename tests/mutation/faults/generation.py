"""Faults in writing scripts: runs, prompt and budget."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
