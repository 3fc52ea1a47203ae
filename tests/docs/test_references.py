"""What the documents name exists: files, modules, classes, functions, settings, make targets and links."""

import ast
import importlib
import re
from pathlib import Path
from typing import Final

import pytest

from bot.settings import Settings
from tests.docs.documents import DOCUMENTS, ROOT, anchors_of, name_of, read, relative_links_of, spans_of

PACKAGES: Final = ("bot", "cogs", "storage", "tests")
SOURCES: Final = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
# Files that the program writes or its operator makes; they are not in the repository.
MADE_LATER: Final = {"data/studio.db"}
_PATH: Final = re.compile(r"[\w.*-]+(?:/[\w.*-]*)+")
_SOURCE_FILE: Final = re.compile(r"\b(?:bot|cogs|storage|tests|docs)/[\w/.-]*\w\.(?:py|md|png|txt)\b")
_DOTTED: Final = re.compile(r"(?:bot|cogs|storage|tests)(?:\.\w+)+")
_CLASS: Final = re.compile(r"((?:[A-Z]+[a-z0-9]+){2,})(?:\.(\w+))?(?:\(\))?")
_FUNCTION: Final = re.compile(r"(?:\w+\.)?(\w+)\(\)")
_DEFINITION: Final = re.compile(r"^ *(?:async )?def (\w+)\(", re.MULTILINE)
_CONSTANT: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_TARGET: Final = re.compile(r"(?:[A-Z_]+=\S+ )*make ([a-z]+)")
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every word of the source files and of the Makefile."""
    texts = [path.read_text(encoding="utf-8") for path in (*SOURCES, ROOT / "Makefile")]
    return set(re.findall(r"\w+", "\n".join(texts)))


@documents
def test_every_file_exists(document: Path) -> None:
    """Each path in backticks, and each source file named anywhere in a document, is in the repository."""
    paths = {span for span in spans_of(document) if _PATH.fullmatch(span)} | set(_SOURCE_FILE.findall(read(document)))
    missing = [path for path in paths - MADE_LATER if not any(ROOT.glob(path.rstrip("/")))]
    assert missing == []


@documents
def test_every_dotted_name_exists(document: Path) -> None:
    """Each dotted name in backticks that begins with one of our packages can be imported."""
    names = {span.removesuffix("()") for span in spans_of(document) if _DOTTED.fullmatch(span.removesuffix("()"))}
    assert [name for name in names if not _is_importable(name)] == []


def test_every_class_exists() -> None:
    """Each class in backticks is one of ours and has the method or field that is named with it."""
    classes = _find_classes()
    missing = {
        (name_of(document), match[0])
        for document in DOCUMENTS
        for match in filter(None, map(_CLASS.fullmatch, spans_of(document)))
        if match[1] not in classes or (match[2] and match[2] not in classes[match[1]])
    }
    assert missing == set()


def _find_classes() -> dict[str, set[str]]:
    """The names of all classes of the project, each with its methods, fields and members."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = found.setdefault(node.name, set())
                for statement in node.body:
                    match statement:
                        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                            names.add(name)
                        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                            names.add(name)
    return found


def test_every_function_exists() -> None:
    """Each function in backticks, written with parentheses, is one of ours."""
    functions = {name for path in SOURCES for name in _DEFINITION.findall(path.read_text(encoding="utf-8"))}
    named = {
        (name_of(document), match[1])
        for document in DOCUMENTS
        for match in filter(None, map(_FUNCTION.fullmatch, spans_of(document)))
    }
    assert {(document, name) for document, name in named if name not in functions} == set()


@documents
def test_every_setting_and_constant_exists(document: Path, words: set[str]) -> None:
    """Each name in capitals in backticks is a setting, or is in the source."""
    known = words | {name.upper() for name in Settings.model_fields}
    assert {span for span in spans_of(document) if _CONSTANT.fullmatch(span)} - known == set()


@documents
def test_every_make_target_exists(document: Path) -> None:
    """Each make target in backticks is in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {match[1] for span in spans_of(document) if (match := _TARGET.fullmatch(span))}
    assert named - targets == set()


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    """Each relative link leads to a file of the repository, and to a heading of it where the link names one."""
    broken = []
    for link in relative_links_of(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_is_in_the_index() -> None:
    """Each decision record is linked from the index and says context, decision and consequences."""
    folder = ROOT / "docs" / "decisions"
    records = sorted(path for path in folder.glob("[0-9]*.md"))
    assert records
    linked = [link for link in relative_links_of(folder / "README.md") if link[0].isdigit()]
    assert linked == [path.name for path in records]
    parts = {"context", "decision", "consequences"}
    assert [path.name for path in records if not parts <= anchors_of(path)] == []


def test_every_package_is_on_the_map() -> None:
    """The architecture names each package and each top-level module of the product."""
    spans = set(spans_of(ROOT / "docs" / "architecture.md"))
    parts = {
        path.relative_to(ROOT).as_posix() + ("/" if path.is_dir() else "")
        for package in ("bot", "cogs", "storage")
        for path in (ROOT / package).iterdir()
        if (path / "__init__.py").exists() or (package == "bot" and path.suffix == ".py" and path.stem != "__init__")
    }
    assert parts - spans == set()


def _is_importable(name: str) -> bool:
    """Whether the longest prefix that is a module has the rest as attributes or annotated fields."""
    module_name, rest = name, list[str]()
    while True:
        try:
            found: object = importlib.import_module(module_name)
            break
        except ModuleNotFoundError:
            module_name, _, last = module_name.rpartition(".")
            rest.insert(0, last)
            if not module_name:
                return False
    for attribute in rest:
        if not hasattr(found, attribute):
            return attribute == rest[-1] and attribute in getattr(found, "__annotations__", {})
        found = getattr(found, attribute)
    return True
