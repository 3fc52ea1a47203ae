"""``python -m tests.mutation [MODULE …] [--faults [AREA]] [--write-baseline]``: see CONTRIBUTING.

Without options every module of ``targets.py`` is mutated. A survivor that ``baseline.txt`` does not list, or a fault of
``faults/`` that no test notices, makes it fail.
"""

import argparse
import ast
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.mutation.faults import AREAS, FAULTS
from tests.mutation.faults.model import Fault
from tests.mutation.mutants import make_mutants
from tests.mutation.runner import AT_ONCE, Result, Verdict, try_replaced_module, try_sources
from tests.mutation.targets import TARGETS

ROOT: Final = Path(__file__).parents[2]
BASELINE: Final = Path(__file__).with_name("baseline.txt")


def main() -> int:
    """Runs what the command line asks for; 0 where every fault is noticed or known."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="only these modules, such as bot.jobs.pacer")
    parser.add_argument(
        "--faults",
        nargs="?",
        const="",
        choices=["", *AREAS],
        metavar="AREA",
        help=f"the recorded faults instead of generated mutants: all, or those of {', '.join(AREAS)}",
    )
    parser.add_argument("--write-baseline", action="store_true", help="record the survivors as known")
    options = parser.parse_args()
    if options.faults is not None:
        return check_faults(AREAS[options.faults] if options.faults else FAULTS)
    return check_modules(options.modules or list(TARGETS), write_baseline=options.write_baseline)


def check_modules(modules: list[str], *, write_baseline: bool) -> int:
    """Mutates the modules and reports the survivors of each."""
    known = set(BASELINE.read_text(encoding="utf-8").splitlines()) if BASELINE.exists() else set()
    survivors: list[str] = []
    total = 0
    failed_unchanged = False
    for module in modules:
        source = get_path(module).read_text(encoding="utf-8")
        mutants = make_mutants(source)
        control, *results = _in_own_process(
            module, [ast.unparse(ast.parse(source)), *(each.source for each in mutants)]
        )
        if control.verdict is not Verdict.SURVIVED:
            print(f"{module}: its tests fail without any fault: {control.test or control.verdict}")
            failed_unchanged = True
            continue
        pairs = zip(mutants, results, strict=True)
        alive = [f"{module}: {mutant.name}" for mutant, result in pairs if not result.verdict.is_noticed]
        total += len(mutants)
        survivors += alive
        print(f"{module}: {len(mutants) - len(alive)} of {len(mutants)} noticed", flush=True)
        for line in alive:
            print(f"    {'known' if line in known else 'NEW  '} {line}", flush=True)
        if write_baseline:
            _record(module, alive)
    print(f"{total - len(survivors)} of {total} mutants noticed ({(total - len(survivors)) / max(total, 1):.0%})")
    if failed_unchanged:
        return 1
    if write_baseline:
        return 0
    return 1 if set(survivors) - known else 0


def _record(module: str, survivors: list[str]) -> None:
    """The baseline has these survivors of the module, and those of all others as they were."""
    known = BASELINE.read_text(encoding="utf-8").splitlines() if BASELINE.exists() else []
    others = [line for line in known if line.partition(":")[0] != module]
    BASELINE.write_text("".join(f"{line}\n" for line in sorted({*others, *survivors})), encoding="utf-8")


def check_faults(faults: Sequence[Fault]) -> int:
    """Puts these recorded faults back one by one and reports which test notices each."""
    unnoticed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for fault, result in zip(faults, pool.map(_try_fault, faults), strict=True):
            unnoticed += not result.verdict.is_noticed
            print(f"{result.verdict.value:9} {fault.module}: {fault.description}  [{result.test}]", flush=True)
    print(f"{len(faults) - unnoticed} of {len(faults)} faults noticed")
    return 1 if unnoticed else 0


def _try_fault(fault: Fault) -> Result:
    try:
        source = fault.apply(get_path(fault.module).read_text(encoding="utf-8"))
    except ValueError as error:  # the code has changed; the other faults can still be tried
        return Result(Verdict.BROKEN, str(error))
    return try_replaced_module(fault.module, source, fault.tests)


def _in_own_process(module: str, sources: list[str]) -> list[Result]:
    """Pytest can be run once in a process: what it has imported stays."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        return pool.submit(try_sources, module, sources, TARGETS[module]).result()


def get_path(module: str) -> Path:
    """The file of a module."""
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


if __name__ == "__main__":
    sys.exit(main())
