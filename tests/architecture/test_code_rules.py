"""Rules for the source files that no linter checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [path for package in ("bot", "cogs", "storage") for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_LINES = 350
WORDS_OF_A_SENTENCE = 5
"""In the name of a test after "test_": a shorter one is a subject without a verb."""
_UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def relative_name(path: Path) -> str:
    """The file's name inside the project."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def find_functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function below the node."""
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child


@pytest.mark.parametrize("path", PRODUCT, ids=relative_name)
def test_files_stay_small(path: Path) -> None:
    """No file of the product is longer than ``MAX_LINES`` lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_no_unfinished_work() -> None:
    """No file contains a note that something is still to be done."""
    assert PRODUCT
    assert TESTS
    notes = [
        f"{relative_name(path)}:{number}"
        for path in (*PRODUCT, *TESTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _UNFINISHED.search(line)
    ]
    assert notes == []


def test_every_test_says_what_a_person_may_rely_on() -> None:
    """Each test has a docstring that is a sentence, or a name that is one."""
    unclear = [
        f"{relative_name(path)}:{function.name}"
        for path in TESTS
        if path.name.startswith("test_")
        for function in find_functions(parse(path))
        if function.name.startswith("test_")
        and not (ast.get_docstring(function) or "").strip().endswith((".", "…", "!"))
        and function.name.count("_") < WORDS_OF_A_SENTENCE
    ]
    assert unclear == []


def test_every_module_has_a_docstring() -> None:
    """Each module of the product has a docstring."""
    assert [relative_name(path) for path in PRODUCT if not ast.get_docstring(parse(path))] == []


def test_services_are_not_created_at_import() -> None:
    """No class with coroutines is instantiated when a module is imported; the composition root creates services."""
    services = {
        node.name
        for path in PRODUCT
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef) and any(isinstance(child, ast.AsyncFunctionDef) for child in node.body)
    }
    assert {"Database", "Dispatcher", "GenerationService", "RunWorker"} <= services
    created = [
        f"{relative_name(path)}: {call.func.id}"
        for path in PRODUCT
        for statement in parse(path).body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in services
    ]
    assert created == []


def test_no_module_has_mutable_globals() -> None:
    """No function changes a module's globals."""
    assert [
        relative_name(path) for path in PRODUCT if any(isinstance(node, ast.Global) for node in ast.walk(parse(path)))
    ] == []


def test_no_exception_is_swallowed() -> None:
    """A handler for every exception logs it with a reference, answers the person, hands it to the caller, or raises."""
    swallowing = [
        f"{relative_name(path)}:{handler.lineno}"
        for path in PRODUCT
        for handler in ast.walk(parse(path))
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception"))
        and not any(
            isinstance(node, ast.Raise)
            or (isinstance(node, ast.Name) and node.id in {"log_unexpected", "reply_with_error", "fail"})
            for node in ast.walk(handler)
        )
    ]
    assert swallowing == []


def test_no_test_is_skipped() -> None:
    """No test is skipped or expected to fail, except one that asks for a published book that is not at hand."""
    skipped = re.compile(r"pytest\.(mark\.)?(skip" + r"|skipif|xf" + r"ail|importor" + r"skip)\b")
    assert [
        relative_name(path)
        for path in TESTS
        if "live" not in path.parts and path.name != "sample_books.py" and skipped.search(path.read_text("utf-8"))
    ] == []
