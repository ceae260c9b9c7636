"""Python source as a tree with places: what the readers of SQLAlchemy and Django models share."""

import ast
from dataclasses import dataclass, field
from functools import cached_property

from kb.schema import Index, Place
from service.question.artefact.model import Trait


@dataclass(frozen=True)
class Source:
    """A module and its tree; places count characters."""

    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node once: trees of long modules are walked by several readers."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def given(self) -> dict[str, list[str]]:
        """What each name is assigned anywhere in the module, as text."""
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for name in (t.id for t in node.targets if isinstance(t, ast.Name)):
                    found.setdefault(name, []).append(ast.unparse(node.value))
        return found

    @cached_property
    def _lines(self) -> list[int]:
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def place(self, node: ast.AST) -> Place:
        """The first line of a node, without its indentation."""
        line = getattr(node, "lineno", 1)
        start = self._lines[line - 1]
        text = self.text[start : self._lines[line]] if line < len(self._lines) else self.text[start:]
        indent = len(text) - len(text.lstrip())
        return Place(start + indent, start + len(text.rstrip()), text.strip())

    def line_end(self, line: int) -> int:
        """The character after a line, counted from 1."""
        return self._lines[min(line, len(self._lines) - 1)]


@dataclass
class ModelReading:
    """What a reader of models gathers on its way through a module."""

    source: Source
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    traits: list[Trait] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def parsed(text: str) -> Source | None:
    """The tree, or nothing where the text is no Python."""
    try:
        return Source(text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.AST | None) -> str:
    """The last word of a name or attribute: `models.CharField` and `CharField` are the same."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def constant(node: ast.AST | None) -> object:
    """The value of a literal, else None."""
    return node.value if isinstance(node, ast.Constant) else None


def strings(node: ast.AST | None) -> tuple[str, ...]:
    """The strings of a list or tuple, or the one string."""
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str))
    value = constant(node)
    return (value,) if isinstance(value, str) else ()


def assigned(node: ast.stmt) -> tuple[str, ast.expr | None, ast.expr | None]:
    """Name, value and annotation of an assignment in a class body; an empty name otherwise."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value, node.annotation
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value, None
    return "", None, None
