"""Faults in the database: events, migrations, personal data; and in settings and logs."""

from typing import Final

from tests.mutation.faults.model import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
