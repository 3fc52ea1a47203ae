"""Rules about imports that hold for every module."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from grimp import build_graph

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_import_contracts_hold() -> None:
    """The contracts in ``pyproject.toml`` hold."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


def test_no_import_cycle() -> None:
    """No module imports itself through other modules, not even inside a function or for annotations."""
    graph = build_graph("bot", "cogs", "storage", cache_dir=None)
    assert "bot.app" in graph.modules
    unfinished = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while leaves := [module for module, imported in unfinished.items() if not imported & unfinished.keys()]:
        for module in leaves:
            del unfinished[module]
    assert sorted(unfinished) == [], "these modules import each other, or modules that do"


def test_bot_serves_no_web_pages() -> None:
    """``aiohttp.web`` belongs to a front end, except for metrics; import-linter cannot check a part of a library."""
    importers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "bot").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.startswith("aiohttp.web") for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aiohttp.web"))
        or (isinstance(node, ast.ImportFrom) and node.module == "aiohttp" and "web" in {a.name for a in node.names})
    ]
    assert importers == ["bot/monitoring/http_server.py"]
