"""Recorded faults stay usable: each still fits the code and names tests that are there."""

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.mutation.__main__ import ROOT, get_path
from tests.mutation.faults import FAULTS
from tests.mutation.faults.model import Fault
from tests.mutation.targets import TARGETS


def find_missing(tests: Iterable[str]) -> list[str]:
    """Those of the tests whose file or function is not there; options of pytest are left out."""
    missing = []
    for test in tests:
        path, _, name = test.partition("::")
        if not path.startswith("tests/"):
            continue
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            missing.append(test)
    return missing


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.module}: {fault.description}")
def test_a_recorded_fault_fits_the_code(fault: Fault) -> None:
    """The text that it replaces stands once in its module, what comes of it can be compiled, and its tests exist."""
    source = get_path(fault.module).read_text(encoding="utf-8")
    compile(fault.apply(source), fault.module, "exec")
    assert find_missing(fault.tests) == []


def test_recorded_faults_have_names_of_their_own() -> None:
    """A report names a fault by its module and description."""
    counts = Counter((fault.module, fault.description) for fault in FAULTS)
    assert [name for name, count in counts.items() if count > 1] == []


def test_a_mutated_module_has_its_tests() -> None:
    """Every module that is mutated is there, and so are the tests that have to notice."""
    assert [module for module in TARGETS if not get_path(module).exists()] == []
    assert {module: missing for module, tests in TARGETS.items() if (missing := find_missing(tests))} == {}
