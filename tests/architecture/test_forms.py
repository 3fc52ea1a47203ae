"""The fields of the forms."""

import ast
from pathlib import Path

COGS = Path(__file__).parents[2] / "cogs"


def test_every_field_of_a_form_has_a_help_text() -> None:
    """A field's label alone does not say what belongs there, or what an empty field means."""
    labels = [
        (path.name, call)
        for path in COGS.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "Label"
    ]
    assert len(labels) >= 5
    for name, call in labels:
        assert "description" in {keyword.arg for keyword in call.keywords}, f"{name}:{call.lineno}"
