"""One part of a table's definition after another: columns, keys and checks of a sqlglot tree, added to a Table."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from kb.column_type import canonical_type, declared_length
from kb.schema import Check, Column, Index, Key, Place, Table

DIALECTS: Mapping[str, str] = {
    "postgresql": "postgres",
    "timescaledb": "postgres",
    "cockroachdb": "postgres",
    "yugabytedb": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "tidb": "mysql",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
    "oracle": "oracle",
    "clickhouse": "clickhouse",
    "duckdb": "duckdb",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "redshift",
}

_ACTION = re.compile(r"^ON\s+(DELETE|UPDATE)\s+(.+)$", re.IGNORECASE)


@dataclass
class Reading:
    """What has been read so far, by table, while the statements are gone through."""

    dialect: str
    offset: int = 0
    source: str = ""
    tables: dict[str, Table] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    enums: set[str] = field(default_factory=set)
    unparsed: list[str] = field(default_factory=list)

    def place(self, node: exp.Expr | None) -> Place | None:
        """Where the identifier of a node stands; sqlglot counts from the start of its statement."""
        found = node.find(exp.Identifier) if node is not None else None
        if found is None or "start" not in found.meta:
            return None
        start, end = self.offset + int(found.meta["start"]), self.offset + int(found.meta["end"]) + 1
        return Place(start, end, self.source[start:end])

    def change(self, table: str, alter: Callable[[Table], Table]) -> None:
        known = self.tables.get(table)
        if known is not None:
            self.tables[table] = alter(known)


def with_part(reading: Reading, table: Table, part: exp.Expr, name: str = "") -> Table:
    """A table with one more column or constraint; a part that we do not model changes nothing."""
    if isinstance(part, exp.ColumnDef):
        return _with_column(reading, table, part)
    if isinstance(part, exp.Identifier):
        # SQLite's columns need no type.
        column = Column(part.name, "other", "", place=reading.place(part))
        return replace(table, columns=(*table.columns, column))
    if isinstance(part, exp.Constraint):
        for inner in part.expressions:
            table = with_part(reading, table, inner, part.name)
        return table
    if isinstance(part, exp.PrimaryKey):
        return _with_key(table, Key("primary", names(part.expressions), name, place=reading.place(part)))
    if isinstance(part, exp.UniqueColumnConstraint) and isinstance(part.this, exp.Schema):
        return _with_key(
            table, Key("unique", names(part.this.expressions), name or part.this.name, place=reading.place(part))
        )
    if isinstance(part, exp.ForeignKey):
        return _with_key(
            table, _foreign(part.args.get("reference"), names(part.expressions), name, reading.place(part))
        )
    if isinstance(part, exp.CheckColumnConstraint):
        return replace(table, checks=(*table.checks, _check(part, name)))
    if isinstance(part, exp.IndexColumnConstraint):
        method = str(part.args.get("kind") or "btree").lower()
        reading.indexes.append(
            Index(part.name, table.name, names(part.expressions), method=method, place=reading.place(part))
        )
    return table


def _with_key(table: Table, key: Key) -> Table:
    columns = table.columns
    if key.kind == "primary":
        columns = tuple(replace(c, nullable=False) if c.name in key.columns else c for c in columns)
    return replace(table, columns=columns, keys=(*table.keys, key))


def _with_column(reading: Reading, table: Table, definition: exp.ColumnDef) -> Table:
    kind = definition.args.get("kind")
    canonical = canonical_type(kind, reading.dialect, frozenset(reading.enums))
    declared = kind.sql(dialect=DIALECTS[reading.dialect]) if kind else ""
    column = Column(
        definition.name, canonical, declared, declared_length(kind, canonical), place=reading.place(definition)
    )
    keys: list[Key] = []
    checks: list[Check] = []
    for constraint in definition.args.get("constraints") or ():
        what, name = constraint.args.get("kind"), constraint.name
        column = _refined(column, what, DIALECTS[reading.dialect])
        if isinstance(what, exp.CheckColumnConstraint):
            checks.append(_check(what, name))
        elif (key := _column_key(column, what, name)) is not None:
            keys.append(key)
    table = replace(table, columns=(*table.columns, column), checks=(*table.checks, *checks))
    for key in keys:
        table = _with_key(table, key)
    return table


def _refined(column: Column, what: exp.Expr | None, dialect: str) -> Column:
    if isinstance(what, exp.NotNullColumnConstraint):
        return replace(column, nullable=bool(what.args.get("allow_null")))
    if isinstance(what, exp.DefaultColumnConstraint):
        return replace(column, default=what.this.sql(dialect) if isinstance(what.this, exp.Expr) else str(what.this))
    if isinstance(what, exp.CommentColumnConstraint):
        return replace(column, comment=what.this.name)
    if isinstance(
        what, exp.GeneratedAsIdentityColumnConstraint | exp.AutoIncrementColumnConstraint | exp.ComputedColumnConstraint
    ):
        return replace(column, generated=True)
    return column


def _column_key(column: Column, what: exp.Expr | None, name: str) -> Key | None:
    if isinstance(what, exp.PrimaryKeyColumnConstraint):
        return Key("primary", (column.name,), name, place=column.place)
    if isinstance(what, exp.UniqueColumnConstraint):
        return Key("unique", (column.name,), name, place=column.place)
    return _foreign(what, (column.name,), name, column.place) if isinstance(what, exp.Reference) else None


def _foreign(reference: exp.Expr | None, columns: tuple[str, ...], name: str, place: Place | None) -> Key:
    target = reference.find(exp.Table) if reference else None
    listed = reference.this.expressions if reference and isinstance(reference.this, exp.Schema) else ()
    actions = {
        m.group(1).lower(): m.group(2).lower()
        for option in (reference.args.get("options") or () if reference else ())
        if (m := _ACTION.match(str(option)))
    }
    return Key(
        "foreign",
        columns,
        name,
        target.name if target else "",
        names(listed),
        actions.get("delete", "no action"),
        actions.get("update", "no action"),
        place,
    )


def _check(part: exp.Expr, name: str) -> Check:
    columns = tuple(dict.fromkeys(column.name for column in part.find_all(exp.Column)))
    return Check(part.this.sql(), columns, name)


def names(parts: Iterable[exp.Expr]) -> tuple[str, ...]:
    """Column names; of an expression its text."""
    return tuple(_name(part) for part in parts)


def _name(part: exp.Expr) -> str:
    inner = (
        part.this
        if isinstance(part, exp.Ordered | exp.Opclass | exp.ColumnPrefix) and isinstance(part.this, exp.Expr)
        else part
    )
    if inner is not part:
        return _name(inner)
    return part.name if isinstance(part, exp.Column | exp.Identifier) else part.sql()
