"""Django models to tables: fields, Meta and what Django adds by itself (ids, indexes of foreign keys)."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from kb.schema import Check, Column, Index, Key, Place, Table
from service.question.artefact.model import Model, Trait
from service.question.artefact.python_source import ModelReading, Source, assigned, constant, dotted, keyword, strings

_FIELDS: Mapping[str, str] = {
    "AutoField": "int", "BigAutoField": "bigint", "SmallAutoField": "smallint", "IntegerField": "int", "BigIntegerField": "bigint", "SmallIntegerField": "smallint", "PositiveIntegerField": "int",
    "PositiveBigIntegerField": "bigint", "PositiveSmallIntegerField": "smallint", "FloatField": "float", "DecimalField": "numeric", "CharField": "varchar", "TextField": "text", "EmailField": "varchar", "SlugField": "varchar",
    "URLField": "varchar", "FileField": "varchar", "ImageField": "varchar", "FilePathField": "varchar", "BooleanField": "boolean", "NullBooleanField": "boolean", "DateTimeField": "timestamptz", "DateField": "date",
    "TimeField": "time", "DurationField": "other", "UUIDField": "uuid", "JSONField": "jsonb", "BinaryField": "bytea", "GenericIPAddressField": "other", "ArrayField": "array", "CITextField": "text",
}  # fmt: skip
_RELATIONS = ("ForeignKey", "OneToOneField")
_LENGTHS: Mapping[str, int] = {"EmailField": 254, "SlugField": 50, "URLField": 200, "FileField": 100, "ImageField": 100}
_SIGNED_CHECKS = ("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField")


def read_django(source: Source) -> Model:
    """Every class that has model fields and is not abstract; fields of abstract parents in the same text are inherited."""
    reading = ModelReading(source, {n.name: n for n in source.nodes if isinstance(n, ast.ClassDef)})
    tables = []
    # A view among tables; where nothing is managed, the database was there first and is what is asked about.
    managed = any(_is_model(reading, n) and not _unmanaged(n) for n in reading.classes.values())
    for node in reading.classes.values():
        if managed and _unmanaged(node):
            continue
        abstract = _meta_flag(node, "abstract") and not _stands_alone(reading, node)
        if _is_model(reading, node) and not abstract and not _meta_flag(node, "proxy"):
            name = _table_name(reading, node.name).removeprefix("abstract")
            reading.names[name] = node.name
            tables += [_table(reading, node, name), *_hidden(reading, node, name)]
    return Model(tuple(tables), tuple(reading.indexes), reading.names, reading.fields, tuple(reading.traits))


def _stands_alone(reading: ModelReading, node: ast.ClassDef) -> bool:
    """`AbstractOrder` whose Order is made elsewhere: nothing in the text inherits it, so it is read as the table that it becomes."""
    parents = {dotted(base) for other in reading.classes.values() for base in other.bases}
    return node.name.startswith("Abstract") and node.name not in parents


def _is_model(reading: ModelReading, node: ast.ClassDef) -> bool:
    return any(
        isinstance(value, ast.Call) and dotted(value.func) in (*_FIELDS, *_RELATIONS, "ManyToManyField")
        for statement in _body(reading, node)
        for _, value, _ in (assigned(statement),)
    ) and not any("Form" in dotted(base) or "Serializer" in dotted(base) for base in node.bases)


def _meta(node: ast.ClassDef) -> ast.ClassDef | None:
    return next((n for n in node.body if isinstance(n, ast.ClassDef) and n.name == "Meta"), None)


def _meta_values(node: ast.ClassDef) -> dict[str, ast.expr]:
    meta = _meta(node)
    found = [assigned(statement) for statement in meta.body] if meta else []
    return {name: value for name, value, _ in found if name and value is not None}


def _meta_flag(node: ast.ClassDef, name: str) -> bool:
    return constant(_meta_values(node).get(name)) is True


def _unmanaged(node: ast.ClassDef) -> bool:
    return constant(_meta_values(node).get("managed")) is False


def _table_name(reading: ModelReading, model: str) -> str:
    node = reading.classes.get(model)
    given = constant(_meta_values(node).get("db_table")) if node else None
    return str(given) if given else model.lower()


def _body(reading: ModelReading, node: ast.ClassDef) -> list[ast.stmt]:
    inherited: list[ast.stmt] = []
    for parent in node.bases:
        known = reading.classes.get(dotted(parent))
        if known is not None and known is not node and _meta_flag(known, "abstract"):
            inherited += _body(reading, known)
    return [*inherited, *node.body]


def _table(reading: ModelReading, node: ast.ClassDef, name: str) -> Table:
    place = reading.source.place(node)
    table = Table(name, (), place=place)
    for statement in _body(reading, node):
        attribute, value, _ = assigned(statement)
        if isinstance(value, ast.Call):
            table = _with_field(reading, table, statement, node.name)
            if dotted(value.func) == "GenericForeignKey":
                reading.traits.append(
                    Trait("generic_relation", f"{node.name}.{attribute}", reading.source.place(statement))
                )
    if not table.primary_key:
        own = Column("id", "bigint", "BigAutoField", None, False, "", True, "", place)
        table = replace(table, columns=(own, *table.columns), keys=(Key("primary", ("id",), place=place), *table.keys))
    return _with_meta(reading, table, _meta_values(node))


def _hidden(reading: ModelReading, node: ast.ClassDef, owner: str) -> list[Table]:
    """The tables that Django makes for relations of many to many without a model of their own (`through`)."""
    found = []
    for statement in _body(reading, node):
        attribute, value, _ = assigned(statement)
        if not isinstance(value, ast.Call) or dotted(value.func) != "ManyToManyField" or keyword(value, "through"):
            continue
        target = dotted(keyword(value, "to") or (value.args[0] if value.args else None)).rpartition(".")[2]
        name, place = str(constant(keyword(value, "db_table")) or f"{owner}_{attribute}"), reading.source.place(statement)  # fmt: skip
        reading.names[name] = f"{node.name}.{attribute}"
        link = _link(name, (owner, node.name.lower()), (_table_name(reading, target), target.lower()), place)
        found.append(link)
        # The unique pair begins with the first side; the other has an index of its own.
        reading.indexes.append(Index(f"{name}_{link.columns[2].name}_idx", name, (link.columns[2].name,), place=place))
    return found


def _link(name: str, owner: tuple[str, str], target: tuple[str, str], place: Place) -> Table:
    """Each side is a table and the model's name in small letters; a relation of a model with itself has two directions."""
    own = target[1] in ("self", owner[1])
    other = owner if own else target
    names = (f"from_{owner[1]}_id", f"to_{owner[1]}_id") if own else (f"{owner[1]}_id", f"{target[1]}_id")
    columns = [Column(each, "bigint", "bigint", None, False, "", False, "", place) for each in names]
    identity = Column("id", "bigint", "BigAutoField", None, False, "", True, "", place)
    keys = (
        Key("primary", ("id",), place=place),
        Key("unique", names, place=place),
        Key("foreign", names[:1], "", owner[0], ("id",), "cascade", "", place),
        Key("foreign", names[1:], "", other[0], ("id",), "cascade", "", place),
    )
    return Table(name, (identity, *columns), keys, place=place)


def _with_field(reading: ModelReading, table: Table, statement: ast.stmt, model: str) -> Table:
    attribute, value, _ = assigned(statement)
    if not isinstance(value, ast.Call) or dotted(value.func) not in (*_FIELDS, *_RELATIONS):
        return table
    what, place = dotted(value.func), reading.source.place(statement)
    name = str(constant(keyword(value, "db_column")) or (f"{attribute}_id" if what in _RELATIONS else attribute))
    reading.fields[f"{table.name}.{name}"] = attribute
    primary = constant(keyword(value, "primary_key")) is True
    length = constant(keyword(value, "max_length"))
    default = keyword(value, "default") or keyword(value, "db_default")
    column = Column(
        name,
        _FIELDS.get(what, "bigint"),
        ast.unparse(value),
        length if isinstance(length, int) else _LENGTHS.get(what),
        constant(keyword(value, "null")) is True and not primary,
        ast.unparse(default) if default is not None else "",
        what.endswith("AutoField"),
        "",
        place,
    )
    _field_traits(reading, f"{model}.{attribute}", value, statement)
    checks = (Check(f"{name} >= 0", (name,)),) if what in _SIGNED_CHECKS else ()
    keys = _keys(reading, column, value, primary)
    if _is_indexed(what, value) and not any(key.kind == "unique" for key in keys):
        reading.indexes.append(Index(f"{table.name}_{name}_idx", table.name, (name,), place=place))
    return replace(table, columns=(*table.columns, column), keys=(*table.keys, *keys), checks=(*table.checks, *checks))


def _is_indexed(what: str, call: ast.Call) -> bool:
    given = constant(keyword(call, "db_index"))
    return given is True or (what in ("ForeignKey", "SlugField") and given is not False)


def _keys(reading: ModelReading, column: Column, call: ast.Call, primary: bool) -> list[Key]:
    what = dotted(call.func)
    keys = [Key("primary", (column.name,), place=column.place)] if primary else []
    if constant(keyword(call, "unique")) is True or what == "OneToOneField":
        keys.append(Key("unique", (column.name,), place=column.place))
    if what in _RELATIONS and constant(keyword(call, "db_constraint")) is not False:
        target = keyword(call, "to") or (call.args[0] if call.args else None)
        model = dotted(target).rpartition(".")[2]
        action = dotted(keyword(call, "on_delete") or (call.args[1] if len(call.args) > 1 else None))
        keys.append(
            Key(
                "foreign",
                (column.name,),
                "",
                _table_name(reading, model) if model != "self" else "",
                ("id",),
                action.lower().replace("_", " "),
                "",
                column.place,
            )
        )
    return keys


def _field_traits(reading: ModelReading, name: str, call: ast.Call, statement: ast.stmt) -> None:
    default, place = keyword(call, "default"), reading.source.place(statement)
    if isinstance(default, ast.Call) and dotted(default.func) in ("now", "utcnow", "today", "uuid4", "time"):
        reading.traits.append(Trait("evaluated_default", name, place, ast.unparse(default)))
    elif isinstance(default, ast.List | ast.Dict):
        reading.traits.append(Trait("mutable_default", name, place, ast.unparse(default)))
    elif isinstance(default, ast.Attribute) and ast.unparse(default) in ("datetime.now", "datetime.datetime.now", "datetime.utcnow", "datetime.datetime.utcnow"):  # fmt: skip
        reading.traits.append(Trait("naive_now", name, place, ast.unparse(default)))
    if keyword(call, "choices") is not None:
        reading.traits.append(Trait("choices_only", name, place))


def _with_meta(reading: ModelReading, table: Table, meta: Mapping[str, ast.expr]) -> Table:
    for listed in _together(meta.get("unique_together")):
        table = replace(table, keys=(*table.keys, Key("unique", _columns(table, listed), place=table.place)))
    for listed in _together(meta.get("index_together")):
        reading.indexes.append(Index("", table.name, _columns(table, listed), place=table.place))
    for name in ("indexes", "constraints"):
        for call in getattr(meta.get(name), "elts", ()):
            if isinstance(call, ast.Call):
                table = _with_object(reading, table, call)
    return table


def _together(node: ast.expr | None) -> list[tuple[str, ...]]:
    """`("a", "b")`, `[("a", "b")]` and `[["a", "b"]]` are all taken."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return []
    inner = [strings(each) for each in node.elts if isinstance(each, ast.Tuple | ast.List)]
    return inner or ([strings(node)] if strings(node) else [])


def _columns(table: Table, attributes: tuple[str, ...]) -> tuple[str, ...]:
    plain = (name.lstrip("-") for name in attributes)
    return tuple(name if table.column(name) else f"{name}_id" if table.column(f"{name}_id") else name for name in plain)


def _with_object(reading: ModelReading, table: Table, call: ast.Call) -> Table:
    what, place = dotted(call.func), reading.source.place(call)
    listed = _columns(table, strings(keyword(call, "fields")))
    condition = keyword(call, "condition")
    name = str(constant(keyword(call, "name")) or "")
    if what == "UniqueConstraint" and condition is None and listed:
        return replace(table, keys=(*table.keys, Key("unique", listed, name, place=place)))
    if what == "CheckConstraint":
        text = ast.unparse(condition or keyword(call, "check") or call)
        words = tuple(c.name for c in table.columns if c.name in text)
        return replace(table, checks=(*table.checks, Check(text, words, name)))
    if what in ("Index", "UniqueConstraint", "GinIndex", "BrinIndex", "HashIndex", "GistIndex"):
        method = what.removesuffix("Index").lower() if what != "Index" and what.endswith("Index") else "btree"
        columns = listed or tuple(ast.unparse(each) for each in call.args)
        where = ast.unparse(condition) if condition is not None else ""
        reading.indexes.append(Index(name, table.name, columns, what == "UniqueConstraint", method, where, (), place))
    return table
