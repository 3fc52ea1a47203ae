"""What people read on screen is plain English: phrases that were once found wanting do not come back."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FAULTS = (
    r"^(Such as|Write it like)\b",
    r"\bwho follows this book\b",
    r"\b(by themselves|carries the tale|is mended|told me already)\b",
    r"\bno message of anybody\b",
    r"\bis no (object|price|text)\b",
    r"running since",
    r"[^%] %$|\d %",
)


@cache
def _read_texts() -> list[tuple[str, str]]:
    """Every string literal of the product's code that is not a docstring, with its place."""
    texts: list[tuple[str, str]] = []
    for path in sorted([*ROOT.glob("cogs/**/*.py"), *ROOT.glob("bot/**/*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts += [
            (f"{path.relative_to(ROOT)}:{node.lineno}", node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
        ]
    return texts


@pytest.mark.parametrize("fault", _FAULTS)
def test_phrase_is_not_on_screen(fault: str) -> None:
    """No text of the product matches the phrase."""
    assert [place for place, text in _read_texts() if re.search(fault, text)] == []
