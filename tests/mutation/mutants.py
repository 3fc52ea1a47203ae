"""Makes mutants of a module: its source with one small fault.

The faults are those that slip past a reviewer: another comparison, a missing ``not``, another constant, a statement that is
gone. Only what is inside functions is changed: the values of constants are tuned, not reasoned. Docstrings, log calls and
annotations are left alone, since no test should depend on them.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_LOGGING: Final = frozenset({"_log", "log_unexpected"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """``source`` is the whole module with the fault; ``name`` stays the same while the faulty line does.

    The name is the function and the line with its change, so that a baseline survives edits elsewhere in the file.
    """

    name: str
    line: int
    source: str


def make_mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of their lines. Equal names are numbered."""
    tree = ast.parse(source)
    mutants: list[Mutant] = []
    seen: dict[str, int] = {}
    for place, (scope, node) in enumerate(_walk(tree)):
        for number, change in enumerate(_changes(node)):
            mutated = copy.deepcopy(tree)
            _, twin = list(_walk(mutated))[place]
            list(_changes(twin))[number].apply()
            name = f"{scope}: {_one_line(node)} -> {change.description}"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name} #{seen[name]}"
            mutants.append(Mutant(name, getattr(node, "lineno", 0), ast.unparse(ast.fix_missing_locations(mutated))))
    return sorted(mutants, key=lambda mutant: mutant.line)


@dataclass(slots=True)
class _Change:
    """One possible fault in one node: sets an attribute (or one element of a list attribute) when applied."""

    description: str
    target: ast.AST
    attribute: str
    value: object
    index: int | None = None

    def apply(self) -> None:
        if self.index is None:
            setattr(self.target, self.attribute, self.value)
        else:
            getattr(self.target, self.attribute)[self.index] = self.value


def _walk(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node inside a function that may get a fault, with the dotted name of the function."""

    def visit(node: ast.AST, scope: str, *, is_inside: bool) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            if _is_left_alone(child) or _is_signature_or_decorator(node, child):
                continue
            inner = scope
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{scope}.{child.name}" if scope else child.name
            if is_inside:
                yield inner, child
            yield from visit(
                child, inner, is_inside=is_inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            )

    yield from visit(tree, "", is_inside=False)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.Call(func=ast.Name(id=name)) if name in _LOGGING:
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name in _LOGGING:
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _is_signature_or_decorator(node: ast.AST, child: ast.AST) -> bool:
    """Annotations, decorators and defaults of parameters.

    Types are checked by the type checker, ``slots=True`` by nobody; a default is not part of the code that is swapped.
    """
    match node:
        case ast.arguments():
            return child in node.defaults or child in node.kw_defaults
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return child in node.decorator_list or child is node.returns
        case ast.ClassDef():
            return child in node.decorator_list
        case ast.AnnAssign() | ast.arg():
            return child is node.annotation
    return False


def _changes(node: ast.AST) -> list[_Change]:
    match node:
        case ast.Compare(ops=ops):
            return [
                _Change(other.__name__, node, "ops", other(), index)
                for index, op in enumerate(ops)
                if (other := _COMPARISONS.get(type(op))) is not None
            ]
        case ast.BoolOp(op=op):
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            return [_Change(type(other_op).__name__, node, "op", other_op)]
        case ast.UnaryOp(op=ast.Not()):
            return _negations(node)
        case ast.BinOp(op=op) if type(op) in _OPERATORS and not _is_union(node):
            replacement = _OPERATORS[type(op)]
            return [_Change(replacement.__name__, node, "op", replacement())]
        case ast.Constant(value=bool() as value):
            return [_Change(str(not value), node, "value", not value)]
        case ast.Constant(value=int() | float() as value):
            return [_Change(str(value + 1), node, "value", value + 1)]
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, ast.Constant):
            return [_Change("never", node, "test", ast.Constant(False))]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            return [_Change("return None", node, "value", ast.Constant(None))]
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            return _removals(node, body)
    return []


def _negations(node: ast.UnaryOp) -> list[_Change]:
    twice = ast.UnaryOp(op=ast.Not(), operand=node.operand)
    return [_Change("without not", node, "operand", twice)]


def _removals(node: ast.AST, body: list[ast.stmt]) -> list[_Change]:
    """Statements whose value nobody uses: a call that is forgotten."""
    return [
        _Change(f"without: {_one_line(statement)}", node, "body", ast.Pass(), index)
        for index, statement in enumerate(body)
        if isinstance(statement, ast.Expr) and not _is_left_alone(statement)
    ]


def _is_union(node: ast.BinOp) -> bool:
    """Whether it is a type such as ``int | None``."""
    if not isinstance(node.op, ast.BitOr):
        return False
    parts = (node.left, node.right)
    return any(isinstance(part, ast.Constant) and part.value is None for part in parts) or any(
        isinstance(part, ast.Name) and part.id[0].isupper() for part in parts
    )


def _one_line(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.If | ast.While):
        return f"if {ast.unparse(node.test)}"[:80]
    return " ".join(ast.unparse(node).split())[:80]
