"""SQLAlchemy models to tables: declarative classes, with and without Mapped, and Table(…) objects."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from kb.schema import Check, Column, Index, Key, Table
from service.question.artefact.model import Model, Trait
from service.question.artefact.python_source import ModelReading, Source, assigned, constant, dotted, keyword, strings

_TYPES: Mapping[str, str] = {
    "Integer": "int", "INTEGER": "int", "BigInteger": "bigint", "BIGINT": "bigint", "SmallInteger": "smallint", "Float": "float", "Double": "float", "DOUBLE_PRECISION": "float", "REAL": "real", "FLOAT": "float",
    "Numeric": "numeric", "DECIMAL": "numeric", "NUMERIC": "numeric", "String": "varchar", "Unicode": "varchar", "VARCHAR": "varchar", "Text": "text", "UnicodeText": "text", "TEXT": "text", "CHAR": "char",
    "Boolean": "boolean", "BOOLEAN": "boolean", "DateTime": "timestamp", "TIMESTAMP": "timestamp", "Date": "date", "Time": "time", "UUID": "uuid", "Uuid": "uuid", "JSON": "json", "JSONB": "jsonb",
    "LargeBinary": "bytea", "BYTEA": "bytea", "BLOB": "bytea", "Enum": "enum", "ENUM": "enum", "ARRAY": "array",
}  # fmt: skip
_ANNOTATED: Mapping[str, str] = {
    "int": "int", "str": "varchar", "float": "float", "bool": "boolean", "datetime": "timestamp", "date": "date",
    "Decimal": "numeric", "UUID": "uuid", "bytes": "bytea", "dict": "json", "time": "time",
}  # fmt: skip
_COLUMN = ("Column", "mapped_column")


def read_sqlalchemy(source: Source) -> Model:
    """Every class with `__tablename__` and every Table(…); columns of mixins in the same text are inherited."""
    reading = ModelReading(source)
    reading.classes = {node.name: node for node in source.nodes if isinstance(node, ast.ClassDef)}
    tables = []
    for node in reading.classes.values():
        name = _table_name(node)
        if name:
            reading.names[name] = node.name
            tables.append(_table(reading, node, name))
    for call in source.nodes:
        if isinstance(call, ast.Call) and dotted(call.func) == "Table" and len(call.args) > 2:
            tables.append(_table_object(reading, call))
    return Model(tuple(tables), tuple(reading.indexes), reading.names, reading.fields, tuple(reading.traits))


def _table_name(node: ast.ClassDef) -> str:
    for statement in node.body:
        name, value, _ = assigned(statement)
        if name == "__tablename__" and isinstance(constant(value), str):
            return str(constant(value))
        if name == "table" and isinstance(value, ast.Constant):
            return ""
    # SQLModel names the table after the class.
    if any(each.arg == "table" for each in node.keywords):
        return node.name.lower()
    return ""


def _body(reading: ModelReading, node: ast.ClassDef, seen: frozenset[str] = frozenset()) -> list[ast.stmt]:
    inherited: list[ast.stmt] = []
    for parent in node.bases:
        known = reading.classes.get(dotted(parent))
        if known is not None and known.name not in seen and not _table_name(known):
            inherited += _body(reading, known, seen | {node.name})
    return [*inherited, *node.body]


def _table(reading: ModelReading, node: ast.ClassDef, name: str) -> Table:
    table = Table(name, (), place=reading.source.place(node))
    for statement in _body(reading, node):
        attribute, value, annotation = assigned(statement)
        if attribute == "__table_args__":
            table = _with_arguments(reading, table, value)
        elif isinstance(value, ast.Call) and dotted(value.func) in (*_COLUMN, "Field"):
            table = _with_column(reading, table, statement, attribute)
        elif isinstance(value, ast.Call) and dotted(value.func) == "relationship":
            _relationship(reading, node.name, statement, attribute)
        elif annotation is not None and value is None and dotted(annotation) == "Mapped":
            table = _with_column(reading, table, statement, attribute)
    return table


def _table_object(reading: ModelReading, call: ast.Call) -> Table:
    name = str(constant(call.args[0]) or "table")
    table = Table(name, (), place=reading.source.place(call))
    for part in call.args[2:]:
        if isinstance(part, ast.Call) and dotted(part.func) == "Column":
            wrapped = ast.Assign(targets=[ast.Name(id="")], value=part, lineno=part.lineno)
            table = _with_column(reading, table, wrapped, str(constant(part.args[0]) if part.args else ""))
        elif isinstance(part, ast.Call):
            table = _with_argument(reading, table, part)
    return table


def _with_column(reading: ModelReading, table: Table, statement: ast.stmt, attribute: str) -> Table:
    _, value, annotation = assigned(statement)
    call = value if isinstance(value, ast.Call) else ast.Call(func=ast.Name(id="mapped_column"), args=[], keywords=[])
    arguments = list(call.args)
    name = attribute
    if arguments and isinstance(constant(arguments[0]), str):
        name = str(constant(arguments.pop(0)))
    kind, length, declared, optional = _type(arguments, annotation)
    if not any(dotted(argument) in _TYPES for argument in arguments) and any(
        dotted(a) == "ForeignKey" for a in arguments
    ):
        # Without a type of its own the column takes that of the key that it references.
        declared = ""
    primary = constant(keyword(call, "primary_key")) is True
    given = keyword(call, "nullable")
    nullable = (
        bool(constant(given)) if given is not None else (optional if annotation is not None else True) and not primary
    )
    place = reading.source.place(statement)
    server = keyword(call, "server_default") or keyword(call, "default")
    default = ast.unparse(server) if server is not None else ""
    column = Column(
        name,
        kind,
        declared,
        length,
        nullable and not primary,
        default,
        primary and kind in ("int", "bigint") and not default,
        "",
        place,
    )
    reading.fields[f"{table.name}.{name}"] = attribute
    _default_traits(reading, table, attribute, call, statement)
    keys = _column_keys(column, call, arguments, primary)
    if constant(keyword(call, "index")) is True:
        reading.indexes.append(Index(f"ix_{table.name}_{name}", table.name, (name,), place=place))
    return replace(table, columns=(*table.columns, column), keys=(*table.keys, *keys))


def _column_keys(column: Column, call: ast.Call, arguments: list[ast.expr], primary: bool) -> list[Key]:
    keys: list[Key] = [Key("primary", (column.name,), place=column.place)] if primary else []
    if constant(keyword(call, "unique")) is True:
        keys.append(Key("unique", (column.name,), place=column.place))
    targets = [a for a in arguments if isinstance(a, ast.Call) and dotted(a.func) == "ForeignKey"]
    named = keyword(call, "foreign_key")
    for each in targets:
        target = str(constant(each.args[0]) or "") if each.args else ""
        action = constant(keyword(each, "ondelete"))
        keys.append(_foreign((column.name,), (target,), str(action or "no action").lower(), column))
    if isinstance(constant(named), str):
        keys.append(_foreign((column.name,), (str(constant(named)),), "no action", column))
    return keys


def _foreign(columns: tuple[str, ...], targets: tuple[str, ...], action: str, column: Column | None) -> Key:
    pairs = [target.rpartition(".") for target in targets]
    return Key(
        "foreign",
        columns,
        "",
        pairs[0][0].rpartition(".")[2],
        tuple(pair[2] for pair in pairs),
        action,
        "no action",
        column.place if column else None,
    )


def _type(arguments: list[ast.expr], annotation: ast.expr | None) -> tuple[str, int | None, str, bool]:
    """Canonical type, length, declared type, and whether the annotation is optional."""
    inner = annotation.slice if isinstance(annotation, ast.Subscript) and dotted(annotation) == "Mapped" else annotation
    words = ast.unparse(inner) if inner is not None else ""
    optional = "Optional" in words or "None" in words
    for argument in arguments:
        name = dotted(argument)
        if name in _TYPES:
            call = argument if isinstance(argument, ast.Call) else None
            first = constant(call.args[0]) if call and call.args else None
            length = first if isinstance(first, int) and _TYPES[name] in ("varchar", "char") else None
            aware = call is not None and constant(keyword(call, "timezone")) is True
            kind = "timestamptz" if aware and _TYPES[name] == "timestamp" else _TYPES[name]
            return kind, length, ast.unparse(argument), optional
    plain = words.replace("Optional[", "").replace("]", "").replace("| None", "").strip().rpartition(".")[2]
    return _ANNOTATED.get(plain, "other"), None, words, optional


def _with_arguments(reading: ModelReading, table: Table, value: ast.expr | None) -> Table:
    for part in value.elts if isinstance(value, ast.Tuple | ast.List) else ():
        if isinstance(part, ast.Call):
            table = _with_argument(reading, table, part)
    return table


def _with_argument(reading: ModelReading, table: Table, call: ast.Call) -> Table:
    what, place = dotted(call.func), reading.source.place(call)
    listed = tuple(str(constant(each)) for each in call.args if isinstance(constant(each), str))
    if what in ("UniqueConstraint", "PrimaryKeyConstraint"):
        kind = "unique" if what == "UniqueConstraint" else "primary"
        return replace(table, keys=(*table.keys, Key("unique" if kind == "unique" else "primary", listed, place=place)))
    if what == "Index" and len(call.args) > 1:
        reading.indexes.append(_index(table, call, reading))
    elif what == "CheckConstraint" and call.args:
        # A condition may be built of columns instead of text.
        text = listed[0] if listed else ast.unparse(call.args[0])
        words = tuple(c.name for c in table.columns if c.name in text)
        return replace(table, checks=(*table.checks, Check(text, words)))
    elif what == "ForeignKeyConstraint" and len(call.args) >= 2:
        action = str(constant(keyword(call, "ondelete")) or "no action").lower()
        key = _foreign(strings(call.args[0]), strings(call.args[1]) or ("",), action, None)
        return replace(table, keys=(*table.keys, replace(key, place=place)))
    return table


def _index(table: Table, call: ast.Call, reading: ModelReading) -> Index:
    """The first argument is the name, whatever expression it is; the others are columns by name or as attributes."""
    columns = tuple(str(constant(each)) if constant(each) else _column_word(each) for each in call.args[1:])
    where, method = keyword(call, "postgresql_where"), constant(keyword(call, "postgresql_using"))
    return Index(
        str(constant(call.args[0]) or ""),
        table.name,
        columns,
        constant(keyword(call, "unique")) is True,
        str(method or "btree"),
        ast.unparse(where) if where else "",
        (),
        reading.source.place(call),
    )


def _column_word(node: ast.expr) -> str:
    """`created_at.desc()` and `Order.created_at` are the column created_at; anything else is an expression."""
    inner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    return dotted(inner) if isinstance(inner, ast.Name | ast.Attribute) else ast.unparse(node)


def _relationship(reading: ModelReading, owner: str, statement: ast.stmt, attribute: str) -> None:
    _, value, annotation = assigned(statement)
    if not isinstance(value, ast.Call):
        return
    lazy = str(constant(keyword(value, "lazy")) or "select")
    scalar = constant(keyword(value, "uselist")) is False
    words = ast.unparse(annotation) if annotation is not None else ""
    many = any(word in words.lower() for word in ("list[", "set[", "sequence[")) or (
        not words and attribute.endswith("s")
    )
    if lazy in ("joined", "immediate", "subquery") or constant(keyword(value, "lazy")) is False:
        kind = "eager_collection" if many and not scalar else None
        if kind:
            reading.traits.append(
                Trait("eager_collection", f"{owner}.{attribute}", reading.source.place(statement), lazy)
            )


def _default_traits(reading: ModelReading, table: Table, attribute: str, call: ast.Call, statement: ast.stmt) -> None:
    default = keyword(call, "default")
    name = f"{reading.names.get(table.name, table.name)}.{attribute}"
    if isinstance(default, ast.Call) and dotted(default.func) in ("now", "utcnow", "today", "uuid4", "time"):
        reading.traits.append(Trait("evaluated_default", name, reading.source.place(statement), ast.unparse(default)))
    elif isinstance(default, ast.List | ast.Dict):
        reading.traits.append(Trait("mutable_default", name, reading.source.place(statement), ast.unparse(default)))
    elif isinstance(default, ast.Attribute) and default.attr == "utcnow":
        reading.traits.append(Trait("naive_now", name, reading.source.place(statement), ast.unparse(default)))
