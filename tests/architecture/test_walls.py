"""The walls of the house."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [path for package in ("bot", "cogs", "storage") for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 350
_LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def named(path: Path) -> str:
    """The file's name inside the project."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in it."""
    for found in ast.walk(node):
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            yield found


@pytest.mark.slow
def test_arrows_run_one_way() -> None:
    """The contracts between the packages hold."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


@pytest.mark.parametrize("path", PRODUCT, ids=named)
def test_files_stay_small(path: Path) -> None:
    """No file of the product is longer than a person can keep in mind."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_nothing_is_left_for_later() -> None:
    """No file carries a note that something is still to be done."""
    assert PRODUCT
    assert TESTS
    left = [
        f"{named(path)}:{number}"
        for path in (*PRODUCT, *TESTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _LATER.search(line)
    ]
    assert left == []


def test_every_test_says_what_it_promises() -> None:
    """Each test has a sentence that says what a person may rely on."""
    silent = [
        f"{named(path)}:{found.name}"
        for path in TESTS
        if path.name.startswith("test_")
        for found in functions(tree(path))
        if found.name.startswith("test_") and not (ast.get_docstring(found) or "").strip().endswith((".", "…", "!"))
    ]
    assert silent == []


def test_every_module_says_what_it_is() -> None:
    """Each module of the product begins with a sentence about itself."""
    assert [named(path) for path in PRODUCT if not ast.get_docstring(tree(path))] == []


def test_services_are_nobodys_globals() -> None:
    """Nothing that acts is made when a module is imported: services come to life in the composition root alone."""
    acting = {
        found.name
        for path in PRODUCT
        for found in ast.walk(tree(path))
        if isinstance(found, ast.ClassDef) and any(isinstance(step, ast.AsyncFunctionDef) for step in found.body)
    }
    assert {"Database", "Dispatcher", "GenerationService", "RunWorker"} <= acting
    made = [
        f"{named(path)}: {call.func.id}"
        for path in PRODUCT
        for statement in tree(path).body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in acting
    ]
    assert made == []


def test_no_module_keeps_state_of_its_own() -> None:
    """No function changes a module's globals."""
    assert [
        named(path) for path in PRODUCT if any(isinstance(found, ast.Global) for found in ast.walk(tree(path)))
    ] == []


def test_nothing_is_swallowed() -> None:
    """Whoever catches every exception tells it: with a reference in the log, or as an answer to the person."""
    silent = [
        f"{named(path)}:{caught.lineno}"
        for path in PRODUCT
        for caught in ast.walk(tree(path))
        if isinstance(caught, ast.ExceptHandler)
        and (caught.type is None or (isinstance(caught.type, ast.Name) and caught.type.id == "Exception"))
        and not any(
            isinstance(step, ast.Raise)
            or (isinstance(step, ast.Name) and step.id in {"log_unexpected", "reply_with_error"})
            for step in ast.walk(caught)
        )
    ]
    assert silent == []


def test_no_test_is_waved_through() -> None:
    """No test is skipped or expected to fail."""
    waved = re.compile(r"pytest\.(mark\.)?(skip" + r"|skipif|xf" + r"ail|importor" + r"skip)\b")
    assert [named(path) for path in TESTS if "live" not in path.parts and waved.search(path.read_text("utf-8"))] == []
