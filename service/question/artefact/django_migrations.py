"""Django migrations: operations that lock, rewrite or break what is running, as traits that a rule judges."""

import ast
from collections.abc import Iterator

from service.question.artefact.model import Trait
from service.question.artefact.python_source import Source, constant, dotted, keyword

_TYPED = ("BigAutoField", "BigIntegerField", "DecimalField", "CharField", "TextField", "IntegerField", "UUIDField", "DateTimeField", "FloatField")  # fmt: skip


def migration_traits(source: Source) -> Iterator[Trait]:
    """One trait for each operation of a Migration class that hurts on a live table."""
    created = {
        str(constant(keyword(call, "name"))).lower()
        for call in source.nodes
        if isinstance(call, ast.Call) and dotted(call.func) == "CreateModel"
    }
    for call in source.nodes:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            owner = ast.unparse(call.func.value)
            model = str(constant(keyword(call, "model_name")) or constant(call.args[0] if call.args else None) or "")
            if owner == "migrations" and model.lower() not in created:
                yield from _operation(source, call, model)


def _operation(source: Source, call: ast.Call, model: str) -> Iterator[Trait]:
    what, place = dotted(call.func), source.place(call)
    field = keyword(call, "field")
    name = str(constant(keyword(call, "name")) or "")
    named = f"{model}.{name}" if name else model
    if what == "AddIndex":
        index = keyword(call, "index")
        label = constant(keyword(index, "name")) if isinstance(index, ast.Call) else None
        yield Trait("locking_operation", f"{model}: {label or 'index'}", place, "index")
    elif what == "AlterField" and isinstance(field, ast.Call):
        if dotted(field.func) in _TYPED or constant(keyword(field, "null")) is False:
            yield Trait("locking_operation", named, place, "type")
    elif what == "AddField" and isinstance(field, ast.Call):
        nullable = constant(keyword(field, "null")) is True
        given = any(keyword(field, word) is not None for word in ("default", "db_default"))
        if dotted(field.func) == "ForeignKey":
            yield Trait("locking_operation", named, place, "reference")
        elif not nullable and not given:
            yield Trait("locking_operation", named, place, "required")
    elif what in ("RenameField", "RenameModel", "RemoveField", "DeleteModel"):
        old = str(constant(keyword(call, "old_name")) or name)
        yield Trait(
            "locking_operation", f"{model}.{old}" if old else model, place, "rename" if "Rename" in what else "remove"
        )
    elif what in ("AddConstraint", "AlterUniqueTogether"):
        yield Trait("locking_operation", model, place, "constraint")
    elif what == "RunPython":
        yield Trait("locking_operation", "RunPython", place, "data")
