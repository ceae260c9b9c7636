"""Traits of Django code that looks rows up: by a key that anybody may send, or to create what is not there."""

import ast
import re
from collections.abc import Iterator

from service.question.artefact.model import Trait
from service.question.artefact.python_source import Source

_KEYS = frozenset({"pk", "id"})


def lookup_traits(source: Source) -> Iterator[Trait]:
    """`get_or_create` with its fields; rows got by key in a view, of models that other places filter by the user."""
    scoped = set(re.findall(r"\b(\w+)\.objects\.(?:filter|get|exclude)\([^()]*\brequest\.user\b", source.text))
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr in ("get_or_create", "update_or_create") and owner.endswith(".objects"):
                fields = ",".join(k.arg for k in node.keywords if k.arg and k.arg != "defaults" and "__" not in k.arg)
                yield Trait("get_or_create", owner.removesuffix(".objects"), source.place(node), fields)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _by_key(source, node, scoped)


def _by_key(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef, scoped: set[str]) -> Iterator[Trait]:
    arguments = {a.arg for a in function.args.args}
    if "request" not in arguments or re.search(r"request\.user|has_perm|permission", ast.unparse(function)):
        return
    for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
        model = _got(call)
        named = {k.arg for k in call.keywords}
        if model in scoped and named and named <= _KEYS:
            yield Trait("unscoped_lookup", function.name, source.place(call), model)


def _got(call: ast.Call) -> str:
    """The model of `Model.objects.get(…)` or `get_object_or_404(Model, …)`."""
    called = ast.unparse(call.func)
    if called == "get_object_or_404" and call.args:
        return ast.unparse(call.args[0])
    return called.removesuffix(".objects.get") if called.endswith(".objects.get") else ""
